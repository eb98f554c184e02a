# Two requests at once, or one that comes at the wrong moment.

use lib 't/lib';
use Test::Registration;

start(workers => 1,
      directives => { code => 'interval=0s per_address=1000' },
      parts => { threads => "thread_pool passwords threads=1;\n"
                          . "thread_pool pictures threads=1;\n"
                          . "thread_pool files threads=1;" });


# While PostgreSQL has a submission in hand, its draft's pictures are taken
# away.  The application has them all the same.

sub disturbed ($name, $disturb)
{
    my $client = client();
    my $body   = draft_for($client, person());
    my @ids    = sort values $body->{documents}->%*;

    $client->{before} = { $client->{cookies}->%* };
    servers()->pause('postgres');

    my $submission = $client->begin('POST', 'registrations', data => $body);

    sleep 1;
    $disturb->($client, $body->{documents});
    sleep 0.5;
    servers()->resume('postgres');

    status_is($submission->finish, 201, "$name: submitted");
    is(scalar(grep { stored($_) } @ids), scalar @ids,
       'the application has all of its pictures');
    is(servers()->redis('EXISTS', map { "registration:document:$_" } @ids), 0,
       'which PostgreSQL alone looks after')
        if $name eq 'nothing happens';
}

disturbed('nothing happens', sub { });

disturbed('a picture is deleted', sub ($client, $documents) {
    status_is($client->delete("documents/$documents->{id_card_emblem}"), 204,
              'a picture is deleted meanwhile');
});

disturbed('a picture is replaced', sub ($client, $documents) {
    status_is($client->upload('id_card_emblem', picture()), 201,
              'a picture is replaced meanwhile');
});

disturbed('the draft is deleted', sub ($client, $documents) {
    status_is($client->delete('draft'), 204, 'the draft is deleted meanwhile');
});


# The same when the answer was lost and the draft's end with it.

{
    my $client = client();
    my $body   = draft_for($client, person());
    my @ids    = sort values $body->{documents}->%*;

    $client->{before} = { $client->{cookies}->%* };
    servers()->pause('postgres');

    my $submission = $client->begin('POST', 'registrations', data => $body);

    sleep 1;
    servers()->pause('redis');
    servers()->resume('postgres');
    status_is($submission->finish, 201, 'Redis hangs: submitted');
    servers()->resume('redis');

    $client->{cookies} = { $client->{before}->%* };
    wait_for(sub { $client->delete('draft')->status == 204 });
    sleep 0.5;
    is(scalar(grep { stored($_) } @ids), scalar @ids,
       'deleting the draft deletes no picture of the application');
}


# Redis is slow to enter a picture into a draft: its answer comes too late, but
# the picture that the draft then has is there.

{
    my $client = client();

    $client->upload('licence', picture());
    servers()->pause('redis');
    problem_is($client->upload('licence', picture()), 503, '',
               'Redis hangs: an upload');
    servers()->resume('redis');

    my $draft;

    wait_for(sub { ($draft = $client->get('draft'))->status == 200 });

    my ($document) = $draft->json->{documents}->@*;

    sleep 0.5;
    status_is($client->get("documents/$document->{id}"), 200,
              'what the draft has can be seen');
}


# A sign-in with the old password, judged while a reset gives a new one: the
# one thread hashes the new password first, then judges the old one.

{
    my $person = register();
    my $values = $person->{values};
    my $client = client();
    my $thief  = client();

    decide($person->{number}, 'approved');

    my $code  = code_for($client, $values->{email}, 'password_reset');
    my $reset = $client->begin('POST', 'password-resets', data => {
        account => $values->{username}, email => $values->{email},
        code => $code, password => person()->{password} });

    sleep 0.005;

    my $late = $thief->begin('POST', 'sessions', data => {
        account => $values->{username}, password => $values->{password} });

    status_is($reset->finish, 204, 'a password is reset');

    my $answer = $late->finish;

    is($thief->get('session')->status, 401,
       'a sign-in with the old one meanwhile (' . $answer->status
       . ') leaves no session');
}


# A new password is in PostgreSQL, but another Redis takes over before it is
# told: the sessions of the old password end all the same, those of the new one
# stay.

sub reset_of ($person)
{
    my $client = client();
    my $values = $person->{values};

    return ($client, {
        account => $values->{username}, email => $values->{email},
        code => code_for($client, $values->{email}, 'password_reset'),
        password => person()->{password} });
}

sub unended
{
    return servers()->sql('select count(*) from registration.session_end');
}

{
    my $person = register();
    my $signed = client();
    my $again  = client();

    decide($person->{number}, 'approved');
    status_is(sign_in($signed, $person->{values}), 200, 'signed in');

    my ($client, $body) = reset_of($person);

    servers()->pause('postgres');

    my $reset = $client->begin('POST', 'password-resets', data => $body);

    sleep 1;
    servers()->redis('SCRIPT', 'FLUSH');    # a new one knows no script
    servers()->pause('redis');
    servers()->resume('postgres');
    problem_is($reset->finish, 503, '', 'not all of a reset is done');
    servers()->resume('redis');

    ok(wait_for(sub { $signed->get('session')->status == 401 }, 20),
       'the sessions of the old password end without another request');
    ok(wait_for(sub { unended() == 0 }), 'once');
    status_is(sign_in($again, { $person->{values}->%*,
                                password => $body->{password} }),
              200, 'the new password is good');
    sleep 1.5;
    status_is($again->get('session'), 200, 'and so is its session');
}

{
    my ($client, $body) = reset_of(register());

    status_is($client->post('password-resets', $body), 204,
              'a reset that nothing disturbs');
    is(unended(), 0, 'leaves no session to be ended later');
}

# A statement that waits for a lock keeps none from running that came later,
# nor does it keep one that came with it.

{
    my $client = client();
    my $body   = draft_for($client, person());
    my $psql   = fork // die "fork: $!";

    if ($psql == 0) {
        servers()->sql('begin; lock table registration.state_change in'
            . ' exclusive mode; select pg_sleep(3)');
        POSIX::_exit(0);
    }

    ok(wait_for(sub { servers()->sql('select count(*) from pg_locks where'
        . " mode = 'ExclusiveLock' and relation ="
        . " 'registration.state_change'::regclass") }), 'a lock is held');

    my $submission = $client->begin('POST', 'registrations', data => $body);
    my $waits = "select count(*) from pg_stat_activity where"
        . " usename = 'registration' and wait_event_type = 'Lock'";

    ok(wait_for(sub { servers()->sql($waits) }), 'a statement waits for it');

    my @both = map { $_->begin('GET', 'availability?username=nobody-yet') }
        client(), client();

    status_is($_->finish, 200, 'another gets an answer') for @both;
    is(servers()->sql($waits), 1, 'while the first still waits');

    status_is($submission->finish, 201, 'the first ends well');
    waitpid $psql, 0;
}

checks();
