# POST /registrations: who may register, every rule, every fault at once, and
# the same answer when it is asked again.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Applicant;

start(directives => { code => 'interval=0s hourly=100 daily=100 '
                              . 'per_address=100000' });

my $true = JSON::PP::true;

*years = \&Test::Registration::Applicant::years_from_now;

sub rows ($sql) { servers()->sql("select count(*) from registration.$sql") }


# A natural person

{
    my $person = register();
    my $answer = $person->{answer};
    my $json   = $answer->json;

    like($json->{number}, qr/^\d{15}$/, 'the number');
    is(check_digit(substr $json->{number}, 0, 14),
       substr($json->{number}, 14), 'its check digit (ISO 7064 MOD 11,10)');
    is($json->{status}, 'pending', 'the status');
    like($json->{submitted_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
         'submitted at');
    like($json->{due_date}, qr/^\d{4}-\d\d-\d\d$/, 'due');
    cmp_ok($json->{due_date}, 'ge', years(0, 9),
           'seven working days are at least nine days');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');

    # The answer was lost: the client asks again.

    my $again = submit_again($person->{client}, $person->{body});

    status_is($again, 201, 'once more from the same draft');
    is($again->body, $answer->body, 'gives the same answer');
    is(rows('application'), 1, 'and made no second application');

    is_deeply($person->{client}->get('draft')->json->{values}, {},
              'the draft keeps no values');

    status_is(submit_again($person->{client},
                           { $person->{body}->%*, email_code => '000000' }),
              201, 'the code that proved the address does not matter any more');

    # One draft is one application: what would not be stored is not taken.

    for my $change ([ username => 'somebody.else' ],
                    [ password => person()->{password} ],
                    [ mobile => person()->{mobile} ],
                    [ email => person()->{email} ],
                    [ documents => {} ])
    {
        my $other = { $person->{body}->%*, @$change };

        my $refused = submit_again($person->{client}, $other);

        problem_is($refused, 409, '',
                   "another $change->[0] was not registered");
        like($refused->json->{detail}, qr/已提交/, 'but what came first was');
        is_deeply($person->{client}{cookies}, {}, 'the draft has served');
    }

    status_is(sign_in(client(), $person->{values}), 200,
              'the account is that of the first answer');

    # A new draft for another application of the same account is none.

    my $client = client();
    my $values = person(username => $person->{values}{username});

    problem_is(submit($client, draft_for($client, $values)), 422,
               'username taken', 'the username is taken');

    # That is told with the other faults.  A taken address is not: who may
    # register it with its code, and nobody else, may know.

    $client = client();
    $values = person(username => uc $person->{values}{username},
                     email    => $person->{values}{email});
    my $wrong = draft_for($client, $values, postcode => '4');

    problem_is(submit($client, $wrong), 422,
               'postcode format, username taken', 'with the other faults');

    $client = client();
    $values = person(email => uc $person->{values}{email});
    problem_is(submit($client, draft_for($client, $values)), 422,
               'email taken', 'so is the address, in any case');
}

# ISO 7064, MOD 11,10

sub check_digit ($digits)
{
    my $product = 10;

    for my $digit (split //, $digits) {
        my $sum = ($product + $digit) % 10 || 10;
        $product = $sum * 2 % 11;
    }

    return (11 - $product) % 10;
}


# Everybody whom the notice lets register

my %credit = map { $_->[0] => $_ } (
    [ public_institution_certificate => '12', 'non_enterprise' ],
    [ government_certificate => '11', 'non_enterprise' ],
    [ social_organization_certificate => '51', 'non_enterprise' ],
    [ private_non_enterprise_certificate => '52', 'non_enterprise' ],
    [ foundation_certificate => '53', 'non_enterprise' ],
    [ business_licence => '91', 'enterprise' ],
);

for my $type (sort keys %credit) {
    my (undef, $leading, $applicant) = $credit{$type}->@*;

    my $done = register(values => organisation(
        document_type => $type, applicant_type => $applicant,
        id_number => Test::Registration::Applicant::credit_code($leading)));

    ok($done->{number}, "an organisation with a $type");
}

for ([ hmt_residence_permit => resident(region => '810000') ],
     [ hmt_residence_permit => resident(region => '830000') ],
     [ permanent_residence_card => '911124198108030024' ],
     [ hm_travel_permit => 'H12345678' ],
     [ tw_travel_permit => '12345678' ],
     [ passport => 'E12345678' ])
{
    my ($type, $number) = @$_;

    my $done = register(values => person(
        document_type => $type, id_number => $number, name => 'MARY ANN LEE',
        valid_from => years(-2), valid_until => years(3)));

    ok($done->{number}, "a person with a $type");
}

ok(register(values => person(residence => 'out_of_province',
                             region => '110101'))->{number},
   'a person of another province');
ok(register(values => person(landline => undef))->{number},
   'without a landline');
ok(register(values => person(
       id_number => Test::Registration::Applicant::resident_id(
           birth => '19500101'),
       long_term => $true, valid_until => undef))->{number},
   'with a card without an end');

{
    my $client = client();
    my $values = organisation();
    my $body   = draft_for($client, $values);

    $body->{documents}{supporting}
        = $client->upload('supporting', picture())->json->{id};
    status_is(submit($client, $body), 201, 'with a supporting document');
}

sub resident { Test::Registration::Applicant::resident_id(@_) }


# What is given wide is taken narrow.

{
    my $client = client();
    my $values = person();
    my $body   = draft_for($client, $values);

    $body->{mobile}    =~ tr/0-9/０-９/;
    $body->{id_number} =~ tr/0-9X/０-９Ｘ/;
    $body->{postcode}  =~ tr/0-9/０-９/;
    status_is(submit($client, $body), 201, 'full-width digits and letters');
}


# All faults at once

problem_is(submit(client(), {}), 422, join(', ', sort
    map { "$_ required" } qw(username password residence applicant_type
    document_type documents name id_number valid_from valid_until region
    address postcode contact_name mobile email email_code industry office
    notice_version)), 'nothing at all: every field is named');


# Every rule.  The application below is right but for what a row changes.

my $client = client();
my $right  = draft_for($client, person());

my @rules = (
    [ { username => '' }, 'username required' ],
    [ { username => 'a' x 33 }, 'username too_long' ],
    [ { username => '好' x 33 }, 'username too_long' ],
    [ { username => 'a b' }, 'username format' ],
    [ { username => 'a@b' }, 'username format' ],
    [ { password => 'short' }, 'password too_short' ],
    [ { password => 'x' x 129 }, 'password too_long' ],
    [ { password => 'password123' }, 'password weak_password' ],
    [ { password => "$right->{username}1" }, 'password weak_password' ],
    [ { password => "$right->{mobile}" }, 'password weak_password' ],
    [ { password => "$right->{landline}" }, 'password weak_password' ],
    [ { password => "$right->{address}" }, 'password weak_password' ],
    [ { residence => 'abroad' }, 'residence unknown' ],
    [ { residence => 'out_of_province' }, 'region mismatch' ],
    [ { applicant_type => 'robot' },
      qr/^applicant_type unknown(?:, document_type mismatch)?$/ ],
    [ { applicant_type => 'enterprise' }, 'document_type mismatch' ],
    [ { document_type => 'library_card' }, qr/^document_type unknown/ ],
    [ { name => '' }, 'name required' ],
    [ { name => '张' x 101 }, 'name too_long' ],
    [ { name => "张\n三" }, 'name format' ],
    [ { name => "张\x{200b}三" }, 'name format' ],
    [ { name => "张\x{202e}三" }, 'name format' ],
    [ { id_number => '363636122211112222' }, qr/^id_number / ],
    [ { id_number => '11010519491231002' }, 'id_number format' ],
    [ { id_number => '110105194912310021' }, 'id_number checksum' ],
    [ { id_number => resident(birth => '19900230') }, 'id_number date' ],
    [ { id_number => resident(birth => '21000101') }, 'id_number date' ],
    [ { id_number => resident(region => '990101') }, 'id_number unknown' ],
    [ { id_number => Test::Registration::Applicant::credit_code() },
      qr/^id_number \w+$/ ],
    [ { valid_from => '2020-02-30' }, 'valid_from date' ],
    [ { valid_from => '20200101' }, 'valid_from format' ],
    [ { valid_from => years(0, 1) }, qr/valid_from date/ ],
    [ { valid_until => years(0, -1) }, qr/valid_until (?:expired)/ ],
    [ { valid_until => years(15) }, 'valid_until mismatch' ],
    [ { valid_until => undef }, 'valid_until required' ],
    [ { long_term => $true },
      qr/^(?:long_term mismatch, )?valid_until not_applicable$/ ],
    [ { long_term => $true, valid_until => undef }, 'long_term mismatch' ],
    [ { region => '41010' }, 'region format' ],
    [ { region => '410199' }, 'region unknown' ],
    [ { region => '110101' }, 'region mismatch' ],
    [ { address => '好' x 201 }, 'address too_long' ],
    [ { address => "\t" }, 'address required' ],
    [ { postcode => '45000' }, 'postcode format' ],
    [ { contact_name => '好' x 51 }, 'contact_name too_long' ],
    [ { mobile => '12000000000' }, 'mobile format' ],
    [ { mobile => '1390000000' }, 'mobile format' ],
    [ { landline => '86694220' }, 'landline format' ],
    [ { email => 'a@b' }, qr/email format/ ],
    [ { email_code => '12345' }, 'email_code format' ],
    [ { industry => 'piracy' }, 'industry unknown' ],
    [ { office => 'nowhere' }, 'office unknown' ],
    [ { notice_version => 'old' }, 'notice_version mismatch' ],
    [ { documents => {} }, 'documents.id_card_emblem required, '
      . 'documents.id_card_handheld required, '
      . 'documents.id_card_portrait required' ],
    [ { documents => { $right->{documents}->%*, id_card_emblem => undef } },
      'documents.id_card_emblem required' ],
    [ { documents => { $right->{documents}->%*, licence => 'A' x 22 } },
      'documents.licence not_applicable' ],
    [ { documents => { $right->{documents}->%*,
                       id_card_emblem => 'A' x 22 } },
      'documents.id_card_emblem unknown' ],
    [ { documents => { $right->{documents}->%*, id_card_emblem =>
                       $right->{documents}{id_card_portrait} } },
      qr/documents\.id_card_emblem (?:mismatch|unknown|duplicate_document)/ ],
    [ { typo => 1 }, 'typo unknown_member' ],
    [ { number => '123' }, 'number unknown_member' ],
    [ { long_term => 'true' }, 'long_term format' ],
    [ { mobile => 13900000000 }, 'mobile format' ],
    [ { name => [ 'a' ] }, 'name format' ],
    [ { documents => 'x' }, 'documents format' ],
    [ { documents => { id_card_emblem => 1 } }, qr/documents\S* format/ ],
);

for (@rules) {
    my ($change, $errors) = @$_;
    my %body = (%$right, %$change);
    my ($name) = %$change;

    delete @body{ grep { !defined $body{$_} } keys %body };
    delete $body{documents}{id_card_emblem}
        if ref $body{documents} && exists $body{documents}{id_card_emblem}
           && !defined $body{documents}{id_card_emblem};

    my $answer = submit($client, \%body);
    my $shown  = join ', ', map { "$_ => " . ($change->{$_} // 'none') }
        sort keys %$change;

    $shown =~ s{\s+}{ }g;

    if (ref $errors) {
        is($answer->status, 422, $shown);
        like($answer->errors, $errors, 'its faults');

    } else {
        problem_is($answer, 422, $errors, $shown);
    }
}

# Each fault has a message in the reader's language.

{
    my %wrong = (%$right, postcode => 'x', mobile => 'y');
    my $zh = $client->post('registrations', \%wrong);
    my $en = $client->post('registrations', \%wrong,
                           headers => [ 'Accept-Language: en' ]);

    is(scalar(grep { $_->{message} !~ /\p{Han}/ }
              $zh->json->{errors}->@*), 0, 'messages in Chinese');
    is(scalar(grep { $_->{message} =~ /\p{Han}/ }
              $en->json->{errors}->@*), 0, 'and in English');
    is($zh->errors, $en->errors, 'for the same faults');
    is_deeply([ map { $_->{field} } $zh->json->{errors}->@* ],
              [ qw(postcode mobile) ], 'in the order of the form');
}

# Another draft's pictures

{
    my $other = client();
    my $body  = draft_for($other, person());
    my $answer = submit($other,
        { %$body, documents => $right->{documents} });

    is($answer->status, 422, 'another\'s pictures');
    like($answer->errors, qr/documents\.id_card_emblem unknown/,
         'are unknown here');
}

my $before = rows('application');

status_is(submit($client, $right), 201,
          'what was refused so often is accepted when it is right');
is(rows('application'), $before + 1, 'once');

problem_is(submit(client(), $right), 422, undef,
           'the same body without its draft is nothing');


# Two at once

{
    my $client = client();
    my $body   = draft_for($client, person());
    my @both   = map { $client->begin('POST', 'registrations',
                                      data => $body) } 1 .. 4;
    my @answers = map { $_->finish } @both;

    is(join(' ', map { $_->status } @answers), '201 201 201 201',
       'the same draft four times at once');
    is(scalar(grep { $_->body ne $answers[0]->body } @answers), 0,
       'is one application');
    is(rows('application'), $before + 2, 'indeed');
}

{
    my $name   = person()->{username};
    my @people = map { my $client = client();
        [ $client, draft_for($client, person(username => $name)) ] } 1 .. 2;
    my @answers = map { $_->finish } map {
        $_->[0]->begin('POST', 'registrations', data => $_->[1])
    } @people;

    is(join(' ', sort map { $_->status } @answers), '201 422',
       'two with one username at once: one of them');
    is((grep { $_->status == 422 } @answers)[0]->errors, 'username taken',
       'and the other is told');
}


# What PostgreSQL holds

is(servers()->sql("select count(*) from registration.audit
                    where action = 'submit'"), rows('application'),
   'every application has its audit row');
is(servers()->sql("select count(*) from registration.account
                    where password_hash !~ '^.argon2id.v=19.m=19456,t=2,p=1'"),
   0, 'passwords are Argon2id, m=19 MiB t=2 p=1');
is(rows("document where data_key is null"), 0,
   'every document has a data key');

# Redis dies when PostgreSQL has the application, before it knows that.

{
    my $client = client();
    my $body   = draft_for($client, person());
    my %before = $client->{cookies}->%*;

    servers()->redis('COPY', $_, $_, 'DB', 1)
        for split /\n/, servers()->redis('KEYS', '*');

    my $answer = submit($client, $body);
    status_is($answer, 201, 'PostgreSQL has it');

    servers()->redis('SWAPDB', 0, 1);
    $client->{cookies} = { %before };

    problem_is(submit($client, { %$body, password => person()->{password} }),
               409, '', 'another password was not stored');

    $client->{cookies} = { %before };

    my $again = submit($client, $body);
    status_is($again, 201, 'the same once more');
    is($again->body, $answer->body, 'gives the same answer');
}

# A browser that never got the answer, nor lost the draft's cookie with it,
# registers somebody else: that is another application, or none at all.

for my $lost ('Redis knows that the draft is done', 'Redis has lost it') {
    my $first  = register();
    my $client = $first->{client};
    my $values = person();

    $client->{cookies} = { $client->{before}->%* };
    servers()->redis('FLUSHALL') if $lost =~ /lost/;

    problem_is(submit($client, draft_for($client, $values)), 409, '',
               "$lost: not another's number");
    is_deeply($client->{cookies}, {}, 'the draft has served');
    status_is(submit($client, draft_for($client, $values)), 201,
              'from the beginning it is taken');
    is(sign_in(client(), $values)->status, 200, 'and the account is there');
}

checks();
