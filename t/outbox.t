# Mail to applicants: one for every change of state, in their language, however
# the servers fail.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

# One worker sends, and looks at once when the change was its own: with only
# one, nothing waits for the five seconds in which it finds others' changes.

start(workers => 1,
      parts => { review => 'registration_review $http_x_reviewer;' });

servers()->sql("insert into registration.reviewer (name) values ('anna')");

my $anna = client(mount => '/admin/api', headers => [ 'X-Reviewer: anna' ]);


sub decide_on ($person, $version, $decision, $reason, %item)
{
    my $answer = $anna->post("registrations/$person->{number}/decisions", {
        version  => $version,
        decision => $decision,
        reason   => $reason,
        %item ? (items => [ map { { field => $_, reason => $item{$_} } }
                            sort keys %item ]) : (),
    });

    die "decision: " . $answer->status . ' ' . $answer->text
        if $answer->status !~ /^2/;
}


# What came after the code; waits for that many, and a little for one too many.

sub notices ($person, $count, $seconds = 15)
{
    my $address = $person->{values}{email};

    mails($address, 1 + $count, $seconds);
    sleep 0.3;

    my (undef, @notices) = mail_to($address);
    return @notices;
}


sub outbox ($person, $column)
{
    return servers()->sql("select $column from registration.outbox o
                             join registration.application a
                               on a.id = o.application_id
                            where number = '$person->{number}'
                         order by o.version desc limit 1");
}


sub sent ($person)
{
    return wait_for(sub { outbox($person, 'sent_at is not null') eq 't' });
}


# As if the lease, or the wait for the next try, were over.

sub time_passes ($person)
{
    servers()->sql("update registration.outbox set next_try = now()
                     where sent_at is null and next_try < 'infinity'");
}


sub canary { Test::Registration::Applicant::canary(@_) }


# Every change of state, in both languages

my %reason = (
    'zh-CN' => canary('所填信息与证件不一致' . int rand 1e9),
    en      => canary('The data differ from the document ' . int rand 1e9),
);
my %item = (
    'zh-CN' => canary('号码少了一位' . int rand 1e9),
    en      => canary('a digit is missing ' . int rand 1e9),
);
my %subject = (
    'zh-CN' => { submitted => qr/注册申请已提交/, returned => qr/需要补正/,
                 approved => qr/已通过/, rejected => qr/未通过/ },
    en      => { submitted => qr/has been submitted/,
                 returned => qr/has to be corrected/,
                 approved => qr/has been approved/,
                 rejected => qr/has been rejected/ },
);
my %label = ('zh-CN' => '- 手机号码：', en => '- Mobile number: ');
my %picture = ('zh-CN' => '- 证件国徽面：',
               en => '- Emblem side of the card: ');

for my $language ('zh-CN', 'en') {
    my $person = register(client => client(
        headers => [ "Accept-Language: $language" ]));
    my $about  = $subject{$language};
    my ($mail) = notices($person, 1);

    like($mail->{subject}, $about->{submitted}, "$language: submitted");
    like($mail->{subject}, qr/\Q$person->{number}\E/, 'its number');
    like($mail->{text}, qr/\Q$person->{values}{name}\E/, 'the name');
    like($mail->{text}, qr/\Q@{[ $person->{answer}->json->{due_date} ]}\E/,
         'the due date');
    is($mail->{header}{'auto-submitted'}, 'auto-generated', 'RFC 3834');

    decide_on($person, 1, 'return', $reason{$language},
              mobile => $item{$language},
              'documents.id_card_emblem' => $item{$language});

    my @mails = notices($person, 2);

    is(scalar @mails, 2, 'returned: one more mail');
    like($mails[1]{subject}, $about->{returned}, 'which says so');
    like($mails[1]{text}, qr/\Q$reason{$language}\E/, 'the reason');
    like($mails[1]{text}, qr/^\Q$label{$language}$item{$language}\E/m,
         'each field, as people call it, with what is wrong');
    like($mails[1]{text}, qr/^\Q$picture{$language}$item{$language}\E/m,
         'each picture, too');

    sign_in(my $client = client(), $person->{values});
    status_is($client->put('correction',
              { version => 2, mobile => canary('13698765432') }), 200,
              'corrected');
    @mails = notices($person, 3);
    is(scalar @mails, 3, 'corrected: a mail');
    like($mails[2]{subject}, $about->{submitted}, 'as for a submission');

    my $end = $language eq 'en' ? 'reject' : 'approve';

    decide_on($person, 3, $end, $reason{$language});
    @mails = notices($person, 4);
    is(scalar @mails, 4, "$end: a mail");
    like($mails[3]{subject}, $about->{$end eq 'reject' ? 'rejected'
                                                       : 'approved'},
         'which says so');
    like($mails[3]{text}, qr/\Q$reason{$language}\E/, 'and why')
        if $end eq 'reject';
    ok(sent($person), 'and it is known as sent');
}


# The mail server is away when it is decided.

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    decide_on($person, 1, 'reject', 'away');
    sleep 1;
    is(outbox($person, 'sent_at is null'), 't', 'it waits');
    servers()->start_inbox;
    is(scalar notices($person, 2, 30), 2, 'and comes when the server is back');
    ok(sent($person), 'once');
}

# A reload meanwhile: the next worker goes on.

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    decide_on($person, 1, 'approve', '');
    sleep 1;
    servers()->reload;
    servers()->start_inbox;
    is(scalar notices($person, 2, 30), 2, 'after a reload');
    ok(sent($person), 'once');
}

# It refuses: tried again, later and later, for more than three days.

{
    my $person = register();
    my $wait = "round(extract(epoch from next_try - clock_timestamp()))";

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--refuse', 'applicant');
    decide_on($person, 1, 'reject', 'refused');
    ok(wait_for(sub { my $left = outbox($person, $wait);
                      $left > 50 && $left <= 60 }), 'refused: in a minute');

    for my $try ([ 3, 240 ], [ 6, 1920 ], [ 40, 3600 ]) {
        my ($tries, $seconds) = @$try;

        servers()->sql("update registration.outbox set tries = $tries - 1
                         where sent_at is null");
        time_passes($person);
        ok(wait_for(sub { my $left = outbox($person, $wait);
                          $left > $seconds - 10 && $left <= $seconds }),
           "try $tries: in $seconds seconds");
    }

    servers()->stop('inbox');
    servers()->start_inbox;
    time_passes($person);
    is(scalar notices($person, 2), 2, 'then it comes');
    ok(sent($person), 'once');
}

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--refuse', 'applicant');
    decide_on($person, 1, 'reject', 'refused');
    wait_for(sub { outbox($person, 'tries') == 1
                   && outbox($person, 'next_try > now() + \'40 s\'') eq 't' });
    servers()->sql("update registration.outbox set tries = 77
                     where sent_at is null");
    time_passes($person);
    ok(wait_for(sub { outbox($person, 'next_try') eq 'infinity' }),
       'after three days it is given up');
    is(servers()->sql("select count(*) from registration.audit
                        where action = 'mail_failed'
                          and number = '$person->{number}'"), 1,
       'which the audit tells');
    servers()->stop('inbox');
    servers()->start_inbox;
}


# kill -9 of the workers while the mail server takes it

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--delay', 2);
    decide_on($person, 1, 'approve', '');
    wait_for(sub { outbox($person, 'tries') == 1 });
    sleep 0.5;

    my %old = map { $_ => 1 } servers()->workers;

    kill 'KILL', keys %old;
    wait_for(sub { grep { !$old{$_} } servers()->workers });
    sleep 2.5;
    is(outbox($person, 'sent_at is null'), 't',
       'nobody could tell that it was sent');
    time_passes($person);
    ok(sent($person), 'it is sent again when the lease is over');

    my $count = notices($person, 2);

    ok($count == 2 || $count == 3, "not lost, at most twice ($count)");
    servers()->stop('inbox');
    servers()->start_inbox;
}


# kill -9 of PostgreSQL between sending and telling

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--delay', 2);
    decide_on($person, 1, 'reject', 'crash');
    wait_for(sub { outbox($person, 'tries') == 1 });
    sleep 0.5;
    servers()->stop('postgres', 'KILL');
    is(scalar notices($person, 2), 2, 'sent while PostgreSQL is dead');
    servers()->start_postgres;
    time_passes($person);
    ok(sent($person), 'told when it is back');
    sleep 3;
    is(scalar notices($person, 2), 2, 'and not sent again');
    servers()->stop('inbox');
    servers()->start_inbox;
}


# Two machines

{
    my $dir  = servers()->{dir};
    my $text = Test::Registration::Servers::slurp("$dir/nginx.conf");
    my ($port, $http2) = map { Test::Registration::Servers::free_port() }
        1 .. 2;

    $text =~ s/127\.0\.0\.1:\Q@{[ servers()->{port} ]}\E\b/127.0.0.1:$port/;
    $text =~ s/127\.0\.0\.1:\Q@{[ servers()->{http2_port} ]}\E\b/127.0.0.1:$http2/;
    $text =~ s/nginx\.pid/nginx2.pid/;

    Test::Registration::Servers::spew("$dir/nginx2.conf", $text);
    servers()->spawn('nginx2', servers()->nginx_command(
        [ '-c', "$dir/nginx2.conf", '-p', $dir ]));
    wait_for(sub { Test::Registration::Servers::listens($port) });

    my @people = map { register() } 1 .. 5;

    decide_on($_, 1, 'approve', '') for @people;
    is(join(' ', map { scalar notices($_, 2) } @people), '2 2 2 2 2',
       'two machines: each mail once');
    is(servers()->stop('nginx2', 'QUIT'), 'ended', 'the second one ends');
}


# A destroyed record has no address: nobody is written to.

{
    my $person = register();

    notices($person, 1);
    ok(sent($person), 'the first mail');
    servers()->sql("
        update registration.application set data_key = null
         where number = '$person->{number}';
        update registration.outbox set sent_at = null, next_try = now()
         where application_id = (select id from registration.application
                                  where number = '$person->{number}')");
    ok(sent($person), 'a destroyed record is done with');
    is(scalar notices($person, 1), 1, 'without a mail');
}

is(servers()->sql("select count(*) from registration.outbox
                    where sent_at is null and next_try < 'infinity'"), 0,
   'nothing is left');
is(servers()->sql("select count(*) from registration.state_change c
                    where not exists (select from registration.outbox o
                              where o.application_id = c.application_id
                                and o.version = c.version)"), 0,
   'every change of state has its mail');

checks(alerts => qr/exited on signal 9/);
