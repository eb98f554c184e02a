# Nothing personal lies in clear anywhere, whatever is done: what a whole life
# of an application gives to the module is looked for in PostgreSQL's dump and
# log (with every parameter), in Redis, in the stored pictures and in all
# logs, nginx' own at the level "debug".

use lib 't/lib';
use Test::Registration;
use Test::Registration::Applicant;
use Test::Registration::Picture;

start(log_level => 'debug',
      directives => { code => 'interval=0s per_address=1000' });

my $han = Test::Registration::Applicant::random_han(6);
my $filename = Test::Registration::Applicant::canary("$han.jpg");

for my $values (person(), organisation()) {
    my $client = client();

    # the wizard saves every field on its way

    $client->put('draft', { $_ => $values->{$_} }) for sort keys %$values;
    is($client->get('draft')->json->{values}{name}, $values->{name},
       'the draft has the name');

    my $body = draft_for($client, $values);

    # a picture by a telling name, with a telling note

    my ($kind) = kinds($values->{document_type});
    my $picture = Test::Registration::Picture::exif(picture(), 6,
        Test::Registration::Applicant::canary('EXIFNOTE' . $$));

    my $upload = $client->upload($kind, $picture, filename => $filename);

    status_is($upload, 201, 'an upload');
    is($upload->json->{filename}, $filename, 'keeps its name');
    $body->{documents}{$kind} = $upload->json->{id};

    # faults are the moment when values slip into logs

    my %spoiled = map { $_ => "\x{1f600}$values->{$_}" }
        grep { !ref $values->{$_} && $_ ne 'email' } keys %$values;

    problem_is(submit($client, { %$body, %spoiled }), 422, undef,
               'refused values');
    utf8::encode(my $broken = qq({"name": "$values->{name}"));

    problem_is($client->put('draft', $broken), 400, undef, 'broken JSON');
    problem_is($client->post('registrations', $body,
                             type => 'text/plain'), 415, undef, 'no JSON');

    my $done = submit($client, $body);

    status_is($done, 201, 'the submission');

    sign_in($client, $values, password => "$values->{password}-wrong");
    decide($done->json->{number}, 'approved');
    status_is(sign_in($client, $values), 200, 'signed in');
    status_is($client->get("documents/$upload->{json}{id}"), 200,
              'the picture');

    my $code = code_for($client, $values->{email}, 'password_reset');
    my $password = person()->{password};

    status_is($client->post('password-resets', {
        account => $values->{username}, email => $values->{email},
        code => $code, password => $password }), 204, 'a reset');
}


# Also when things fail

{
    my $client = client();
    my $values = person();
    my $body   = draft_for($client, $values);

    servers()->stop('inbox', 'KILL');
    $client->post('email-codes', { email => person()->{email},
                                   purpose => 'registration' });
    servers()->sql('alter function registration.next_number rename to gone');
    isnt(submit($client, $body)->status, 201, 'an SQL error');
    servers()->sql('alter function registration.gone rename to next_number');
    servers()->stop('postgres', 'INT');
    problem_is(submit($client, $body), 503, '', 'without PostgreSQL');
    servers()->start_postgres;
    servers()->stop('redis', 'KILL');
    problem_is(submit($client, $body), 503, '', 'without Redis');
    unlink servers()->{dir} . '/redis/socket';
    servers()->start_redis;
    wait_for(sub { $client->put('draft', { name => $values->{name} })
                       ->status == 200 });
}

# The search would find something: these logs do tell everything.

like(Test::Registration::Servers::slurp(servers()->{dir} . '/postgres.out'),
     qr/in_province/, 'PostgreSQL logs every parameter');
like(Test::Registration::Servers::slurp(servers()->{dir} . '/error.log'),
     qr/\[debug\]/, 'nginx logs all it can');

# nginx itself logs request headers at the level "debug": cookies are left
# out there, and only there.

checks(places => { 'error log' => qr/^[\w-]{43}$/ });
