# A returned application: what its applicant sees, what may be corrected, and
# what comes of it.

use lib 't/lib';
use Test::Registration;

start(directives => { code => 'per_address=100000 interval=0' },
      parts => { review => 'registration_review $http_x_reviewer;' });

servers()->sql("insert into registration.reviewer (name) values ('anna')");

my $anna = client(mount => '/admin/api', headers => [ 'X-Reviewer: anna' ]);

sub decide_on ($person, $version, $decision, $reason, %item)
{
    my $answer = $anna->post("registrations/$person->{number}/decisions", {
        version  => $version,
        decision => $decision,
        reason   => $reason,
        %item ? (items => [ map { { field => $_, reason => $item{$_} } }
                            sort keys %item ]) : (),
    });

    die "decision: " . $answer->status . ' ' . $answer->text
        if $answer->status !~ /^2/;
}


# An applicant whose application was returned, signed in.

sub returned (%item)
{
    my $person = register();

    decide_on($person, 1, 'return', 'Please correct', %item);
    sign_in(my $client = client(), $person->{values});

    return ($person, $client);
}


sub put ($client, $version, %body)
{
    return $client->put('correction', { version => $version, %body });
}


sub new_picture ($client, $kind)
{
    my $answer = $client->upload($kind, picture());

    die "upload: " . $answer->status if $answer->status != 201;
    return $answer->json->{id};
}


sub column ($person, $column)
{
    return servers()->sql("select $column from registration.application
                            where number = '$person->{number}'");
}


# From submission to the full session

my $person = register();
my $why    = '手机号码与图片均需更正，请核对' . $$;

decide_on($person, 1, 'return', $why,
          mobile => '号码有误', 'documents.id_card_emblem' => '图片模糊');

my $client = client();
my $answer = sign_in($client, $person->{values});

status_is($answer, 200, 'sign-in of a returned account');
is($answer->json->{status}, 'returned', 'says that it was returned');
is($answer->json->{reason}, $why, 'and why');
ok($client->{cookies}{'registration-session'}, 'and gives a session');

$answer = $client->get('correction');

status_is($answer, 200, 'the correction');
is($answer->header('Cache-Control'), 'no-store', 'never cached');

my $shown = $answer->json;

is($shown->{reason}, $why, 'the reason');
is($shown->{version}, 2, 'the version');
is_deeply([ sort { $a->{field} cmp $b->{field} } $shown->{items}->@* ],
    [ { field => 'documents.id_card_emblem', reason => '图片模糊' },
      { field => 'mobile', reason => '号码有误' } ],
    'every field with its own reason');
is_deeply({ map { $_ => $shown->{values}{$_} } grep { $_ ne 'password' }
            keys $person->{values}->%* },
    { map { $_ => $person->{values}{$_} } grep { $_ ne 'password' }
      keys $person->{values}->%* }, 'the whole application');
ok(!exists $shown->{values}{password}, 'without the password');
is_deeply({ map { $_->{kind} => $_->{id} } $shown->{documents}->@* },
    $person->{body}{documents}, 'the pictures');
is($shown->{documents}[0]{filename}, "$shown->{documents}[0]{kind}.jpg",
   'with their names');
status_is($client->get("documents/$shown->{documents}[0]{id}"), 200,
          'and they can be seen');

my %new = (mobile => Test::Registration::Applicant::canary('13812345678'));

problem_is(put($client, 2, %new, name => '张三丰'), 422, 'name not_open',
           'a field that was not opened is refused');
problem_is(put($client, 2, %new, name => $person->{values}{name}), 422,
           'name not_open', 'even with the value it has');
problem_is(put($client, 2, documents => { id_card_portrait =>
               new_picture($client, 'id_card_portrait') }),
           422, 'documents.id_card_portrait not_open', 'so is a picture');
problem_is(put($client, 2, username => 'another', password => 'x',
               email_code => '123456', notice_version => '1'), 422,
           'email_code not_open, notice_version not_open, '
           . 'password not_open, username not_open',
           'and what nobody can open');
problem_is(put($client, 2, mobile => '123', typo => 1), 422,
           'mobile format, typo unknown_member', 'wrong values, all at once');
problem_is(put($client, 2, documents => { id_card_emblem => 'A' x 22 }),
           422, 'documents.id_card_emblem unknown', 'a picture of nobody');
problem_is($client->put('correction', { %new }), 422, 'version required',
           'the version is needed');
problem_is(put($client, '2', %new), 422, 'version format', 'as a number');
problem_is(put($client, 1, %new), 409, '', 'and must be the present one');
problem_is(put($client, 7, %new), 409, '', 'not a later one');
is(column($person, 'status'), 'returned', 'nothing has happened so far');

my $emblem = new_picture($client, 'id_card_emblem');
my %body   = (%new, documents => { id_card_emblem => $emblem });
my $cookie = { $client->{cookies}->%* };

$answer = put($client, 2, %body);

status_is($answer, 200, 'the correction is submitted');
is($answer->json->{status}, 'pending', 'it is pending again');
is($answer->json->{due_date}, column($person, 'due_date'),
   'with a due date');
is(column($person, 'status || version'), 'pending3', 'for PostgreSQL, too');
ok(!$client->{cookies}{'registration-session'}, 'the session ends');
problem_is($client->get('correction'), 401, '', 'without it there is none');

$client->{cookies} = { %$cookie };
problem_is($client->get('session'), 401, '', 'its cookie opens nothing');
problem_is($client->get('correction'), 401, '', 'nor the correction');
status_is($client->get("documents/$emblem"), 404, 'nor pictures');

my $again = put($client, 2, %body);

status_is($again, 200, 'the same again, for one who got no answer');
is($again->body, $answer->body, 'has the same answer');
is(column($person, 'version'), 3, 'and changes nothing');

$client->{cookies} = { %$cookie };
problem_is(put($client, 2, mobile => '13700000001'), 409, '',
           'another one, of a window that was slower: stale');
problem_is(put($client, 2), 409, '', 'whatever it says');
problem_is(put($client, 3, %body), 401, '', 'another version: not signed in');
problem_is(put($client, 1, %body), 401, '', 'nor an earlier one');
is(column($person, 'version'), 3, 'and changes nothing');
problem_is($client->get('session'), 401, '', 'the session stays ended');

is(servers()->sql("select string_agg(kind || (replaced_at is null), ' '
                          order by kind, replaced_at nulls last)
                     from registration.document d
                     join registration.application a
                       on a.id = d.application_id
                    where number = '$person->{number}'"),
   'id_card_emblemfalse id_card_emblemtrue id_card_handheldtrue '
   . 'id_card_portraittrue', 'the new picture has replaced the old one');
ok(stored($emblem), 'the new one is stored');
ok(stored($person->{body}{documents}{id_card_emblem}), 'the old one stays');
is(servers()->sql("select count(*) from registration.revision"), 1,
   'what it was is kept');

{
    my $draft = client();

    $draft->{cookies} = { 'registration-draft' =>
                          $cookie->{'registration-draft'} };
    is_deeply([ map { $_->{kind} } $draft->get('draft')->json->{documents}
                ->@* ], [ 'id_card_portrait' ],
              'the draft keeps only what was not used');
    $draft->delete('draft');
    ok(stored($emblem), 'and cannot take the picture with it');
}

{
    my $client = client();
    my $answer = sign_in($client, $person->{values});

    is($answer->json->{status}, 'pending', 'sign-in: pending');
    ok(!exists $answer->json->{reason}, 'for no reason any more');
    is($client->{cookies}{'registration-session'}, undef, 'no session');
}

decide_on($person, 3, 'approve', '');

{
    my $client = client();

    is(sign_in($client, $person->{values})->json->{status}, 'approved',
       'approved');
    status_is($client->get('session'), 200, 'is a full session');
    problem_is($client->get('correction'), 403, '', 'nothing to correct');
    problem_is(put($client, 4, %new), 403, '', 'at all');
    status_is($client->get("documents/$emblem"), 200,
              'the new picture is there');
    status_is($client->get("documents/"
              . $person->{body}{documents}{id_card_emblem}), 404,
              'the replaced one is not');
}

is(servers()->sql("select string_agg(action, ' ' order by id)
                     from registration.audit
                    where number = '$person->{number}'
                      and actor_kind = 'applicant'"),
   'submit sign_in correct sign_in sign_in', 'the audit knows it all');


# Who may not

problem_is(client()->get('correction'), 401, '', 'nobody is signed in');
problem_is(put(client(), 2, %new), 401, '', 'nor submits');

{
    my ($person, $client) = returned(mobile => 'x');
    my ($other) = returned(mobile => 'x');

    my $id = $other->{body}{documents}{id_card_emblem};

    status_is($client->get("documents/$id"), 404, 'another\'s pictures');
    status_is(put($client, 2, mobile => '13700001111'), 200, 'mine is');
    is(column($other, 'status'), 'returned', 'another\'s stays');
}


# The state changes meanwhile.

{
    my ($person, $client) = returned(mobile => 'x');
    my $second = client();
    my $cookie = { $client->{cookies}->%* };

    sign_in($second, $person->{values});
    status_is(put($second, 2, mobile => '13700002222'), 200,
              'the other window was faster');
    problem_is(put($client, 2, mobile => '13700003333'), 409, '',
               'what this one says was not taken');
    status_is(put($client, 2, mobile => '13700002222'), 200,
              'the same correction: what came of it');
    $client->{cookies} = { %$cookie };
    problem_is($client->get('correction'), 409, '',
               'there is nothing to correct any more');

    decide_on($person, 3, 'return', 'again', address => 'y');
    problem_is(put($client, 2, mobile => '13700004444'), 409, '',
               'returned again: stale');
    problem_is(put($client, 4, mobile => '13700004444'), 422,
               'mobile not_open', 'what was open before is not');
    status_is(put($client, 4, address => '新地址一号楼二单元'), 200,
              'what is now, is');
    decide_on($person, 5, 'reject', '伪造');

    my $answer = sign_in(client(), $person->{values});

    is($answer->json->{status}, 'rejected', 'rejected');
    is($answer->json->{reason}, '伪造', 'with the reason');
    problem_is(put($client, 4, address => 'z'), 401, '', 'no way back');
}

{
    my ($person, $client) = returned(mobile => 'x');
    my @at_once = map { $client->begin('PUT', 'correction', data =>
        { version => 2, mobile => "1370000555$_" }) } 1 .. 5;
    my @answers = map { $_->finish } @at_once;

    is(scalar(grep { $_->status !~ /^(?:200|409)$/ } @answers), 0,
       'five at once: done or stale');
    is(column($person, 'version'), 3, 'one correction');
    is(scalar(grep { $_->status == 200 } @answers), 1,
       'and one is told so: the others said something else');
}


# Another browser's session says "returned" for as long as that may be so.

{
    my ($person, $client) = returned(mobile => 'x');
    my $other = client();
    my $fresh = client();

    sign_in($other, $person->{values});
    status_is(put($client, 2, mobile => '13700004321'), 200, 'corrected');
    decide_on($person, 3, 'return', 'again', address => 'y');
    sign_in($client, $person->{values});
    status_is(put($client, 4, address => '新地址一号楼二单元'), 200, 'again');
    sleep 1.5;
    is($other->get('session')->json->{status}, 'returned',
       'another return ends no session');

    decide_on($person, 5, 'approve', '');
    sign_in($fresh, $person->{values});

    ok(wait_for(sub { $other->get('session')->status == 401 }, 20),
       'what ends them is an approval');
    ok(wait_for(sub {
        servers()->sql('select count(*) from registration.session_end') == 0
    }), 'once');
    is($fresh->get('session')->json->{status}, 'approved',
       'and not those that began after it');
}


# What was destroyed is not there to be corrected.

{
    my ($person, $client) = returned(mobile => 'x');

    servers()->sql("update registration.application set data_key = null
                     where number = '$person->{number}'");
    problem_is($client->get('correction'), 409, '', 'destroyed: not shown');
    problem_is(put($client, 2, mobile => '13700007777'), 409, '',
               'nor corrected');

    my $answer = sign_in(client(), $person->{values});

    status_is($answer, 200, 'its applicant still signs in');
    ok(!exists $answer->json->{reason}, 'without the reason');
}


# A session that ends meanwhile stays ended.

{
    my ($person, $client) = returned(mobile => 'x');
    my $other = client();
    my $count = sub {
        my @keys = split ' ', servers()->redis('KEYS',
                                               'registration:session:*');
        return scalar @keys;
    };
    my $before = $count->();

    $other->{cookies} = { $client->{cookies}->%* };
    servers()->pause('postgres');

    my $held = $client->begin('PUT', 'correction',
        data => { version => 2, mobile => '13700006666' });

    sleep 0.3;
    status_is($other->delete('session'), 204, 'signed out meanwhile');
    servers()->resume('postgres');
    status_is($held->finish, 200, 'a correction under way is taken');
    is($count->(), $before - 1, 'and no session comes back');
}


# The answer to the submission was lost, and the draft's cookie with its end:
# that draft is done, but serves the correction.

{
    my $person = register();
    my $client = $person->{client};
    my $email  = Test::Registration::Applicant::canary(
        "lost.$$.box\@applicant.example");

    $client->{cookies} = { $client->{before}->%* };
    decide_on($person, 1, 'return', 'Please correct', email => 'x',
              'documents.id_card_emblem' => 'x');
    status_is(sign_in($client, $person->{values}), 200, 'returned');

    my $emblem = new_picture($client, 'id_card_emblem');
    my %body   = (email => $email, documents => { id_card_emblem => $emblem });
    my $code   = code_for($client, $email);

    problem_is(put($client, 2, %body,
                   email_code => $code eq '111111' ? '222222' : '111111'),
               422, 'email_code code_wrong', 'a wrong code of a draft in use');
    problem_is(put($client, 2, %body, email => 'bad', email_code => $code),
               422, 'email format', 'no code of an address that is none');

    {
        my $cookies = { $client->{cookies}->%* };

        delete $client->{cookies}{$_}
            for grep { /draft/ } keys $client->{cookies}->%*;
        problem_is(put($client, 2, %body, email => 'bad',
                       email_code => $code),
                   422, 'documents.id_card_emblem unknown, email format',
                   'nor without a draft');
        $client->{cookies} = $cookies;
    }

    status_is(put($client, 2, %body, email_code => $code), 200,
              'the right one');
    is(servers()->redis('EXISTS', "registration:document:$emblem"), 0,
       'the picture is the application\'s');
}


# A new address needs its code.

{
    my ($person, $client) = returned(email => 'x');
    my $email = Test::Registration::Applicant::canary(
        "new.$$.box\@applicant.example");
    my $taken = register();

    problem_is(put($client, 2, email => $email), 422, 'email_code required',
               'a new address without a code');
    problem_is(put($client, 2, email => $email, email_code => '000000'), 422,
               'email_code code_expired', 'a code that never was');

    my $code = code_for($client, $email);

    problem_is(put($client, 2, email => $email,
                   email_code => $code eq '111111' ? '222222' : '111111'),
               422, 'email_code code_wrong', 'a wrong one');

    {
        my $address = $taken->{values}{email};
        my $code    = code_for($client, $address);

        problem_is(put($client, 2, email => $address, email_code => $code),
                   422, 'email taken', 'somebody else\'s address');
    }

    status_is(put($client, 2, email => $email, email_code => $code), 200,
              'the right one');
    status_is(sign_in(client(), $person->{values}, account => $email), 200,
              'the new address signs in');
    problem_is(sign_in(client(), $person->{values},
                       account => $person->{values}{email}), 401, '',
               'the old one does not');
}

{
    my ($person, $client) = returned(email => 'x');

    status_is(put($client, 2, email => uc $person->{values}{email}), 200,
              'the same address needs none');
}


# Another type of document brings its own pictures and number.

{
    my ($person, $client) = returned(document_type => 'x');
    my %type = (document_type => 'passport');

    problem_is(put($client, 2, %type), 422,
               'documents.id_card_handheld required, '
               . 'documents.passport_page required, id_number format',
               'a passport: its pictures and number are asked for');

    my %body = (%type, id_number => 'E12345678',
                documents => { map { $_ => new_picture($client, $_) }
                               qw(passport_page id_card_handheld) });

    problem_is(put($client, 2, %body, address => 'x'), 422,
               'address not_open', 'but nothing else is open');
    status_is(put($client, 2, %body), 200, 'all of it');
    is(column($person, 'document_type'), 'passport', 'it is a passport now');
    is(servers()->sql("select string_agg(kind, ' ' order by kind)
                         from registration.document d
                         join registration.application a
                           on a.id = d.application_id
                        where number = '$person->{number}'
                          and replaced_at is null"),
       'id_card_handheld passport_page', 'the card\'s pictures are gone');
}

{
    my ($person, $client) = returned(applicant_type => 'x');
    my $company = organisation();
    my %body = map { $_ => $company->{$_} }
        qw(applicant_type document_type name id_number long_term);

    problem_is(put($client, 2, applicant_type => 'enterprise'), 422,
               'document_type mismatch',
               'another type of applicant: another document');
    status_is(put($client, 2, %body, documents =>
                  { licence => new_picture($client, 'licence') }), 200,
              'with all that it needs');
    is(column($person, 'applicant_type'), 'enterprise', 'it is a company');
}


# What no longer agrees with a corrected value has to be corrected, too.

{
    my ($person, $client) = returned(residence => 'x');

    problem_is(put($client, 2, residence => 'out_of_province'), 422,
               'region mismatch', 'another province, another region');
    status_is(put($client, 2, residence => 'out_of_province',
                  region => '110101'), 200, 'both');
}

# What agrees with another field is opened with it, whichever was returned.

{
    my ($person, $client) = returned(region => 'x');

    problem_is(put($client, 2, region => '110101'), 422, 'region mismatch',
               'a region of another province');
    status_is(put($client, 2, region => '110101',
                  residence => 'out_of_province'), 200,
              'with where the applicant lives now');
    is(column($person, 'residence'), 'out_of_province', 'it is kept');
}

{
    my ($person, $client) = returned(document_type => 'x');
    my $company = organisation();
    my %body = map { $_ => $company->{$_} }
        qw(applicant_type document_type name id_number long_term);

    status_is(put($client, 2, %body, documents =>
                  { licence => new_picture($client, 'licence') }), 200,
              'a document of another type of applicant');
    is(column($person, 'applicant_type'), 'enterprise', 'which is kept, too');
}

{
    my ($person, $client) = returned(valid_until => 'x');

    problem_is(put($client, 2, valid_until => 'never'), 422,
               'valid_until format', 'no date');
    problem_is(put($client, 2, long_term => JSON::PP::true), 422,
               'long_term mismatch',
               'without end, at an age that has an end');
    status_is(put($client, 2,
                  valid_until => $person->{values}{valid_until}), 200,
              'the date');
}


# The same picture is not taken for two kinds, whenever they were uploaded.

{
    my $same   = picture();
    my $person = register(pictures => { id_card_portrait => $same });

    decide_on($person, 1, 'return', 'Please correct',
              'documents.id_card_emblem' => 'x',
              'documents.id_card_handheld' => 'x');
    sign_in(my $client = client(), $person->{values});

    my $twin  = $client->upload('id_card_emblem', $same)->json->{id};
    my $other = new_picture($client, 'id_card_handheld');

    problem_is(put($client, 2, documents => { id_card_emblem => $twin,
                   id_card_handheld => $other }), 422,
               'documents.id_card_emblem duplicate_document',
               'the portrait once more, as the emblem');

    my $emblem = new_picture($client, 'id_card_emblem');
    my $file   = stored($person->{body}{documents}{id_card_portrait});

    rename $file, "$file.away" or die "$file: $!";
    status_is(put($client, 2, documents => { id_card_emblem => $emblem,
                  id_card_handheld => $other }), 200,
              'another one is, though the portrait cannot be opened now');
    rename "$file.away", $file or die "$file: $!";
}

{
    my $same   = picture();
    my $person = register(pictures => { id_card_emblem => $same });

    decide_on($person, 1, 'return', 'Please correct',
              'documents.id_card_emblem' => 'x',
              'documents.id_card_handheld' => 'x');
    sign_in(my $client = client(), $person->{values});

    my $id = $client->upload('id_card_handheld', $same)->json->{id};

    problem_is(put($client, 2, documents => { id_card_handheld => $id }), 422,
               'documents.id_card_handheld duplicate_document',
               'the same as one that could be replaced, but is not');

    my $new = new_picture($client, 'id_card_emblem');

    status_is(put($client, 2, documents => { id_card_handheld => $id,
                  id_card_emblem => $new }), 200,
              'two that were mixed up change places');
}


# Files are on the disk before the row names them; PostgreSQL may be away.

{
    my ($person, $client) = returned('documents.id_card_emblem' => 'x');
    my $id = new_picture($client, 'id_card_emblem');
    my $file = stored($id);

    unlink $file;
    problem_is(put($client, 2, documents => { id_card_emblem => $id }), 422,
               'documents.id_card_emblem unknown', 'a file that is gone');

    $id = new_picture($client, 'id_card_emblem');

    servers()->stop('postgres', 'INT');
    problem_is(put($client, 2, documents => { id_card_emblem => $id }), 503,
               '', 'without PostgreSQL');
    servers()->start_postgres;
    wait_for(sub { $client->get('correction')->status == 200 });
    status_is(put($client, 2, documents => { id_card_emblem => $id }), 200,
              'with it');
}

checks();
