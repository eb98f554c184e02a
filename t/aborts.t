# Clients of the reviewers' side, of a correction and of a guarded location
# that go away at any moment: nothing stays in use, nothing is half done.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

use constant PASSWORD => 'seven quiet harbours 41';
use constant ROUNDS   => 12;

my %part = (server => <<'CONF');
location = /status {
    registration_status;
}

location /app/ {
    registration_require any;
    alias %DIR%/;
    try_files /keys.none @app;
}

location @app {
    registration_require any;
    root %DIR%/none;
}
CONF

start(parts => \%part);

my $dir = servers()->{dir};
my $sql = sub ($text) { servers()->sql($text) };

Test::Registration::Servers::spew("$dir/password", PASSWORD . "\n");

my ($status, $text) = Test::Registration::Servers::try_run('sh', '-c',
    'exec "$@" < ' . "$dir/password", 'sh',
    Test::Registration::Servers::registrationctl(), 'reviewer', 'add',
    'li.si', '--database',
    "host=$dir/postgres dbname=registration user=postgres");

is($status, 0, 'a reviewer') or diag($text);

my $li = client(mount => '/admin/api');

status_is($li->post('sessions', { name => 'li.si', password => PASSWORD }),
          200, 'signs in');

my @people = map { register() } 1 .. ROUNDS;
my @numbers = map { $_->{number} } @people;
my ($picture) = $li->get("registrations/$numbers[0]")->json
    ->{documents}->@*;


# Goes away after so many milliseconds, from 0 to 22.

sub drop ($client, $round, @request)
{
    my $exchange = $client->begin(@request);

    sleep($round * 2 / 1000) if $round;
    $exchange->abort;
}

for my $round (0 .. ROUNDS - 1) {
    my $number = $numbers[$round];

    drop($li, $round, 'GET', 'registrations?status=pending&q=' . $number);
    drop($li, $round, 'GET', 'registrations.csv');
    drop($li, $round, 'GET', "registrations/$number");
    drop($li, $round, 'GET', "documents/$picture->{id}");
    drop($li, $round, 'GET', 'audit');
    drop($li, $round, 'PUT', "registrations/$number/claim");
    drop(client(mount => '/admin/api'), $round, 'POST', 'sessions',
         data => { name => 'li.si', password => PASSWORD });
    drop(client(), $round, 'POST', 'sessions',
         data => { account => $people[0]{values}{username},
                   password => 'not-the-password-1' });
    drop($li, $round, 'POST', "registrations/$number/decisions",
         data => { version => 1, decision => 'return', reason => '请核对',
                   items => [ { field => 'mobile', reason => 'x' } ] });
}


# What is left of it

sub in_use
{
    my $text = client()->get('/status')->body;

    return join ' ', grep { !/ 0$/ } $text =~ /^(registration_(?:
        redis_commands|postgresql_connections|mails|thread_jobs).*)$/mgx;
}

ok(wait_for(sub { in_use() eq '' }, 15), 'nothing stays in use')
    or diag(in_use());

# Each change of state has its audit row and its mail, whoever was told.

sub whole ($name)
{
    is($sql->("select count(*) from registration.state_change c
                 join registration.application a on a.id = c.application_id
                where (select count(*) from registration.audit t
                        where t.number = a.number
                          and t.action in ('submit', 'return', 'correct')
                          and t.details->>'version' = c.version::text) <> 1
                   or (select count(*) from registration.outbox o
                        where o.application_id = c.application_id
                          and o.version = c.version) <> 1"), 0, $name);
}

whole('no decision is half done');

my @returned = grep {
    $sql->("select status from registration.application
             where number = '$_->{number}'") eq 'returned'
} @people;

cmp_ok(scalar @returned, '>', 0, 'some were decided');

# The others are still there to be decided.

for my $number (@numbers) {
    my $answer = $li->post("registrations/$number/decisions",
        { version => 1, decision => 'return', reason => '请核对',
          items => [ { field => 'mobile', reason => 'x' } ] });

    next if $answer->status == 200 || $answer->status == 409;
    fail("$number: " . $answer->status);
}

# Their corrections

for my $round (0 .. ROUNDS - 1) {
    my $client = client();

    sign_in($client, $people[$round]{values});
    drop($client, $round, 'GET', 'correction');
    drop($client, $round, 'GET', '/app/');
    drop($client, $round, 'PUT', 'correction',
         data => { version => 2,
                   mobile => sprintf '138000077%02d', $round });
}

ok(wait_for(sub { in_use() eq '' }, 15), 'nothing stays in use')
    or diag(in_use());
whole('no correction is half done');
cmp_ok($sql->('select count(*) from registration.revision'), '>', 0,
       'some were taken');

status_is($li->get('registrations'), 200, 'and all goes on');

checks();
