# Mail to applicants: one for every change of state, in their language, however
# the servers fail.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

# One worker sends, and looks at once when the change was its own: with only
# one, nothing waits for the five seconds in which it finds others' changes.

start(workers => 1,
      parts => { review => 'registration_review $http_x_reviewer;',
                 server => <<'CONF' });
location = /status {
    registration_status;
}
CONF

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


# What the error log says from here on.

sub logged
{
    state $seen = 0;
    my $log = Test::Registration::Servers::slurp(
        servers()->{dir} . '/error.log');
    my $new = substr $log, $seen;

    $seen = length $log;
    return $new;
}


sub in_seconds ($person, $seconds)
{
    my $left = outbox($person, 'round(extract(epoch from next_try
                                             - clock_timestamp()))');

    return $left =~ /^\d+$/ && $left > $seconds - 10 && $left <= $seconds;
}


# The audit's word on it: "tries|reply"

sub given_up ($person)
{
    return servers()->sql("select details->>'tries', details->>'reply'
                             from registration.audit
                            where action = 'mail_failed'
                              and number = '$person->{number}'");
}


sub metric ($name)
{
    my ($value) = client()->get('/status')->body =~
        /^registration_$name (\d+)$/m;

    return $value // -1;
}


sub mail_list  { registrationctl('mail', 'list') }
sub mail_retry { registrationctl('mail', 'retry', @_) }

sub registrationctl (@command)
{
    my $socket = servers()->{dir} . '/postgres';
    my ($status, $text) = Test::Registration::Servers::try_run(
        Test::Registration::Servers::registrationctl(), @command,
        '--database', "host=$socket dbname=registration user=postgres");

    is($status, 0, "registrationctl @command") or diag $text;
    return $text;
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

# "Not now" (4xx): tried again, later and later, for more than three days.

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--temporary', 1_000_000);
    decide_on($person, 1, 'reject', 'deferred');
    ok(wait_for(sub { in_seconds($person, 60) }, 75), 'deferred: in a minute');
    servers()->stop('inbox');
    servers()->start_inbox;
    time_passes($person);
    is(scalar notices($person, 2), 2, 'then it comes');
    ok(sent($person), 'once');
}

# What cannot be opened fails at once, and waits as long.

{
    my $person = register();
    my $number = "number = '$person->{number}'";
    my $sealed = servers()->sql("select sealed from registration.application
                                  where $number");

    notices($person, 1);
    servers()->sql("update registration.application
                       set sealed = overlay(sealed placing '\\x00' from 40)
                     where $number");
    logged();
    decide_on($person, 1, 'reject', 'unopened');

    for my $try ([ 1, 60 ], [ 3, 240 ], [ 6, 1920 ], [ 40, 3600 ]) {
        my ($tries, $seconds) = @$try;

        servers()->sql("update registration.outbox set tries = $tries - 1
                         where sent_at is null");
        time_passes($person);
        ok(wait_for(sub { in_seconds($person, $seconds) }),
           "try $tries: in $seconds seconds");
    }

    servers()->sql("update registration.outbox set tries = 77
                     where sent_at is null");
    time_passes($person);
    ok(wait_for(sub { outbox($person, 'next_try') eq 'infinity' }),
       'after three days it is given up');
    is(given_up($person), '78|', 'which the audit tells');
    like(logged(), qr/\[error\].*outbox is given up after 78 tries/,
         'and the log');

    servers()->sql("update registration.application set sealed = '$sealed'
                     where $number");
    mail_retry("--number", $person->{number});
    is(scalar notices($person, 2), 2, 'the administrator sends it after all');
    ok(sent($person), 'once');
}


# "Never" (5xx, RFC 5321, 4.2.1): not tried again, and everybody can see it.

{
    my @people = map { register() } 1 .. 2;

    notices($_, 1) for @people;
    servers()->stop('inbox');
    servers()->start_inbox('--refuse', 'applicant');
    logged();
    decide_on($_, 1, 'reject', 'refused') for @people;

    for my $person (@people) {
        ok(wait_for(sub { outbox($person, 'next_try') eq 'infinity' }),
           'refused: given up at once');
        is(outbox($person, "tries || ' ' || reply"), '1 550',
           'after one try, with the reason');
        is(given_up($person), '1|550', 'which the audit tells');
    }

    my ($shown) = map { $_->{details} } grep { $_->{action} eq 'mail_failed' }
        $anna->get("audit?number=$people[0]{number}")->json->{entries}->@*;

    is_deeply($shown, { kind => 'rejected', version => 2, tries => 1,
                        reply => 550 }, 'and shows to reviewers');

    my $log = logged();

    is(scalar(() = $log =~ /outbox is given up: .* refused it \(550\)/g), 2,
       'the log, too');
    unlike($log, qr/\@applicant/, 'without the address');
    ok(wait_for(sub { metric('outbox_failed_mails') == 2 }, 20),
       'the figures count them');
    is(metric('outbox_mails'), 0, 'and none as waiting');

    time_passes($_) for @people;
    sleep 6;
    is(outbox($_, 'tries'), 1, 'nobody tries again by himself') for @people;

    like(mail_list(), qr/^$_->{number}  rejected   20\S+Z  550  1$/m,
         'registrationctl lists it')
        for @people;

    servers()->stop('inbox');
    servers()->start_inbox;
    like(mail_retry(), qr/^2 mails /, 'the administrator has them retried');

    for my $person (@people) {
        is(scalar notices($person, 2), 2, 'then they come');
        ok(sent($person), 'once');
    }

    is(mail_list(), '', 'and none is listed any more');
}

# It refuses while PostgreSQL is away: no reason to try again.

{
    my $person = register();

    notices($person, 1);
    servers()->stop('inbox');
    servers()->start_inbox('--refuse', 'applicant');
    servers()->pause('inbox');
    logged();
    decide_on($person, 1, 'approve', '');
    wait_for(sub { outbox($person, 'tries') == 1 });
    servers()->stop('postgres', 'KILL');
    servers()->resume('inbox');
    ok(wait_for(sub { logged() =~ /mail was refused/ }), 'refused');
    servers()->start_postgres;
    ok(wait_for(sub { outbox($person, 'reply') eq '550' }),
       'told when it is back');
    is(outbox($person, 'tries'), 1, 'after one try');
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
