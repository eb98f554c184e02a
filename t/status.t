# registration_status: what all workers count, as Prometheus reads it.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

my %part = (server => <<'CONF');
location = /status {
    registration_status;
}

location = /status-again {
    registration_status;
}

location /guarded-file/ {
    registration_require approved;
    root %DIR%;
}
CONF

start(parts => \%part);

my $client = client();


# The samples of one look: "name{labels}" => value

my %type;

sub look ($path = '/status')
{
    my $answer = client()->get($path);
    my (%sample, @faults);

    die 'status: ' . $answer->status if $answer->status != 200;

    for (split /\n/, $answer->body) {
        if (/^# HELP (\w+) \S.*$/) {
            push @faults, "$1 explained twice" if $sample{"# $1"}++;

        } elsif (/^# TYPE (\w+) (counter|gauge|histogram)$/) {
            $type{$1} = $2;

        } elsif (/^(\w+)((?:\{(?:\w+="[^"\\]*",?)+(?<!,)\})?) (\d+(?:\.\d+)?)$/)
        {
            my ($name, $series, $value) = ($1, "$1$2", $3);
            my $family = $name =~ s/_(?:bucket|sum|count)$//r;

            push @faults, "$name has no type"
                if !$type{$name} && ($type{$family} // '') ne 'histogram';
            push @faults, "$series twice" if exists $sample{$series};
            $sample{$series} = $value;

        } else {
            push @faults, "not understood: $_";
        }
    }

    push @faults, 'no line end' if $answer->body !~ /\n\z/;
    is(join("\n", @faults), '', 'the format holds') if @faults;

    return \%sample;
}


sub value ($sample, $name, %label)
{
    my $sum = 0;

    for my $series (grep { /^\Q$name\E(?:\{|$)/ } keys %$sample) {
        next if grep { $series !~ /[{,]\Q$_\E="\Q$label{$_}\E"/ } keys %label;
        $sum += $sample->{$series};
    }

    return $sum;
}


sub requests ($sample, $endpoint, $code, $mount = 'applicants')
{
    return value($sample, 'registration_requests_total',
                 endpoint => $endpoint, code => $code, mount => $mount);
}


# The answer

{
    my $answer = $client->get('/status');

    status_is($answer, 200, 'the figures');
    is($answer->header('Content-Type'),
       'text/plain; version=0.0.4; charset=utf-8', 'in Prometheus\' format');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');
    my ($version) = $answer->body =~ /^registration_build_info
                           \{version="([\d.]+)",nginx="[\d.]+"\}\ 1$/mx;
    my (undef, $tool) = Test::Registration::Servers::try_run(
        Test::Registration::Servers::registrationctl(), '--version');
    my ($package) = Test::Registration::Servers::slurp(
        "$Test::Registration::Servers::ROOT/debian/changelog")
        =~ /^\S+ \(([\d.]+)/;

    is($version, $package, 'what is running');
    like($tool, qr/^registrationctl \Q$version\E /, 'beside its tool');
    is($client->request('HEAD', '/status')->status, 200, 'HEAD');
    is($client->post('/status', { a => 1 })->status, 405, 'nothing to post');

    my $sample = look();

    ok(keys %$sample > 20, 'samples');
    is(value(look('/status-again'), 'registration_build_info'), 1,
       'in any location');
}


# A worker counts a request after its answer has gone, and the next look may be
# another worker's, which is sooner: a look that shows what has been asked

sub look_for ($shown)
{
    my $sample;

    wait_for(sub { $shown->($sample = look()) });

    return $sample;
}


# Requests, by all workers

{
    my $before = look();

    $client->get('form') for 1 .. 25;
    $client->get('nowhere');
    $client->delete('form');
    $client->put('draft', '{');
    $client->request('PUT', 'draft', body => 'x' x 70_000,
                     type => 'application/json');
    $client->get('session');
    client(mount => '/admin/api')->get('session');
    $client->get('form', http2 => 1);

    my $total = sub ($sample) { value($sample, 'registration_requests_total') };
    my $after = look_for(sub ($sample) {
        return $total->($sample) >= $total->($before) + 32;
    });
    my $more = sub { requests($after, @_) - requests($before, @_) };

    is($more->('GET /form', 200), 26, 'every request is counted');
    is($more->('other', 404), 1, 'unknown paths together');
    is($more->('other', 405), 1, 'and methods');
    is($more->('PUT /draft', 400), 1, 'what is refused');
    is($more->('other', 413), 1, 'also by nginx itself');
    is($more->('GET /session', 401), 1, 'applicants');
    is($more->('GET /session', 401, 'reviewers'), 1, 'and reviewers apart');
    is(value($after, 'registration_requests_total', endpoint => '/status'), 0,
       'nothing else');
}


# How long they took

{
    my $sample = look();
    my %of = (mount => 'applicants', endpoint => 'GET /form');
    my $name = 'registration_request_seconds';
    my ($last, @wrong) = (0);

    for my $le (qw(0.005 0.010 0.025 0.050 0.100 0.250 0.500 1.000 5.000
                   +Inf)) {
        my $n = value($sample, "${name}_bucket", %of, le => $le);

        push @wrong, $le if $n < $last;
        $last = $n;
    }

    is("@wrong", '', 'buckets count what is below, too');
    is($last, value($sample, "${name}_count", %of), 'the last one all');
    is($last, requests($sample, 'GET /form', 200), 'as many as requests');

    my $submit = { %of, endpoint => 'POST /registrations' };
    my $count  = sub ($sample) { value($sample, "${name}_count", %$submit) };
    my $before = $count->(look());
    my $person = register();
    my $after  = look_for(sub ($sample) { $count->($sample) > $before });

    is($count->($after), $before + 1, 'a submission');
    cmp_ok(value($after, "${name}_sum", %$submit), '>', 0,
           'takes some time');
    is(value($after, "${name}_bucket", %$submit, le => '0.005'), 0,
       'and not next to none');

    decide($person->{number}, 'approved');
    sign_in($client, $person->{values});
    $client->get('/guarded-file/');
    client()->get('/guarded-file/');

    $after = look();
    is(value($after, 'registration_require_total', result => 'passed'), 1,
       'who was let in');
    is(value($after, 'registration_require_total', result => 'refused'), 1,
       'and who not');

    my %call = map { $_ => value($after, 'registration_calls_total',
                                 peer => $_, result => 'ok') }
        qw(redis postgresql thread);

    cmp_ok($call{$_}, '>', 0, "calls: $_") for sort keys %call;
    ok(wait_for(sub { value(look(), 'registration_calls_total',
                            peer => 'smtp', result => 'ok') >= 1 }),
       'calls: smtp');

    my $text = $client->get('/status')->body;
    my @told = grep { index($text, $_) >= 0 } $person->{number},
        $person->{values}->@{qw(name username id_number mobile email)};

    is("@told", '', 'nothing about a person');
}


# A reload keeps what was counted, and asks PostgreSQL anew

{
    my $late = register();
    my $before = look();

    servers()->sql("update registration.application set due_date ="
        . " (now() at time zone interval '8 hours')::date - 3"
        . " where number = '$late->{number}'");
    servers()->reload;
    ok(wait_for(sub { value(look(), 'registration_overdue') == 1 }),
       'one is overdue');

    my $after = look();

    is(requests($after, 'GET /form', 200),
       requests($before, 'GET /form', 200), 'counters go on');
    is(value($after, 'registration_overdue_days'), 3, 'by three days');
    is(value($after, 'registration_applications', status => 'pending'), 1,
       'pending');
    is(value($after, 'registration_applications', status => 'approved'), 1,
       'approved');
    is(value($after, 'registration_applications', status => 'rejected'), 0,
       'rejected');
    cmp_ok(abs(time - value($after,
               'registration_database_timestamp_seconds')), '<', 20,
           'as of now');
}


# What is in use, and what waits

sub comes ($name, $least, $what, %label)
{
    ok(wait_for(sub { value(look(), $name, %label) >= $least }, 5), $what)
        or diag($name, ' ', value(look(), $name, %label));
}


sub goes ($name, $what, %label)
{
    ok(wait_for(sub { value(look(), $name, %label) == 0 }, 10), $what)
        or diag($name, ' ', value(look(), $name, %label));
}

{
    servers()->pause('redis');

    my $cookie = 'Cookie: registration-draft=' . 'A' x 43;
    my @held = map { client()->begin('GET', 'draft',
        headers => [ $cookie ]) } 1 .. 3;

    comes('registration_redis_commands', 1, 'commands wait for Redis');
    servers()->resume('redis');
    $_->finish for @held;
    goes('registration_redis_commands', 'and are answered');

    servers()->pause('postgres');
    @held = map { $client->begin('GET', 'availability?username=abcdef12') }
        1 .. 3;
    comes('registration_postgresql_connections', 1,
          'statements hold connections');
    servers()->resume('postgres');
    $_->finish for @held;
    goes('registration_postgresql_connections', 'and let them go');

    my @threads = map { $client->begin('POST', 'sessions', data => {
        account => "nobody$_", password => 'not-a-password' }) } 1 .. 30;

    comes('registration_thread_jobs', 1, 'passwords wait for a thread',
          pool => 'passwords');
    $_->finish for @threads;
    goes('registration_thread_jobs', 'and are done', pool => 'passwords');
}

{
    servers()->stop('inbox');
    $client->post('email-codes', { email => 'a@applicant.example',
                                   purpose => 'password_reset' });
    $client->post('email-codes', { email => "b$$\@applicant.example",
                                   purpose => 'registration' });
    comes('registration_mails', 1, 'a mail waits for its server');
    servers()->start_inbox;
    ok(wait_for(sub { value(look(), 'registration_mails') == 0 }, 15),
       'and is sent');
}


# A worker that crashes leaves no figure behind

{
    servers()->pause('redis');

    my @held = map { client()->begin('GET', 'draft',
        headers => [ 'Cookie: registration-draft=' . 'A' x 43 ]) } 1 .. 8;

    comes('registration_redis_commands', 1, 'commands in flight');

    my @old = servers()->workers;

    kill 'KILL', @old;
    servers()->resume('redis');
    ok(wait_for(sub {
        my %old = map { $_ => 1 } @old;
        my @new = servers()->workers;

        return @new == 2 && !grep { $old{$_} } @new;
    }), 'the workers are killed');
    goes('registration_redis_commands', 'others take their places');
}


# Who is down

{
    my $before = look();

    servers()->stop('redis');
    wait_for(sub { client()->get('draft', headers => [
        'Cookie: registration-draft=' . 'E' x 43 ])->status == 503 });

    my $after = look();

    cmp_ok(value($after, 'registration_calls_total', peer => 'redis',
                 result => 'unavailable'), '>',
           value($before, 'registration_calls_total', peer => 'redis',
                 result => 'unavailable'), 'Redis is down: it shows');
    servers()->start_redis;

    servers()->stop('postgres', 'INT');

    my $count = value(look(), 'registration_applications');

    $client->get('availability?username=abcdefgh1');
    $after = look();
    cmp_ok(value($after, 'registration_calls_total', peer => 'postgresql',
                 result => 'unavailable'), '>', 0, 'so does PostgreSQL');
    is($count, 2, 'the last figures of which stay');
    servers()->start_postgres;
}

run_blocks(undef);

checks(alerts => qr/exited on signal 9/);

__DATA__

=== where another directive answers
--- server
location /both/ {
    registration;
    registration_status;
}
--- emerg
"registration_status" directive is duplicate, or another

=== a status needs what a mount needs
--- directives
redis
--- emerg
"registration_status" needs the directive "registration_redis"
