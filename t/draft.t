# The draft: what the wizard saves before there is an account.

use lib 't/lib';
use Test::Registration;

start();

my $client = client();


# Without a draft

{
    my $answer = $client->get('draft');

    status_is($answer, 200, 'GET without a draft');
    is_deeply($answer->json->{values}, {}, 'no values');
    is_deeply($answer->json->{documents}, [], 'no pictures');
    is_deeply([ $answer->headers('Set-Cookie') ], [], 'reading makes none');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');
}


# The first write makes it.

{
    my $answer = $client->put('draft', { postcode => '450000' });

    status_is($answer, 200, 'PUT makes a draft');
    is_deeply($answer->json, { fields => { postcode => { state => 'valid' } },
                               documents => [] }, 'the field is judged');

    my ($cookie) = $answer->headers('Set-Cookie');

    like($cookie, qr/^registration-draft=[\w-]{43};/, 'its cookie: 256 bits');
    like($cookie, qr/; HttpOnly/, 'HttpOnly');
    like($cookie, qr/; SameSite=Strict/, 'SameSite=Strict');
    like($cookie, qr{; Path=/(?:;|$)}, 'Path=/');
    like($cookie, qr/; Max-Age=86400/, 'as long as the draft');
    unlike($cookie, qr/; Secure/, 'not Secure where that is turned off');

    is_deeply($client->get('draft')->json->{values},
              { postcode => '450000' }, 'what was saved comes back');

    my $second = $client->put('draft', { region => '410102' });

    is_deeply([ $second->headers('Set-Cookie') ], [ $cookie ],
              'a second write keeps the draft, and its cookie as long');
    is_deeply($client->get('draft')->json->{values},
              { postcode => '450000', region => '410102' },
              'and what it held');
    is_deeply(client()->get('draft')->json->{values}, {},
              'another browser has another draft');
}


# Judged together with what is saved

sub state_of ($browser, $fields, $name)
{
    my $answer = $browser->put('draft', $fields);
    my $field  = $answer->json->{fields}{$name} // {};

    return join ' ', grep { defined } $field->@{qw(state code)};
}

{
    my $browser = client();

    is(state_of($browser, { residence => 'in_province' }, 'residence'),
       'valid', 'in the province');
    is(state_of($browser, { region => '110101' }, 'region'),
       'invalid mismatch', 'a region outside does not go with it');
    is(state_of($browser, { region => '410102' }, 'region'),
       'valid', 'one inside does');
    is(state_of($browser, { region => '410199' }, 'region'),
       'invalid unknown', 'no such region');

    $browser->put('draft', { applicant_type => 'natural_person',
                             document_type => 'resident_id_card' });

    is(state_of($browser, { id_number => '11010519491231002X' },
                'id_number'), 'valid', 'a resident number (GB 11643)');
    is(state_of($browser, { id_number => '363636122211112222' },
                'id_number'), 'invalid checksum',
       'the sample of the manual is none');
    is(state_of($browser, { document_type => 'business_licence' },
                'document_type'), 'invalid mismatch',
       'a licence is no person\'s');
}


# What a draft never keeps

{
    my $browser = client();
    my $values  = person();
    my $answer  = $browser->put('draft', {
        password => $values->{password}, email_code => '123456',
        username => $values->{username},
    });

    is($answer->json->{fields}{password}{state}, 'valid',
       'a password is judged');
    ok(!exists $browser->get('draft')->json->{values}{password},
       'and not saved');
    ok(!exists $browser->get('draft')->json->{values}{email_code},
       'nor is a code');

    is(state_of($browser, { password => 'short' }, 'password'),
       'invalid too_short', 'a short password');
    is(state_of($browser, { password => 'x' x 129 }, 'password'),
       'invalid too_long', 'a long one');
    is(state_of($browser, { password => 'password123' }, 'password'),
       'invalid weak_password', 'a common one');
    is(state_of($browser, { password => "$values->{username}1" },
                'password'), 'invalid weak_password',
       'one made of the saved username');
    is(state_of($browser, { password => '春眠不觉晓处处闻啼鸟' }, 'password'),
       'valid', 'any characters will do');
}


# What people type

{
    my $browser = client();

    $browser->put('draft', { postcode => '４５０００１', mobile => ' 13900000001',
                             address => '　郑州市１号　' });

    my $values = $browser->get('draft')->json->{values};

    is($values->{postcode}, '450001', 'full-width digits become narrow');
    is($values->{mobile}, '13900000001', 'space around is cut');
    like($values->{address}, qr/^郑州市/, 'an ideographic space too');

    is(state_of($browser, { landline => '' }, 'landline'), 'valid',
       'what is optional may be emptied');
    is(state_of($browser, { postcode => '' }, 'postcode'),
       'invalid required', 'what is needed may not');
    is(state_of($browser, { address => '好' x 200 }, 'address'), 'valid',
       '200 characters are counted, not bytes');
    is(state_of($browser, { address => '好' x 201 }, 'address'),
       'invalid too_long', '201 are too many');
    is(state_of($browser, { name => "张\x{202e}三" }, 'name'),
       'invalid format', 'no bidirectional override');
    problem_is($browser->put('draft', { long_term => 'yes' }), 422,
               'long_term format', 'a value of another type');
    is(state_of($browser, { username => 'a@b' }, 'username'),
       'invalid format', 'no "@" in a username');
}


# Steps

{
    my $browser = client();

    $browser->put('draft', { step => 3 });
    is($browser->get('draft')->json->{step}, 3, 'the step is kept');

    for my $wrong (0, 5, 1.5, '2', JSON::PP::true) {
        problem_is($browser->put('draft', { step => $wrong }), 422, undef,
                   "but not step $wrong");
    }

    is($browser->get('draft')->json->{step}, 3, 'nothing changed it');
}


# Refused as a whole: nothing is saved

{
    my $browser = client();

    $browser->put('draft', { postcode => '450000' });
    problem_is($browser->put('draft', { postcode => '450001', typo => 1 }),
               422, 'typo unknown_member', 'an unknown member');
    is($browser->get('draft')->json->{values}{postcode}, '450000',
       'and the rest of it was not saved');
}

status_is($client->put('draft', {}), 200, 'no field at all is fine');
status_is($client->put('draft', { postcode => '450002' }, http2 => 1), 200,
          'over HTTP/2');
status_is($client->put('draft', { postcode => '450003' }, how => 'chunked'),
          200, 'chunked');
status_is($client->put('draft', { postcode => '450004' }, how => 'bytes'),
          200, 'one byte a write');
is($client->get('draft')->json->{values}{postcode}, '450004',
   'each of them saved');


# Cookies that are none

for my $cookie ('registration-draft=x', 'registration-draft=',
                'registration-draft=' . 'A' x 43)
{
    my $answer = client()->get('draft', headers => [ "Cookie: $cookie" ]);

    status_is($answer, 200, "Cookie: $cookie");
    is_deeply($answer->json->{values}, {}, 'is an empty draft');
}


# The end of a draft

{
    my $browser = client();

    $browser->put('draft', { postcode => '450000' });
    my $id = $browser->upload('licence', picture())->json->{id};
    my %cookies = $browser->{cookies}->%*;

    ok(stored($id), 'a picture of the draft is stored');
    is_deeply($browser->put('draft', { step => 2 })->json->{documents}, [ $id ],
              'a write names the pictures that the draft holds');

    my $answer = $browser->delete('draft');

    status_is($answer, 204, 'DELETE');
    is_deeply($browser->{cookies}, {}, 'takes the cookie away');

    $browser->{cookies} = \%cookies;
    is_deeply($browser->get('draft')->json->{values}, {},
              'and the values, for whoever kept the cookie');
    status_is($browser->get("documents/$id"), 404, 'and the pictures');
    ok(wait_for(sub { !stored($id) }, 5), 'whose files go');
    status_is($browser->delete('draft'), 204, 'a second time is no error');
    status_is(client()->delete('draft'), 204, 'nor without a draft');
}


{
    my $browser = register()->{client};

    $browser->{cookies} = { $browser->{before}->%* };

    my $answer = $browser->put('draft', { postcode => '450000' });

    is_deeply([ $answer->headers('Set-Cookie') ], [],
              'one that has been submitted is not made to live longer');
    ok(!exists $answer->json->{documents}, 'and has no pictures to miss');
}


# The pictures of an application are judged as its submission would.

{
    my $browser = client();
    my $id      = $browser->upload('licence', picture())->json->{id};
    my $states  = sub (%values) {
        my $fields = $browser->put('draft', \%values)->json->{fields};

        return join ', ', map { "$_ " . ($fields->{$_}{code} // 'valid') }
            sort keys %$fields;
    };

    is($states->(document_type => 'business_licence',
                 documents => { licence => $id }),
       'document_type valid, documents valid, documents.licence valid',
       'a picture of the draft');
    is($states->(documents => { licence => 'A' x 22, supporting => $id }),
       'documents unknown, documents.licence unknown, '
       . 'documents.supporting unknown',
       'one that is not there, and one of another kind');
    is($states->(document_type => 'resident_id_card',
                 documents => { licence => $id }),
       'document_type valid, documents not_applicable, '
       . 'documents.licence not_applicable', 'of another document type');
    is($states->(document_type => 'business_licence',
                 documents => { selfie => $id, licence => $id }),
       'document_type valid, documents unknown, documents.licence valid',
       'of no kind at all');
    is($states->(documents => {}), 'documents valid', 'none');
    is_deeply($browser->put('draft', { documents => {} })->json->{documents},
              [ $id ], 'the draft keeps what it has');
    ok(!exists $browser->get('draft')->json->{values}{documents},
       'and no more');
}


# What Redis gives back in another form than it was given is as good as none.

{
    my $browser = client();
    my %others  = map { $_ => 1 }
        split /\n/, servers()->redis('KEYS', 'registration:draft:*');

    $browser->put('draft', { postcode => '450000' });

    my ($key) = grep { !$others{$_} }
        split /\n/, servers()->redis('KEYS', 'registration:draft:*');

    servers()->redis('DEL', $key);
    servers()->redis('HSET', $key, 'v:postcode', 'x', 'd:licence', 'x',
                     'step', '', 'v', '', 'd', '', 'other', 'x');

    my $answer = $browser->get('draft');

    status_is($answer, 200, 'a draft that somebody changed');
    is_deeply($answer->json, { values => {}, documents => [], step => 1 },
              'is an empty one');
}


# Over TLS the cookie is the host's alone.

servers()->reload(directives => { secure_cookies => 'on' });

{
    my $answer = client()->put('draft', { postcode => '450000' });
    my ($cookie) = $answer->headers('Set-Cookie');

    like($cookie, qr/^__Host-registration-draft=/, 'the prefix __Host-');
    like($cookie, qr/; Secure/, 'Secure');
    unlike($cookie, qr/; Domain/, 'without a domain');
}


# A short life, from the last write

servers()->reload(directives => { draft => 'lifetime=2s' });

{
    my $browser = client();

    $browser->put('draft', { postcode => '450000' });
    status_is($browser->upload('licence', picture()), 201, 'a picture');
    sleep 1;
    $browser->put('draft', { region => '410102' });
    sleep 1.3;
    is($browser->get('draft')->json->{values}{postcode}, '450000',
       'each write prolongs the draft');
    sleep 2.5;
    is_deeply($browser->get('draft')->json->{values}, {},
              'then it is forgotten');
    is_deeply($browser->put('draft', { step => 2 })->json->{documents}, [],
              'and a write tells that its pictures are gone');
}

checks();
