# A forgotten password: a code by mail, a new password, all sessions ended.

use lib 't/lib';
use Test::Registration;

start(directives => { code => 'interval=0s hourly=100 daily=100 '
                              . 'per_address=100000' });

my $person = register();
my $values = $person->{values};

decide($person->{number}, 'approved');

sub reset_with ($client, %more)
{
    my %body = (account => $values->{username}, email => $values->{email},
                password => $values->{password}, %more);

    return $client->post('password-resets', \%body);
}


# The whole way

{
    my @signed_in = map { client() } 1 .. 2;

    sign_in($_, $values) for @signed_in;

    my $client   = client();
    my $code     = code_for($client, $values->{email}, 'password_reset');
    my $password = person()->{password};
    my $answer   = reset_with($client, code => $code,
                              password => $password);

    status_is($answer, 204, 'a new password');
    is($answer->body, '', 'nothing to say');

    problem_is($_->get('session'), 401, '', 'all sessions have ended')
        for @signed_in;

    problem_is(sign_in(client(), $values), 401, '',
               'the old password is none');
    $values->{password} = $password;
    status_is(sign_in(client(), $values), 200, 'the new one is');

    problem_is(reset_with($client, code => $code,
                          password => person()->{password}),
               422, undef, 'the code is used up');
}

{
    my $client = client();
    my $code   = code_for($client, $values->{email}, 'password_reset');

    status_is(reset_with($client, code => $code,
                         account => $values->{email}), 204,
              'the account by its address');

    $code = code_for($client, $values->{email}, 'password_reset');
    status_is(reset_with($client, code => $code,
                         account => $values->{email} =~ s/\@/\x{ff20}/r), 204,
              'with a full-width "@"');
}


# Of the account's own data none is in the body but its name and its address.

{
    my $client = client();
    my $code   = code_for($client, $values->{email}, 'password_reset');

    for my $field (qw( username email id_number mobile landline address )) {
        problem_is(reset_with($client, code => $code,
                              account => $values->{email},
                              password => $values->{$field}), 422,
                   'password weak_password', "a password that is the $field");
    }

    problem_is(reset_with($client, code => sprintf('%06d', ($code + 1) % 1_000_000),
                          password => $values->{id_number}), 422,
               'code code_wrong', 'which a wrong code does not tell');

    my $other = register();

    problem_is(reset_with($client, code => $code,
                          account => $other->{values}{username},
                          password => $other->{values}{id_number}), 422,
               'account mismatch', 'nor is it told of another account');

    # What cannot be opened any more keeps nobody out.

    servers()->sql(<<"SQL");
        update registration.application set data_key = null
         where number = '$other->{number}'
SQL

    $client = client();
    $code = code_for($client, $other->{values}{email}, 'password_reset');
    status_is($client->post('password-resets', {
                  account => $other->{values}{email}, code => $code,
                  email => $other->{values}{email},
                  password => person()->{password} }), 204,
              'an account whose application was destroyed');
}


# From another browser than the one that asked: the mail is read on a phone.

{
    my $code = code_for(client(), $values->{email}, 'password_reset');
    my $answer = reset_with(client(), code => $code);

    ok($answer->status == 204 || $answer->errors =~ /^code code_/,
       'another browser: accepted, or refused as a wrong code')
        or diag($answer->status . ' ' . $answer->body);
}


# What is refused

{
    my $client = client();
    my $code   = code_for($client, $values->{email}, 'password_reset');
    my $wrong  = sprintf '%06d', ($code + 1) % 1_000_000;

    problem_is(reset_with($client, code => $wrong), 422, 'code code_wrong',
               'a wrong code');
    problem_is(reset_with($client, code => $code, password => 'short'), 422,
               'password too_short', 'a short password');
    problem_is(reset_with($client, code => $code,
                          password => 'password123'), 422,
               'password weak_password', 'a common one');
    problem_is(reset_with($client, code => $code,
                          account => 'nobody-of-that-name'), 422, undef,
               'an account that has another address');
    status_is(sign_in(client(), $values), 200, 'none of them changed it');
}

problem_is(client()->post('password-resets', {}), 422,
           'account required, code required, email required, '
           . 'password required', 'nothing');
problem_is(reset_with(client(), code => '000000', more => 1), 422,
           'more unknown_member', 'an unknown member');


# Five wrong tries void the code.

{
    my $client = client();
    my $code   = code_for($client, $values->{email}, 'password_reset');
    my $wrong  = sprintf '%06d', ($code + 1) % 1_000_000;

    reset_with($client, code => $wrong) for 1 .. 5;
    problem_is(reset_with($client, code => $code), 422,
               'code too_many_attempts', 'after five wrong tries');
}


# A disabled account stays disabled.

{
    my $other = register();

    servers()->sql(<<"SQL");
        update registration.account set disabled = true
         where id = (select account_id from registration.application
                      where number = '$other->{number}')
SQL

    my $client = client();
    my $answer = $client->post('email-codes', {
        email => $other->{values}{email}, purpose => 'password_reset' });

    status_is($answer, 202, 'a code for a disabled account looks the same');

    my ($mail) = reverse mails($other->{values}{email}, 2, 2);
    my $code   = Test::Registration::Mail::code($mail) // '000000';

    $answer = $client->post('password-resets', {
        account => $other->{values}{username},
        email => $other->{values}{email}, code => $code,
        password => person()->{password} });

    problem_is($answer, 403, '', 'and changes nothing');
    like($answer->json->{type}, qr/account_disabled$/, 'and says why');

    $answer = $client->post('password-resets', {
        account => $other->{values}{username},
        email => $other->{values}{email}, password => person()->{password},
        code => sprintf '%06d', ($code + 1) % 1_000_000 });

    problem_is($answer, 422, 'code code_wrong', 'but for the right code only');
    problem_is(sign_in(client(), $other->{values}), 403, '',
               'nor opens anything');
}

checks();
