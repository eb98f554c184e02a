# Codes by mail: what is sent, to whom, how often, and what they are good for.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Applicant;

start();

my $serial = 0;

sub address { Test::Registration::Applicant::canary(
    'code' . $$ . '.' . ++$serial . '@applicant.example') }

sub ask ($client, $address, $purpose = 'registration')
{
    return $client->post('email-codes',
                         { email => $address, purpose => $purpose });
}


# The answer and the mail

{
    my $client  = client();
    my $address = address();
    my $answer  = ask($client, $address);

    status_is($answer, 202, 'a code is on its way');
    is_deeply($answer->json, { resend_after => 60, expires_in => 600 },
              'with the figures for the page');
    ok($client->{cookies}{'registration-draft'}, 'it belongs to a draft');

    my ($mail) = mails($address);

    ok($mail, 'a mail arrives') or BAIL_OUT('no mail');
    like($mail->{text}, qr/(?<!\d)\d{6}(?!\d)/, 'with a code of six digits');
    like($mail->{text}, qr/\p{Han}{4}/, 'in Chinese');
    like($mail->{text}, qr/10/, 'it says how long the code is good');
    like($mail->{subject}, qr/\p{Han}/, 'the subject is Chinese, too');
    unlike($mail->{subject}, qr/\d{6}/, 'and holds no code');
    unlike($mail->{header}{subject}, qr/[^\x20-\x7e]/,
           'encoded by RFC 2047');
    like($mail->{header}{from}, qr/<noreply\@registration\.example>/, 'From');
    like($mail->{header}{'return-path'}, qr/noreply\@registration\.example/,
         'the envelope\'s sender');
    like($mail->{header}{'auto-submitted'}, qr/^auto-generated/,
         'Auto-Submitted (RFC 3834)');
    like($mail->{header}{'message-id'}, qr/^<[^@\s]+@[^@\s]+>$/,
         'Message-ID');
    like($mail->{header}{date}, qr/^\w{3}, \d{1,2} \w{3} \d{4} /, 'Date');
    unlike($mail->{raw}, qr/^.{999}/m, 'no line over 998 octets (RFC 5322)');

    my $english = address();

    client()->post('email-codes',
        { email => $english, purpose => 'registration' },
        headers => [ 'Accept-Language: en-GB, zh;q=0.5' ]);

    ($mail) = mails($english);
    like($mail->{text}, qr/[a-z]{3} [a-z]{2,} /, 'English for who reads that');
    like($mail->{text}, qr/(?<!\d)\d{6}(?!\d)/, 'with a code, too');
    unlike($mail->{subject}, qr/\p{Han}/, 'and an English subject');
}


# Known and unknown addresses look the same.

{
    my $known   = register()->{values}{email};
    my $unknown = address();

    for my $purpose (qw(registration password_reset)) {
        my ($a, $b) = map {
            servers()->redis('FLUSHALL');
            ask(client(), $_, $purpose)
        } $known, $unknown;

        is($a->status, 202, "$purpose: a known address");
        is($b->status, 202, "$purpose: an unknown address");
        is($a->body, $b->body, 'with the same answer');
        is_deeply([ header_names($a) ], [ header_names($b) ],
                  'and the same headers');
    }

    sleep 1;
    is(scalar(grep { Test::Registration::Mail::code($_) } mail_to($known)), 3,
       'the owner has a code for each request');
    is(scalar mail_to($unknown), 1,
       'an address without an account gets none for its password');
}

sub header_names ($answer)
{
    return map { $_->[0] } $answer->{headers}->@*;
}


# What is wrong with a request

my $client = client();

for ([ {}, 'email required, purpose required', 'nothing' ],
     [ { email => 'x', purpose => 'registration' }, 'email format',
       'no address' ],
     [ { email => 'a@b.example', purpose => 'spam' }, 'purpose unknown',
       'an unknown purpose' ],
     [ { email => 'a@b.example', purpose => 'registration', x => 1 },
       'x unknown_member', 'an unknown member' ],
     [ { email => 1, purpose => 'registration' }, 'email format',
       'a number for an address' ],
     [ { email => "a\@b.example\r\nBcc: c\@d.example",
         purpose => 'registration' }, 'email format', 'a line break' ],
     [ { email => "a\@b.example>\nRCPT TO:<c\@d.example",
         purpose => 'registration' }, 'email format', 'an SMTP command' ],
     [ { email => 'a@b.example, c@d.example', purpose => 'registration' },
       'email format', 'two addresses' ],
     [ { email => '"a b"@c.example', purpose => 'registration' },
       'email format', 'a quoted local part' ],
     [ { email => 'a' x 65 . '@b.example', purpose => 'registration' },
       'email format', 'a local part of 65 octets' ],
     [ { email => 'abc@' . join('.', ('b' x 60) x 4) . '.example',
         purpose => 'registration' }, 'email format', '255 octets' ],
     [ { email => 'a@localhost', purpose => 'registration' },
       'email format', 'a domain without a dot' ],
     [ { email => 'a@[127.0.0.1]', purpose => 'registration' },
       'email format', 'an address literal' ])
{
    my ($body, $errors, $name) = @$_;
    my $answer = $client->post('email-codes', $body);

    # too_long is as good a word for what is over 254 octets

    problem_is($answer, 422, $name =~ /octets/ ? undef : $errors, $name);
}

is(scalar(() = glob servers()->{dir} . '/mail/*d.example*'), 0,
   'none of them sent mail elsewhere');
is(scalar(mail_to('c@d.example')), 0, 'none at all');


# How often

{
    my $address = address();

    status_is(ask(client(), $address), 202, 'a first code');

    for my $again ($address, uc $address, " $address ") {
        my $answer = ask(client(), $again);

        problem_is($answer, 429, '', 'another within the minute');
        cmp_ok($answer->header('Retry-After'), '<=', 60, 'Retry-After');
    }

    status_is(ask(client(), address()), 202, 'another mailbox may');
    is(scalar mails($address), 1, 'and one mail came');
}

servers()->reload(directives =>
    { code => 'interval=1s hourly=2 daily=3 per_address=100000' });

{
    my $address = address();

    ask(client(), $address);
    sleep 1.1;
    status_is(ask(client(), $address), 202, 'a second within the hour');
    sleep 1.1;

    my $answer = ask(client(), $address);

    problem_is($answer, 429, '', 'the third is over the hour\'s limit');
    cmp_ok($answer->header('Retry-After'), '>', 60, 'for longer');
}

# Clients are counted by the hour of the clock: not over its end.

sleep 20 if 3600 - time % 3600 < 20;

servers()->reload(directives =>
    { code => 'interval=60s per_address=3' });

{
    my $client  = client(from => '127.0.0.5');
    my $address = address();

    status_is(ask($client, $address), 202, 'a code');
    problem_is(ask($client, $address), 429, '', 'one that is refused')
        for 1 .. 3;
    status_is(ask($client, address()), 202,
              'is not counted against the client') for 1 .. 2;

    my $answer = ask($client, address());

    problem_is($answer, 429, '', 'but the mails are');
    cmp_ok(abs($answer->header('Retry-After') - (3600 - time % 3600)), '<=', 2,
           'until the hour ends');

    my @tables = split /\n/, servers()->redis('KEYS', 'registration:clients:*');

    ok(scalar @tables, 'clients are counted in Redis');
    is((grep { my $left = servers()->redis('TTL', $_);
               $left < 1 || $left > 7200 } @tables), 0,
       'for two hours at most');
}

servers()->reload(directives =>
    { code => 'interval=0s hourly=3 daily=2 per_address=3' });

{
    my $address = address();
    my $client  = client(from => '127.0.0.2');

    ask($client, $address);
    ask($client, $address);
    problem_is(ask($client, $address), 429, '', 'the day\'s limit');

    my $far = client(from => '127.0.0.3');

    status_is(ask($far, address()), 202, "address: $_ of 3") for 1 .. 3;
    problem_is(ask($far, address()), 429, '', 'a fourth from one address');
    problem_is(ask(client(from => '127.0.0.3'), address()), 429, '',
               'for another browser there as well');
    status_is(ask(client(from => '127.0.0.4'), address()), 202,
              'another address may');
}


# What a code is good for.  The submissions below are right but for the code.

servers()->reload(directives =>
    { code => 'interval=0s hourly=100 daily=100 per_address=100000' });

sub trial ($applicant, $code)
{
    return submit($applicant->{client},
                  { $applicant->{body}->%*, email_code => $code });
}

sub applicant
{
    my $client = client();
    my $values = person();

    return { client => $client, values => $values,
             body => draft_for($client, $values) };
}

sub wrong ($code) { sprintf '%06d', ($code + 1) % 1_000_000 }

{
    my $a    = applicant();
    my $code = $a->{body}{email_code};

    problem_is(trial($a, wrong($code)), 422, 'email_code code_wrong',
               'a wrong code');
    problem_is(trial($a, wrong($code)), 422, 'email_code code_wrong',
               'a second time') for 2 .. 4;

    my $newer = code_for($a->{client}, $a->{values}{email});

    isnt($newer, $code, 'a newer code is another');
    status_is(trial($a, $code), 201, 'the older one stays good')
        or diag('four wrong tries void no code');
}

{
    my $a    = applicant();
    my $code = $a->{body}{email_code};

    trial($a, wrong($code)) for 1 .. 4;

    my $newer = code_for($a->{client}, $a->{values}{email});
    my ($wrong) = grep { $_ ne $code && $_ ne $newer }
        qw(100000 100001 100002);

    problem_is(trial($a, $wrong), 422, 'email_code code_wrong',
               'a fifth wrong try, with a newer code');
    problem_is(trial($a, $code), 422, 'email_code code_wrong',
               'voids the older one');
    status_is(trial($a, $newer), 201, 'and not the newer');
}

{
    my $a    = applicant();
    my $code = $a->{body}{email_code};

    trial($a, wrong($code)) for 1 .. 5;
    problem_is(trial($a, $code), 422, 'email_code too_many_attempts',
               'five wrong tries void it, even for the right code');

    my $newer = code_for($a->{client}, $a->{values}{email});

    status_is(trial($a, $newer), 201, 'a new one helps');
}

{
    my $a = applicant();
    my $b = applicant();

    my $answer = submit($b->{client},
        { $b->{body}->%*, email => $a->{values}{email},
          email_code => $a->{body}{email_code} });

    is($answer->status, 422, 'another\'s code, for another\'s address');
    like($answer->errors, qr/^email_code code_(?:wrong|expired)$/,
         'is good in its own draft only');

    $answer = submit($a->{client},
        { $a->{body}->%*, email => address() });
    like($answer->errors, qr/^email_code code_(?:wrong|expired)$/,
         'and for its own address only');

    my $reset = $a->{client}->post('password-resets', {
        account => $a->{values}{username}, email => $a->{values}{email},
        code => $a->{body}{email_code}, password => person()->{password},
    });
    is($reset->status, 422, 'and for its own purpose only');

    status_is(trial($a, $a->{body}{email_code}), 201,
              'there it is good');
}

{
    # two browsers ask for codes for one mailbox

    my $a    = applicant();
    my $b    = applicant();
    my $code = code_for($b->{client}, $a->{values}{email});
    my $mine = { client => $b->{client},
                 body => { $b->{body}->%*, email => $a->{values}{email} } };

    problem_is(trial($mine, wrong($code)), 422, 'email_code code_wrong',
               'wrong tries in one') for 1 .. 5;
    problem_is(trial($mine, $code), 422, 'email_code too_many_attempts',
               'void its own code');
    status_is(trial($a, $a->{body}{email_code}), 201, 'and not the other\'s');
}

{
    my $a = applicant();
    my $b = applicant();
    my $code = code_for($b->{client}, $a->{values}{email});

    status_is(trial($a, $a->{body}{email_code}), 201, 'a code that was used');
    problem_is(submit($b->{client}, { $b->{body}->%*,
                   email => $a->{values}{email}, email_code => $code }),
               422, 'email taken', 'leaves another browser\'s good');
}

{
    my $a = applicant();

    problem_is(submit($a->{client}, { $a->{body}->%*, username => '@' }),
               422, 'username format', 'a refused submission');
    status_is(trial($a, $a->{body}{email_code}), 201,
              'consumes no code');
}

{
    # what was never asked for

    my $a = applicant();
    my $answer = submit($a->{client},
        { $a->{body}->%*, email => address(), email_code => '000000' });

    like($answer->errors, qr/^email_code code_(?:wrong|expired)$/,
         'no code was asked for');
}


servers()->reload(directives =>
    { code => 'interval=1h per_address=100000' });

{
    my $a = applicant();

    status_is(trial($a, $a->{body}{email_code}), 201, 'a code is used up');
    problem_is(ask(client(), $a->{values}{email}), 429, '',
               'that its mail was sent is not forgotten');
}


servers()->reload(directives =>
    { code => 'lifetime=1s interval=0s per_address=100000' });

{
    my $a = applicant();

    sleep 1.5;
    problem_is(trial($a, $a->{body}{email_code}), 422,
               'email_code code_expired', 'after its time');
}


# Without a mail server at all

servers()->reload(directives => { smtp => 'discard' });

{
    my $address = address();

    status_is(ask(client(), $address), 202, 'mail may be discarded');
    sleep 0.5;
    is(scalar mail_to($address), 0, 'then none comes');
}

checks();
