# Signing in: what each state of an application says, and what a session is.

use lib 't/lib';
use Test::Registration;

start();

sub cookie_of ($answer)
{
    return join '', $answer->headers('Set-Cookie');
}


# Every state tells the truth.

my $pending = register();

{
    my $client = client();
    my $answer = sign_in($client, $pending->{values});
    my $json   = $answer->json;

    status_is($answer, 200, 'pending');
    is($json->{status}, 'pending', 'it says so');
    is($json->{number}, $pending->{number}, 'the number');
    is($json->{submitted_at}, $pending->{answer}->json->{submitted_at},
       'since when');
    is($json->{due_date}, $pending->{answer}->json->{due_date},
       'until when');
    ok(!exists $json->{landing}, 'nowhere to go on');
    is(cookie_of($answer), '', 'no cookie');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');
    problem_is($client->get('session'), 401, '', 'no session');

    status_is(sign_in(client(), $pending->{values},
                      account => $pending->{values}{email}), 200,
              'by e-mail address');
    status_is(sign_in(client(), $pending->{values},
                      account => uc $pending->{values}{email}), 200,
              'in capitals, too');
    status_is(sign_in(client(), $pending->{values}, account =>
                      $pending->{values}{email} =~ s/\@/\x{ff20}/r), 200,
              'with the "@" of a Chinese keyboard, as in a registration');
}

my $approved = register();

decide($approved->{number}, 'approved');

{
    my $client = client();
    my $answer = sign_in($client, $approved->{values});
    my $cookie = cookie_of($answer);

    status_is($answer, 200, 'approved');
    is($answer->json->{status}, 'approved', 'it says so');
    like($cookie, qr/^registration-session=[\w-]{43};/,
         'a cookie of 256 bits');
    like($cookie, qr/; HttpOnly/, 'HttpOnly');
    like($cookie, qr/; SameSite=Strict/, 'SameSite=Strict');
    like($cookie, qr{; Path=/(?:;|$)}, 'Path=/');
    unlike($cookie, qr/Max-Age|Expires/i, 'it ends with the browser');

    my $session = $client->get('session');

    status_is($session, 200, 'the session');
    is($session->json->{status}, 'approved', 'its status');
    is($session->json->{number}, $approved->{number}, 'its number');
    like($session->json->{signed_in_at}, qr/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/,
         'since when');
    is($session->json->{landing}, '/', 'where to go on, unless it is set');
    is($answer->json->{landing}, '/', 'the answer to the sign-in said it, too');

    my $id = $approved->{body}{documents}{id_card_portrait};
    my $picture = $client->get("documents/$id");

    status_is($picture, 200, 'one\'s own pictures are there');
    like($picture->body, qr/^\xff\xd8\xff/, 'as pictures');
    status_is(client()->get("documents/$id"), 404, 'not for others');
    problem_is($client->get('correction'), 403, '', 'nothing to correct');

    my $old = $client->{cookies}{'registration-session'};
    sign_in($client, $approved->{values});
    isnt($client->{cookies}{'registration-session'}, $old,
         'a new id at every sign-in');

    my $keep = { $client->{cookies}->%* };
    my $out  = $client->delete('session');

    status_is($out, 204, 'signing out');
    ok(!$client->{cookies}{'registration-session'}, 'takes the cookie');
    $client->{cookies} = $keep;
    problem_is($client->get('session'), 401, '', 'and ends the session');
    status_is($client->delete('session'), 204, 'twice is no error');
    status_is(client()->delete('session'), 204, 'nor without any');
}

my $returned = register();

decide($returned->{number}, 'returned');

{
    my $client = client();
    my $answer = sign_in($client, $returned->{values});

    is($answer->json->{status}, 'returned', 'returned');
    like(cookie_of($answer), qr/^registration-session=/, 'has a cookie');
    is($client->get('session')->json->{status}, 'returned',
       'a session for the correction only');
}

my $rejected = register();

decide($rejected->{number}, 'rejected');

{
    my $client = client();
    my $answer = sign_in($client, $rejected->{values});

    is($answer->json->{status}, 'rejected', 'rejected');
    is(cookie_of($answer), '', 'no cookie');
}


# A decision reaches those who are signed in.

{
    my $person = register();
    my $client = client();

    decide($person->{number}, 'returned');
    sign_in($client, $person->{values});
    decide($person->{number}, 'pending', 2);
    decide($person->{number}, 'approved', 3);
    is(sign_in($client, $person->{values})->json->{status}, 'approved',
       'the present state, after all');
}


# Wrong pairs all look the same.

{
    my $disabled = register();

    decide($disabled->{number}, 'approved');

    my $client = client();

    sign_in($client, $disabled->{values});

    servers()->sql(<<"SQL");
        update registration.account set disabled = true
         where id = (select account_id from registration.application
                      where number = '$disabled->{number}')
SQL

    my %trial = (
        'a wrong password'   => { $approved->{values}->%*,
                                  password => 'not-the-password-1' },
        'an unknown account' => { $approved->{values}->%*,
                                  username => 'nobody-of-that-name' },
        'an unknown address' => { $approved->{values}->%*,
                                  username => 'nobody@applicant.example' },
        'a disabled account' => { $disabled->{values}->%*,
                                  password => 'not-the-password-1' },
        'an impossible name' => { $approved->{values}->%*,
                                  username => "\x{1f600} ' or 1=1 --" },
    );
    my (%body, %took);
    my $failures = sub {
        return join ' ', sort split /\n/, servers()->sql("select
            coalesce(number, 'nobody') from registration.audit
            where actor_kind = 'applicant' and action = 'sign_in_failed'
              and (number is not null) = (actor ~ '^[0-9]+\$')
              and (number is null) = (actor = '?')");
    };

    is($failures->(), '', 'no failure yet');

    for my $name (sort keys %trial) {
        my $answer;

        $took{$name} = elapsed(sub {
            $answer = sign_in(client(), $trial{$name});
        });

        problem_is($answer, 401, '', $name);
        $body{$answer->body . join ',', map { $_->[0] }
              $answer->{headers}->@*}++;
    }

    is(scalar keys %body, 1, 'all of them look the same');
    is($failures->(), join(' ', sort($approved->{number}, $disabled->{number},
                                     ('nobody') x 3)),
       'all of them are audited, and no name of nobody\'s is written');

    my $answer = sign_in(client(), $disabled->{values});

    problem_is($answer, 403, '', 'who knows the password is told more');
    is(() = $failures->() =~ /$disabled->{number}/g, 2, 'and audited');
    like($answer->json->{detail}, qr/\p{Han}/, 'in Chinese');
    is(cookie_of($answer), '', 'but gets no cookie');
    cmp_ok($took{'an unknown account'}, '>',
           $took{'a wrong password'} / 3, 'and take the time of a hash');
}


# What is wrong with a request

my $client = client();

problem_is($client->post('sessions', {}), 422,
           'account required, password required', 'nothing');
problem_is($client->post('sessions', { account => 'a', password => 'b',
                                       remember => 1 }), 422,
           'remember unknown_member', 'an unknown member');
problem_is($client->post('sessions', { account => 1, password => 'b' }),
           422, 'account format', 'a number');

for my $cookie ('registration-session=x',
                'registration-session=' . 'A' x 43,
                'registration-session=' . 'A' x 4000)
{
    problem_is(client()->get('session', headers => [ "Cookie: $cookie" ]),
               401, '', 'a cookie that is none');
}


# A disabled account's sessions end, all of them and nobody else's.

sub account ($command, $person)
{
    my ($status, $text) = Test::Registration::Servers::try_run(
        Test::Registration::Servers::registrationctl(), 'account', $command,
        $person->{number}, '--database', "host=" . servers()->{dir}
        . '/postgres dbname=registration user=postgres');

    is($status, 0, "account $command") or diag $text;
}

sub ended (@clients)
{
    return wait_for(sub {
        return !grep { $_->get('session')->status != 401 } @clients;
    }, 10);
}

{
    my ($person, $returned) = map { register() } 1 .. 2;
    my @clients = map { client() } 1 .. 3;
    my $other   = client();

    decide($person->{number}, 'approved');
    decide($returned->{number}, 'returned');
    sign_in($_, $person->{values}) for @clients[0, 1];
    sign_in($clients[2], $returned->{values});
    sign_in($other, $approved->{values});
    status_is($_->get('session'), 200, 'signed in') for @clients, $other;

    account('disable', $person);
    account('disable', $returned);
    ok(ended(@clients), 'disabled: all sessions end at once');
    problem_is($clients[2]->get('correction'), 401, '', 'for all calls');
    status_is($other->get('session'), 200, 'but no other account\'s');
    problem_is(sign_in(client(), $person->{values}), 403, '',
               'and no other begins');
    is(servers()->sql("select action from registration.audit
                        where number = '$person->{number}'
                          and actor_kind = 'administrator'"),
       'account_disable', 'which the audit tells');

    account('enable', $person);
    status_is(sign_in($clients[0], $person->{values}), 200,
              'enabled: signed in again');
    is(servers()->sql('select count(*) from registration.session_end'), 0,
       'nothing is left to end');
    sleep 2.5;
    status_is($clients[0]->get('session'), 200, 'and that stays');

    # Redis is away when it is disabled.

    servers()->stop('redis', 'KILL');
    account('disable', $person);
    sleep 2;
    is(servers()->sql('select count(*) from registration.session_end'), 1,
       'what could not be ended is kept');
    servers()->start_redis;
    ok(wait_for(sub { servers()->sql(
        'select count(*) from registration.session_end') eq '0' }, 15),
       'and ended when Redis is back');
}


# Throttling: free failures, then longer and longer, by account and address

servers()->redis('FLUSHALL');
servers()->reload(directives => { sign_in => 'free=3 per_address=100000' });

{
    my $person = register();

    decide($person->{number}, 'approved');

    my %wrong = ($person->{values}->%*, password => 'not-the-password-2');

    problem_is(sign_in(client(), \%wrong), 401, '', "failure $_ of 3 is free")
        for 1 .. 3;

    problem_is(sign_in(client(), \%wrong), 401, '', 'a fourth');

    my $answer = sign_in(client(), $person->{values});

    problem_is($answer, 429, '', 'then one has to wait, even if right');
    is($answer->header('Retry-After'), 1, 'a second');
    status_is(sign_in(client(from => '127.0.0.5'), $person->{values}), 200,
              'the owner elsewhere is not locked out');
    status_is(sign_in(client(), $approved->{values}), 200,
              'nor another account here');

    sleep 1.2;
    problem_is(sign_in(client(), \%wrong), 401, '', 'a fifth');
    $answer = sign_in(client(), \%wrong);
    problem_is($answer, 429, '', 'costs more');
    is($answer->header('Retry-After'), 2, 'two seconds');

    sleep 2.2;
    status_is(sign_in(client(), $person->{values}), 200,
              'never for good: the right pair');
    problem_is(sign_in(client(), \%wrong), 401, '', 'success forgets')
        for 1 .. 2;
}

{
    # nobody learns from it which accounts there are

    my %nobody = ($approved->{values}->%*, username => 'nobody-at-all');

    sign_in(client(), \%nobody) for 1 .. 4;
    problem_is(sign_in(client(), \%nobody), 429, '',
               'an unknown account is throttled, too');
}

{
    # what could not be judged was no failure

    servers()->redis('FLUSHALL');
    servers()->stop('postgres', 'QUIT');
    problem_is(sign_in(client(), $approved->{values}), 503, '',
               'PostgreSQL is down') for 1 .. 6;
    servers()->start_postgres;

    my $answer;

    wait_for(sub { ($answer = sign_in(client(), $approved->{values}))->status
                       != 503 }, 10);
    status_is($answer, 200, 'then nobody has to wait');
}

servers()->redis('FLUSHALL');
servers()->reload(directives => { sign_in => 'free=100 per_address=4' });

{
    my $there = sub { client(from => '127.0.0.6') };

    for (1 .. 4) {
        sign_in($there->(), { $approved->{values}->%*,
                              username => "guess$_" });
    }

    problem_is(sign_in($there->(), $approved->{values}), 429, '',
               'too many tries from an address');
    status_is(sign_in(client(from => '127.0.0.7'), $approved->{values}),
              200, 'others go on');
}


# However many addresses guess at one account

servers()->redis('FLUSHALL');
servers()->reload(directives => {
    sign_in => 'free=100 per_address=100 per_account=3' });

{
    my %wrong = ($approved->{values}->%*, password => 'not-the-password-2');
    my $from  = sub ($n, $values) {
        return sign_in(client(from => "127.0.0.$n"), $values);
    };

    status_is($from->(10, $approved->{values}), 200, 'at home');
    problem_is($from->($_, \%wrong), 401, '', "a guess from 127.0.0.$_")
        for 11 .. 13;
    problem_is($from->(14, \%wrong), 429, '', 'enough for an hour');
    problem_is($from->(15, $approved->{values}), 429, '', 'wherever that is');

    # a shared count would tell whose the address is

    problem_is(sign_in(client(from => '127.0.0.15'), \%wrong,
                       account => $approved->{values}{email}), 401, '',
               'of the account\'s other name nothing is told');
    status_is($from->(10, $approved->{values}), 200,
              'but who is known is let in');

    my %nobody = (%wrong, username => 'nobody-at-all');

    $from->($_, \%nobody) for 11 .. 13;
    problem_is($from->(14, \%nobody), 429, '', 'an unknown account is alike');

    # what could not be judged was no try

    servers()->redis('FLUSHALL');
    servers()->stop('postgres', 'QUIT');
    problem_is($from->($_, $approved->{values}), 503, '', 'PostgreSQL is down')
        for 11 .. 15;
    servers()->start_postgres;
    ok(wait_for(sub { $from->(16, $approved->{values})->status == 200 }, 10),
       'then nobody has to wait');
}


# The end of a session by itself

servers()->redis('FLUSHALL');
servers()->reload(directives => { session => 'idle=3s lifetime=7s' });

{
    my $client = client();

    sign_in($client, $approved->{values});

    for (1 .. 3) {
        sleep 1;
        status_is($client->get('session'), 200, 'use keeps it alive');
    }

    sleep 3.5;
    problem_is($client->get('session'), 401, '', 'idle for too long');

    sign_in($client, $approved->{values});

    my $end = time + 11;
    my $alive = 0;

    while (time < $end && $client->get('session')->status == 200) {
        sleep 0.5;
        $alive += 0.5;
    }

    cmp_ok($alive, '>=', 4.5, 'used all the time it lives its lifetime');
    cmp_ok($alive, '<=', 8.5, 'and no longer');
}


# All sessions can be ended, whatever their lifetime was when they began.

{
    my $person = register();
    my %client = map { $_ => client() } qw(first second third);
    my $reset  = client();

    decide($person->{number}, 'approved');
    servers()->reload(directives => { session => 'lifetime=3s',
                                      code => 'interval=0s' });
    sign_in($client{first}, $person->{values});
    servers()->reload(directives => { code => 'interval=0s' });
    sleep 3.5;
    status_is($client{first}->get('session'), 200,
              'a lifetime that was made longer');
    sign_in($client{second}, $person->{values});
    sleep 2.5;
    servers()->reload(directives => { session => 'lifetime=2s',
                                      code => 'interval=0s' });
    sign_in($client{third}, $person->{values});
    servers()->reload(directives => { code => 'interval=0s' });

    my $code = code_for($reset, $person->{values}{email}, 'password_reset');

    status_is($reset->post('password-resets', {
        account => $person->{values}{username},
        email   => $person->{values}{email}, code => $code,
        password => person()->{password} }), 204, 'a new password');
    problem_is($client{$_}->get('session'), 401, '', "ends the $_")
        for sort keys %client;
}


# The clock of Redis is set back by two hours: what was written before is that
# far in the future, and keeps nobody out.

{
    my $person = register();
    my $values = $person->{values};

    decide($person->{number}, 'approved');

    my $account = servers()->sql("select account_id from
        registration.application where number = '$person->{number}'");
    my $future = sub { sprintf '%.0f', (Time::HiRes::time() + 7200) * 1000 };

    servers()->redis('FLUSHALL');
    problem_is(sign_in(client(), $values, password => 'not-the-password-3'),
               401, '', 'a failure');

    for my $key (split /\n/, servers()->redis('KEYS', 'registration:*')) {
        my $old = servers()->redis('GET', $key);
        my $new = $key =~ /:account:/      ? $future->()
                : $old =~ /^(\d+) \d+$/    ? "$1 " . $future->()
                :                            $old;

        servers()->redis('SET', $key, $new);
    }

    status_is(sign_in(client(), $values), 200, 'nobody waits for hours');

    servers()->redis('ZADD', "registration:sessions:$account", $future->(),
                     'ended');

    status_is(sign_in(client(), $values), 200,
              'sessions that are to end in hours do not end others');
}


# Where approved applicants go on

servers()->reload(directives => {
    landing_page => 'https://works.example.org/home?from=login' });

{
    my $client = client();
    my $answer = sign_in($client, $approved->{values});

    is($answer->json->{landing}, 'https://works.example.org/home?from=login',
       'the landing page that the administrator set');
    is($client->get('session')->json->{landing}, $answer->json->{landing},
       'whenever it is asked for');
}


# Over TLS

servers()->reload(directives => { secure_cookies => 'on' });

{
    my $answer = sign_in(client(), $approved->{values});

    like(cookie_of($answer), qr/^__Host-registration-session=/,
         'the prefix __Host-');
    like(cookie_of($answer), qr/; Secure/, 'Secure');
}

checks();
