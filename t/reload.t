# A reload, a graceful end or a crashed worker loses nothing that was begun.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Client;
use Test::Registration::Servers;

start();

my $root = $Test::Registration::Servers::ROOT;
my $dir  = servers()->{dir};


# An upload of which half has been sent

sub half_sent
{
    my $client = client();
    my ($type, $body) = Test::Registration::Client::multipart([
        { name => 'kind', body => 'licence' },
        { name => 'file', filename => 'a.jpg', body => picture() } ]);
    my $half = length($body) / 2;

    $client->put('draft', { postcode => '450000' });

    my $exchange = $client->begin('POST', 'documents', type => $type,
        body => $body, how => 'half');

    return { client => $client, exchange => $exchange,
             rest => substr $body, $half };
}

sub finish_upload ($upload)
{
    return $upload->{exchange}->send($upload->{rest})->finish;
}


# Reload

my $draft = client();
my $id;

$draft->put('draft', { postcode => '450001', step => 3 });
$id = $draft->upload('licence', picture())->json->{id};

{
    my @uploads = map { half_sent() } 1 .. 4;
    my $submitting = client();
    my $body = draft_for($submitting, person());
    my $hashing = $submitting->begin('POST', 'registrations', data => $body);

    $submitting->{before} = { $submitting->{cookies}->%* };
    servers()->reload;

    my $answer = $hashing->finish;

    status_is($answer, 201, 'a submission under way at a reload');
    is(submit_again($submitting, $body)->body, $answer->body,
       'is known to the new workers');

    for my $upload (@uploads) {
        my $answer = finish_upload($upload);

        status_is($answer, 201, 'an upload under way');
        status_is($upload->{client}->get('documents/'
                      . $answer->json->{id}), 200,
                  'is there in the new workers');
    }

    is_deeply($draft->get('draft')->json->{values},
              { postcode => '450001' }, 'a draft outlives a reload');
    is($draft->get('draft')->json->{step}, 3, 'and its step');
    status_is($draft->get("documents/$id"), 200, 'and its pictures');
}


# Ten reloads while calls go on

{
    my %status;
    my $pid = fork // die;

    if ($pid == 0) {
        for (1 .. 10) {
            kill 'HUP', servers()->{pid}{nginx};
            sleep 0.2;
        }
        POSIX::_exit(0);
    }

    my $client = client();
    my $end = Time::HiRes::time() + 2.2;

    while (Time::HiRes::time() < $end) {
        $status{$client->put('draft', { postcode => '450002' })->status}++;
        $status{$client->get('form')->status}++;
        $status{client()->upload('licence', picture())->status}++;
    }

    waitpid $pid, 0;
    is(join(',', sort keys %status), '200,201',
       'ten reloads: no call failed');
}


# Mail that waits when workers end

sub asked_for_mail
{
    my $address = person()->{email};

    status_is(client()->post('email-codes', {
        email => $address, purpose => 'registration' }), 202,
        'a code is asked for');

    return $address;
}

servers()->stop('inbox');
servers()->start_inbox('--delay', 1);

{
    my @addresses = map { asked_for_mail() } 1 .. 3;

    servers()->reload;
    is(scalar mails($_, 1, 15), 1, 'its mail outlives a reload')
        for @addresses;
}


# QUIT

{
    my @uploads   = map { half_sent() } 1 .. 2;
    my @addresses = map { asked_for_mail() } 1 .. 3;
    my $submitting = client();
    my $values  = person();
    servers()->stop('inbox');
    servers()->start_inbox;
    my $body    = draft_for($submitting, $values);
    my $hashing = $submitting->begin('POST', 'registrations', data => $body);
    my $pid     = servers()->{pid}{nginx};

    $submitting->{before} = { $submitting->{cookies}->%* };

    sleep 0.02;
    kill 'QUIT', $pid;

    status_is($hashing->finish, 201, 'a submission under way at a QUIT');

    my @answers = map { finish_upload($_) } @uploads;

    status_is($_, 201, 'an upload under way') for @answers;
    is(servers()->stop('nginx', 'QUIT', 20), 'ended', 'then nginx ends');
    is(scalar mails($_, 1, 5), 1, 'after its mail was sent')
        for @addresses;

    servers()->start_nginx;

    is(submit_again($submitting, $body)->status, 201,
       'the application is there after a restart');
    status_is($uploads[$_]{client}->get('documents/'
                  . $answers[$_]->json->{id}), 200,
              'and the uploads') for 0 .. $#uploads;
    status_is($draft->get("documents/$id"), 200, 'and the draft');
}


# A worker dies

{
    kill 'KILL', servers()->workers;
    ok(wait_for(sub { eval { $draft->get('form')->status } // 0 == 200 },
                5), 'nginx starts a new worker');
    is($draft->get('draft')->json->{step}, 3, 'the draft is there');
}


# A changed form file is taken by a reload; a broken one is not.

my $form = Test::Registration::Servers::slurp("$root/conf/form.json");
my $etag = client()->get('form')->header('ETag');

Test::Registration::Servers::spew("$dir/form.json",
    $form =~ s/(?<="version": ")[^"]+/changed/r);
servers()->reload(directives => { form => "$dir/form.json" });

{
    my $answer = client()->get('form');

    is($answer->json->{notice}{version}, 'changed', 'a changed form');
    isnt($answer->header('ETag'), $etag, 'has another tag');
}

Test::Registration::Servers::spew("$dir/form.json",
                                  $form =~ s/,\n/,,\n/r);
kill 'HUP', servers()->{pid}{nginx};
ok(wait_for(sub { Test::Registration::Servers::slurp("$dir/error.log")
                      =~ m{\[emerg\].*form\.json:\d+} }, 5),
   'a broken form is named in the log');
is(client()->get('form')->json->{notice}{version}, 'changed',
   'and what was before goes on');
is($draft->get('draft')->json->{step}, 3, 'with its drafts');


# Without a master process a reload would have no threads: it is refused.

servers()->restart_nginx(parts => { main => 'master_process off;' });

status_is(client()->upload('licence', picture()), 201,
          'without a master process');
kill 'HUP', servers()->{pid}{nginx};
ok(wait_for(sub { Test::Registration::Servers::slurp("$dir/error.log")
                      =~ /\[emerg\].*master_process/ }, 5),
   'a reload is refused');
status_is(client()->upload('licence', picture()), 201,
          'and what was before goes on');

# So is one that takes the module's directives away: timers go on that use
# what belongs to the configuration before.

{
    my $path = servers()->write_config;
    my $text = Test::Registration::Servers::slurp($path);
    my $refused = sub {
        my @said = Test::Registration::Servers::slurp("$dir/error.log")
            =~ /\[emerg\].*master_process/g;
        return @said;
    };
    my $before = $refused->();

    $text =~ s/^ *registration(?:_\w+)?\b[^\n]*;\n//gm;
    Test::Registration::Servers::spew($path, "master_process off;\n$text");
    kill 'HUP', servers()->{pid}{nginx};
    ok(wait_for(sub { $refused->() > $before }, 5),
       'a reload without the module is refused, too');
    status_is(client()->upload('licence', picture()), 201,
              'and what was before goes on');
}

checks(alerts => qr/exited on signal 9|form\.json:\d+|master_process/);
