# Whatever dies in the middle of submissions and uploads, afterwards every
# application stands once, with all its pictures, and nobody is asked to begin
# again.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Hold;

start(directives => { draft => 'lifetime=1h sweep=1s',
                      code => 'interval=0s per_address=1000',
                      database => '"host=%DIR%/postgres dbname=registration '
                          . 'user=registration" timeout=2s' });

my @done;


# A round: some submissions and uploads are sent, then something dies.

sub round ($die, $after)
{
    my @people = map { my $client = client();
        { client => $client, body => draft_for($client, person()) } } 1 .. 3;
    my @uploading = map { client() } 1 .. 2;

    for my $person (@people) {
        my $client = $person->{client};

        $client->{before} = { $client->{cookies}->%* };
        $person->{sent} = $client->begin('POST', 'registrations',
                                         data => $person->{body});
    }

    my @sent = map {
        my ($type, $body) = Test::Registration::Client::multipart([
            { name => 'kind', body => 'licence' },
            { name => 'file', filename => 'a.jpg', body => picture() } ]);
        $_->begin('POST', 'documents', type => $type, body => $body);
    } @uploading;

    sleep $after;
    $die->();

    for my $person (@people) {
        my $answer = $person->{sent}->finish;

        $person->{number} = $answer->json->{number}
            if $answer && $answer->status == 201;
    }

    $_->finish for @sent;
    push @done, @people;
}


# As a page does: again and again until there is an answer.

sub insist ($person)
{
    my $answer;

    wait_for(sub {
        $answer = eval { submit_again($person->{client}, $person->{body}) };
        return $answer && $answer->status == 201;
    }, 20);

    return $answer;
}


sub all_stand ($name)
{
    my @lost = grep {
        my $answer = insist($_);
        my $number = $answer ? $answer->json->{number} // '' : '';

        $_->{number} //= $number;
        $number eq '' || $number ne $_->{number};
    } @done;

    is(scalar @lost, 0, "$name: every application has its one number")
        or diag(join "\n", map { $_->{number} // 'none' } @lost);

    is(servers()->sql('select count(*) from registration.application'),
       scalar @done, "$name: none is there twice");

    my @ids = split /\n/, servers()->sql(
        'select id from registration.document');

    is(scalar(grep { !stored($_) } @ids), 0,
       "$name: every picture of an application is stored");
    is(scalar @ids, 3 * @done, "$name: three of each");
}


for (1 .. 6) {
    round(sub { kill 'KILL', servers()->workers }, 0.006 * $_ ** 2);
}

all_stand('workers were killed');

for (1 .. 3) {
    round(sub {
        servers()->stop('postgres', 'QUIT');    # at once, as in a crash
        servers()->start_postgres;
    }, 0.02 * $_);
}

all_stand('PostgreSQL crashed');


# A worker dies when PostgreSQL has the new password: nobody is signed in by the
# old one any more, though no request is left to see to it.

{
    my $client = client();
    my $signed = client();
    my $person = register();
    my $values = $person->{values};

    decide($person->{number}, 'approved');
    status_is(sign_in($signed, $values), 200, 'signed in');

    my $code = code_for($client, $values->{email}, 'password_reset');

    my $hold  = Test::Registration::Hold->new;
    my $reset = $client->begin('POST', 'password-resets', data => {
        account => $values->{username}, email => $values->{email},
        code => $code, password => person()->{password} });

    ok($hold->waits, 'a password is half written');
    kill 'KILL', servers()->workers;
    is($reset->finish, undef, 'a worker dies during a reset: no answer');
    $hold->let_go;

    ok(wait_for(sub {
        my $answer = eval { $signed->get('session') };
        return $answer && $answer->status == 401;
    }, 20), 'the sessions of the old password end');
    problem_is(sign_in(client(), $values), 401, '', 'which is none');
    push @done, $person;
}


# The draft is lost with Redis, but not what was submitted from it.

{
    my $client = client();
    my $body   = draft_for($client, person());
    my $answer = submit($client, $body);

    status_is($answer, 201, 'an application');
    servers()->redis('FLUSHALL');

    my $again = submit_again($client, $body);

    isnt($again->status, 201, 'it cannot be repeated without its draft');
    is(sign_in(client(), $body)->json->{number}, $answer->json->{number},
       'but it is there');
}


# Pictures of uploads that died belong to nobody, and go.

servers()->reload(directives => { draft => 'lifetime=1s sweep=1s' });

ok(wait_for(sub {
    my $files = () = glob servers()->{dir} . '/documents/*/*';
    return $files == 3 * (@done + 1);
}, 15), 'what nobody owns is swept, and nothing else');

checks(alerts => qr/exited on signal 9/);
