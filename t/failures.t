# What else runs may stop, hang or start again: only what needs it answers
# 503, soon; nothing is let through; and it goes on by itself.

use lib 't/lib';
use Test::Registration;

start();

# The contract's times, and what this machine may need on top of them while
# other tests run beside this one.  A call that blocks a worker is found all the
# same: it would never return from a server that hangs.

use constant { REDIS => 1, POSTGRES => 5, SLACK => 1.5, SOON => 0.5 };

my $person  = register();
my $values  = $person->{values};
my $session = client();

decide($person->{number}, 'approved');
sign_in($session, $values);

my $drafting  = client();
my $applicant = person();
my $body      = draft_for($drafting, $applicant);
my $document  = $body->{documents}{id_card_portrait};

$drafting->put('draft', { postcode => '450000' });

sub mailbox { person()->{email} }


# Every call by what it needs; a code reference makes the call.

my %call = (
    'GET /form'    => sub { client()->get('form') },
    'GET /regions' => sub { client()->get('regions') },
    'GET /draft'   => sub { $drafting->get('draft') },
    'PUT /draft'   => sub { $drafting->put('draft', { step => 2 }) },
    'GET /session' => sub { $session->get('session') },
    'GET /documents/{id}' => sub { $drafting->get("documents/$document") },
    'POST /documents' => sub { client()->upload('licence', picture()) },
    'POST /email-codes' => sub { client()->post('email-codes',
        { email => mailbox(), purpose => 'registration' }) },
    'POST /email-codes for a password' => sub {
        client()->post('email-codes',
            { email => mailbox(), purpose => 'password_reset' }) },
    'GET /availability' => sub {
        client()->get('availability?username=some.name') },
    'POST /sessions' => sub { sign_in(client(), $values) },
    'POST /registrations' => sub { submit($drafting, $body) },
    'POST /password-resets' => sub { $drafting->post('password-resets', {
        account => $values->{username}, email => $values->{email},
        code => '123456', password => $applicant->{password} }) },
);

my @needs_nothing = ('GET /form', 'GET /regions');
my @needs_redis   = ('GET /draft', 'PUT /draft', 'GET /session',
    'GET /documents/{id}', 'POST /documents', 'POST /email-codes',
    'POST /sessions', 'POST /registrations', 'POST /password-resets');
my @needs_postgres = ('GET /availability', 'POST /sessions',
    'POST /registrations');
my @redis_only = ('GET /draft', 'PUT /draft', 'GET /documents/{id}',
    'POST /documents', 'POST /email-codes');


sub unavailable ($how, $within, @calls)
{
    for my $name (@calls) {
        my $answer;
        my $took = elapsed(sub { $answer = $call{$name}->() });

        problem_is($answer, 503, '', "$how: $name");
        cmp_ok($took, '<', $within + SLACK, "$how: $name within $within s");
    }
}


sub works ($how, @calls)
{
    for my $name (@calls) {
        my $answer;
        my $took = elapsed(sub { $answer = $call{$name}->() });

        like($answer->status, qr/^2/, "$how: $name works")
            or diag($answer->status . ' ' . $answer->text);
        cmp_ok($took, '<', SOON + SLACK, "$how: $name at once");
    }
}


# Back again without a reload; how long it took is at most the backoff.

sub recovers ($how, @calls)
{
    for my $name (@calls) {
        my $status;

        wait_for(sub { ($status = $call{$name}->()->status) =~ /^2/ }, 15);
        like($status, qr/^2/, "$how: $name recovers");
    }
}


works('all is well', @needs_nothing, 'GET /draft', 'GET /session',
      'GET /availability', 'POST /sessions');


# Redis hangs, then goes on.  What it held is still there.

my $files = files();

servers()->pause('redis');
unavailable('Redis hangs', REDIS, @needs_redis);
works('Redis hangs', @needs_nothing);
servers()->resume('redis');
recovers('Redis goes on', 'GET /draft', 'GET /session', 'GET /availability',
         'POST /sessions', 'POST /documents');

# Redis stops, and starts again with nothing.

servers()->stop('redis', 'KILL');
unavailable('Redis stopped', REDIS, @needs_redis);
works('Redis stopped', @needs_nothing);

sub files { scalar(() = glob servers()->{dir} . '/documents/*/*') }

# One went into its draft when Redis went on, though too late for the answer.

ok(wait_for(sub { files() <= $files + 2 }, 5),
   'pictures that no draft could take are removed');

unlink servers()->{dir} . '/redis/socket';
servers()->start_redis;
recovers('Redis starts again', 'GET /draft', 'PUT /draft',
         'POST /documents', 'POST /email-codes', 'POST /sessions');
problem_is($session->get('session'), 401, '',
           'a session that Redis lost is none');
is($call{'POST /registrations'}->()->status, 422,
   'a submission whose draft is lost is refused, not accepted');


# PostgreSQL hangs: what it is not needed for goes on.

$session   = client();
$drafting  = client();
sign_in($session, $values);
$body      = draft_for($drafting, $applicant);
$document  = $body->{documents}{id_card_portrait};

servers()->pause('postgres');
unavailable('PostgreSQL hangs', POSTGRES, @needs_postgres);
works('PostgreSQL hangs', @needs_nothing, @redis_only);

# The name cannot be asked for, but what is wrong is known.

my %wrong = (%$body, postcode => '4');

problem_is(submit($drafting, \%wrong), 422, 'postcode format',
           'PostgreSQL hangs: a wrong submission');
servers()->resume('postgres');
recovers('PostgreSQL goes on', 'GET /availability', 'POST /sessions');

# PostgreSQL stops at once, as in a crash.

servers()->stop('postgres', 'QUIT');
unavailable('PostgreSQL stopped', POSTGRES, @needs_postgres);
works('PostgreSQL stopped', @needs_nothing, @redis_only);
problem_is(submit($drafting, \%wrong), 422, 'postcode format',
           'PostgreSQL stopped: a wrong submission');
servers()->start_postgres;
recovers('PostgreSQL starts again', 'GET /availability', 'POST /sessions',
         'GET /session');

# What was refused meanwhile consumed nothing: it can be submitted now, once.

{
    my $answer = $call{'POST /registrations'}->();

    status_is($answer, 201, 'the submission that was refused goes through');
    is(submit_again($drafting, $body)->body, $answer->body, 'once');
}

# An idle connection that broke is not noticed by a client.

servers()->sql('select pg_terminate_backend(pid) from pg_stat_activity
                 where usename = \'registration\'');
sleep 0.2;
works('connections were cut', 'GET /availability');


# Mail: the code is made, the mail comes when it can.

servers()->stop('inbox', 'KILL');

my $address = mailbox();

{
    my $answer = client()->post('email-codes',
        { email => $address, purpose => 'registration' });

    status_is($answer, 202, 'no mail server: the code waits');
    works('no mail server', @needs_nothing, 'GET /draft', 'POST /documents',
          'POST /sessions', 'GET /availability', 'GET /session');
}

servers()->start_inbox;
is(scalar(mails($address, 1, 40)), 1, 'the mail arrives later');

servers()->pause('inbox');
$address = mailbox();

{
    my $answer = client()->post('email-codes',
        { email => $address, purpose => 'registration' });

    status_is($answer, 202, 'a mail server that hangs');
    works('the mail server hangs', @needs_nothing, 'GET /draft',
          'POST /documents', 'POST /sessions', 'GET /session');
}

servers()->resume('inbox');
is(scalar(mails($address, 1, 40)), 1, 'the mail arrives then');


# More work than threads and queues hold: 503 at once, and good again after.

servers()->reload(parts => { threads => <<'CONF' });
thread_pool passwords threads=1 max_queue=1;
thread_pool pictures threads=1 max_queue=1;
thread_pool files threads=1 max_queue=1;
CONF

{
    my @asked = map { client()->begin('POST', 'sessions', data => {
        account => "nobody.$_", password => $values->{password} }) } 1 .. 24;
    my %status;

    for (@asked) {
        my $answer = $_->finish;

        $status{$answer->status}++;
        problem_is($answer, 503, '', 'more sign-ins than there are threads')
            if $answer->status == 503 && $status{503} == 1;
    }

    ok($status{401}, 'some are judged');
    ok($status{503}, 'others are told to come again');
    is(join(',', sort keys %status), '401,503', 'nobody is let in');
    works('afterwards', 'POST /sessions');
}

{
    my $picture = picture(width => 3000, height => 3000);
    my %status;

    $status{$_->finish->status}++ for map {
        my ($type, $body) = Test::Registration::Client::multipart([
            { name => 'kind', body => 'licence' },
            { name => 'file', filename => 'a.jpg', body => $picture } ]);
        client()->begin('POST', 'documents', type => $type, body => $body);
    } 1 .. 12;

    is(join(',', sort keys %status), '201,503',
       'more pictures than there are threads');
    works('afterwards', 'POST /documents');
}

checks();
