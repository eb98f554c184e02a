# The reviewers' side: who they are, what they see, what they decide, and that
# nobody else does any of it.

use lib 't/lib';
use Digest::SHA qw(hmac_sha1);
use Test::Registration;
use Test::Registration::Picture;
use Test::Registration::Reviewer;

start();

my $dir = servers()->{dir};


sub current ($number)
{
    return servers()->sql("select status || ' ' || version
        from registration.application where number = '$number'");
}


sub audited ($action, $number)
{
    return servers()->sql("select count(*) from registration.audit
        where action = '$action' and number = '$number'");
}


reviewer('add', 'li.si');
reviewer('add', 'wang.wu');
reviewer('add', 'boss', '--role', 'supervisor');
reviewer('add', 'gone');
reviewer('add', 'CN=Zhao Liu, O=Example', '--external');

# longer than any picture shows, and not only of ASCII

my $subject = 'CN=\\E8\\B5\\B5\\E5\\85\\AD+serialNumber=1,OU="版权; 1",O='
    . 'x' x 200;
utf8::encode(my $subject_bytes = $subject);
reviewer('add', $subject_bytes, '--external');


sub failures ($name)
{
    return servers()->sql("select count(*) from registration.audit
        where action = 'sign_in_failed' and actor = '$name'");
}


# Signing in

my $li   = enter('li.si');
my $wang = enter('wang.wu');
my $boss = enter('boss');

{
    my $client = admin();
    my $answer = $client->post('sessions',
        { name => 'li.si', password => PASSWORD });
    my $cookie = join '', $answer->headers('Set-Cookie');

    status_is($answer, 200, 'a reviewer signs in');
    is($answer->json->{name}, 'li.si', 'by name');
    is($answer->json->{role}, 'reviewer', 'with a role');
    like($cookie, qr/^registration-review=[\w-]{43};.*HttpOnly/, 'a cookie');
    like($cookie, qr/SameSite=Strict/, 'SameSite=Strict');

    is($client->get('session')->json->{name}, 'li.si', 'the session');
    is($boss->get('session')->json->{role}, 'supervisor', 'of a supervisor');

    my $keep = { $client->{cookies}->%* };

    status_is($client->delete('session'), 204, 'signing out');
    $client->{cookies} = $keep;
    problem_is($client->get('session'), 401, '', 'ends the session');
    problem_is($client->get('registrations'), 401, '', 'for all calls');
    status_is(admin()->delete('session'), 204, 'without any is no error');

    my %trial = (
        'a wrong password' => { name => 'li.si', password => 'wrong-one-1' },
        'an unknown name'  => { name => 'nobody', password => PASSWORD },
        'an external name' => { name => 'CN=Zhao Liu, O=Example',
                                password => PASSWORD },
        'an impossible name' => { name => "'\x{1f600}" x 200,
                                  password => PASSWORD },
    );
    my %body;

    for my $name (sort keys %trial) {
        my $answer = admin()->post('sessions', $trial{$name});

        problem_is($answer, 401, '', $name);
        $body{$answer->body}++;
    }

    is(scalar keys %body, 1, 'all of them look the same');
    problem_is(admin()->post('sessions', {}), 422,
               'name required, password required', 'nothing');
    problem_is(admin()->post('sessions', { name => 'a', password => 'b',
                                           totp => 1, x => 2 }), 422,
               'totp format, x unknown_member', 'members that are none');
    is(servers()->sql("select actor from registration.audit
        where action = 'sign_in_failed' order by actor collate \"C\""),
       "?\n?\nCN=Zhao Liu, O=Example\nli.si",
       'failures are audited, unknown names without what was given');

    problem_is(admin()->post('sessions', { name => 'li.si',
                                           password => PASSWORD },
                             headers => [ 'Origin: https://evil.example' ]),
               403, '', 'not from another origin');

    my $gone = enter('gone');

    status_is($gone->get('registrations'), 200, 'before being disabled');
    reviewer('disable', 'gone');
    problem_is($gone->get('registrations'), 401, '', 'and after');
    problem_is($gone->get('session'), 401, '', 'at once');
}


# One-time codes (RFC 6238)

sub totp ($secret, $shift = 0)
{
    my %value = map { substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $_, 1) => $_ }
        0 .. 31;
    my $bits  = join '', map { sprintf '%05b', $value{$_} } split //, $secret;
    my $hash  = hmac_sha1(pack('Q>', int(time / 30) + $shift),
                          pack 'B*', substr $bits, 0, length($bits) & ~7);
    my $at    = ord(substr $hash, -1) & 15;

    return sprintf '%06d',
        (unpack('N', substr $hash, $at, 4) & 0x7fffffff) % 1_000_000;
}

{
    my $text = reviewer('add', 'two.steps', '--totp', '--key-file',
                        "$dir/keys");
    my ($secret) = $text =~ /secret=([A-Z2-7]{32})/ or die $text;
    my %in = (name => 'two.steps', password => PASSWORD);

    my $answer = admin()->post('sessions', \%in);

    problem_is($answer, 401, '', 'without a code');
    like($answer->json->{type}, qr/totp_required$/, 'is told so');
    is(failures('two.steps'), 0, 'which is no failure');
    unlike(admin()->post('sessions', { %in, password => 'wrong-one-2' })->body,
           qr/totp/, 'but only to who knows the password');
    problem_is(admin()->post('sessions', { %in, totp => totp($secret, 9) }),
               401, '', 'a wrong code');

    is(failures('two.steps'), 2, 'these are failures');

    servers()->redis('FLUSHALL');
    servers()->reload(directives => { sign_in => 'free=2 per_address=1000' });

    like(admin()->post('sessions', \%in)->json->{type}, qr/totp_required$/,
         'the first step as often as one likes') for 1 .. 8;
    is(failures('two.steps'), 2, 'none of which counts');

    my @keys = split ' ', servers()->redis('KEYS', 'registration:failure:*');

    is(join(' ', map { servers()->redis('GET', $_) } @keys), 8,
       'but as a try of the address');

    my $code = totp($secret);

    (my $wide = $code) =~ tr/0-9/\x{ff10}-\x{ff19}/;

    status_is(admin()->post('sessions', { %in, totp => $wide }), 200,
              'the right code, in full-width digits and without waiting');
    problem_is(admin()->post('sessions', { %in, totp => $code }), 401, '',
               'is good once');
    is(failures('two.steps'), 3, 'this is a failure');
}


# However many addresses guess at one account

servers()->redis('FLUSHALL');
servers()->reload(directives => {
    sign_in => 'free=100 per_address=100 per_account=4' });

{
    my %li   = (name => 'li.si', password => PASSWORD);
    my $from = sub ($n, %in) {
        return admin(from => "127.0.0.$n")->post('sessions', { %li, %in });
    };

    status_is($from->(20, %li), 200, 'where the reviewer has signed in');
    problem_is($from->($_, password => 'x'), 401, '', "a guess from 127.0.0.$_")
        for 21 .. 24;

    my $answer = $from->(25, password => 'x');

    problem_is($answer, 429, '', 'that many in an hour, from wherever');
    cmp_ok($answer->header('Retry-After'), '>', 880, 'then one in a while');
    cmp_ok($answer->header('Retry-After'), '<=', 900, 'of a quarter');
    problem_is($from->(26), 429, '', 'from where nobody knows one');
    status_is($from->(20, %li), 200, 'where one has signed in is let in');
    status_is($from->(20, %li), 200, 'each time');
    problem_is($from->(26), 429, '', 'which opens it to nobody else');
    problem_is($from->(20, password => 'x'), 401, '', 'a slip there');
    status_is($from->(20, %li), 200, 'keeps nobody out');
    status_is($from->(21, name => 'wang.wu'), 200, 'nor from another account');

    # time passes, more than half an hour

    servers()->redis('EVAL', <<'LUA', 0);
for _, key in ipairs(redis.call('KEYS', 'registration:account:*')) do
    local spent = redis.call('GET', key)
    redis.call('SET', key, string.format('%.0f', spent - 1900000), 'KEEPTTL')
end
return 1
LUA
    status_is($from->(26), 200, 'in time it is open to all');
    status_is($from->(26), 200, 'and success costs nothing');
}


# Throttled like applicants' sign-in

servers()->redis('FLUSHALL');
servers()->reload(directives => { sign_in => 'free=2 per_address=1000' });

# the wait that the fifth leaves, of four seconds, is longer than any machine
# takes to ask once more

for my $n (1 .. 5) {
    problem_is(admin()->post('sessions', { name => 'li.si',
                                           password => 'x' }),
               401, '', "failure $n");
    sleep 2 ** ($n - 3) + 0.2 if $n == 3 || $n == 4;
}

problem_is(admin()->post('sessions', { name => 'li.si',
                                       password => PASSWORD }),
           429, '', 'then one has to wait');

servers()->redis('FLUSHALL');
servers()->reload;

$li   = enter('li.si');
$wang = enter('wang.wu');
$boss = enter('boss');


# The form, with what reviewers often write

{
    my $answer = $li->get('form');
    my $json   = $answer->json;

    status_is($answer, 200, 'the form');
    like($json->{reasons}[0]{text}{$_}, qr/\w/, "ready-made reasons in $_")
        for 'zh-CN', 'en';
    is_deeply([ sort grep { $_ ne 'reasons' } keys %$json ],
              [ sort keys client()->get('form')->json->%* ],
              'and all that applicants get');
    status_is($li->get('form', headers => [ 'If-None-Match: '
              . $answer->header('ETag') ]), 304, 'cacheable');
    status_is(client()->get('form', headers => [ 'If-None-Match: '
              . $answer->header('ETag') ]), 200, 'as a form of its own');
}


# The queue

# with numbers that no two of them can share by chance

my @people = map {
    my $id = Test::Registration::Applicant::resident_id(serial => 300 + $_);

    register(values => person(
        id_number => Test::Registration::Applicant::canary($id)));
} 1 .. 5;
my @numbers = map { $_->{number} } @people;

{
    my $answer = $li->get('registrations?status=pending');
    my $json   = $answer->json;

    status_is($answer, 200, 'the queue');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');
    is_deeply([ map { $_->{number} } $json->{registrations}->@* ],
              [ sort @numbers ], 'by due date and number');
    is($json->{counts}{pending}, 5, 'counted');
    is($json->{next_cursor}, undef, 'no more');

    my ($row) = grep { $_->{number} eq $numbers[0] }
        $json->{registrations}->@*;
    my $name = $people[0]{values}{name};

    is($row->{name}, substr($name, 0, 1) . '*', 'a masked name');
    ok(!$row->{overdue}, 'not overdue');
    unlike($answer->text, qr/\Q$people[$_]{values}{mobile}\E/, 'no mobile')
        for 0 .. 4;

    my (@seen, $cursor);

    do {
        my $page = $li->get('registrations?limit=2'
            . ($cursor ? "&cursor=$cursor" : ''))->json;

        push @seen, map { $_->{number} } $page->{registrations}->@*;
        $cursor = $page->{next_cursor};
    } while ($cursor && @seen < 20);

    is_deeply(\@seen, [ sort @numbers ], 'page by page');
}

sub found ($query)
{
    my $answer = $li->get("registrations?$query");

    return $answer->status if $answer->status != 200;
    return join ' ', map { $_->{number} }
        $answer->json->{registrations}->@*;
}

sub escaped ($text)
{
    utf8::encode($text);
    return $text =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ger;
}

{
    my $values = $people[2]{values};

    is(found("q=$numbers[2]"), $numbers[2], 'by number');
    is(found('q=' . escaped($numbers[2] =~ tr/0-9/\x{ff10}-\x{ff19}/r)), $numbers[2],
       'by number, from a Chinese keyboard');
    is(found('q=' . escaped($values->{$_})), $numbers[2], "by $_")
        for qw(name id_number mobile email);
    is(found('q=' . escaped(" \U$values->{email}\E ")), $numbers[2],
       'however it is written');
    is(found('q=' . escaped(substr $values->{name}, 0, 2)), '',
       'nothing by half a name');
    is(found('status=approved'), '', 'by status');
    is(found('overdue=1'), '', 'none is overdue');
    is(found("type=enterprise"), '', 'by type');
    is(found("type=resident_id_card&overdue=0&q=$numbers[1]"), $numbers[1],
       'all at once');
    is(found('office='), join(' ', sort @numbers), 'an empty filter is none');

    servers()->sql("update registration.application
        set due_date = '2026-01-05' where number = '$numbers[4]'");
    is(found('overdue=true'), $numbers[4], 'overdue');
    like(found('status=pending'), qr/^$numbers[4]/, 'comes first');
    is($li->get('registrations')->json->{counts}{overdue}, 1, 'and counts');

    problem_is($li->get("registrations?$_->[0]"), 422, $_->[1], $_->[0])
        for [ 'status=done', 'status unknown' ],
            [ 'office=none', 'office unknown' ],
            [ 'type=x', 'type unknown' ],
            [ 'overdue=maybe', 'overdue format' ],
            [ 'limit=0&cursor=x', 'cursor format, limit format' ],
            [ 'limit=101', 'limit format' ],
            [ 'q=%ff', 'q format' ],
            [ 'q=a%00b', 'q format' ],
            [ 'cursor=MjAyNi0wMi0zMDEyMzQ1Njc4OTAxMjM0NQ', 'cursor format' ];
}


# An application

{
    my $person = $people[0];
    my $answer = $li->get("registrations/$numbers[0]");
    my $json   = $answer->json;
    my %picture = map { $_->{kind} => $_ } $json->{documents}->@*;

    status_is($answer, 200, 'an application');
    is($json->{values}{$_}, $person->{values}{$_}, "whole: $_")
        for qw(username name id_number mobile email address);
    ok(!exists $json->{values}{password}, 'but no password');
    is($picture{id_card_emblem}{filename}, 'id_card_emblem.jpg',
       'with the names of files');
    is_deeply({ $json->{checks}->%{qw(faults same_id_number)} },
              { faults => [], same_id_number => [] },
              'the checks find nothing');
    is(join(' ', map { $_->{check} } grep { $_->{result} eq 'different' }
            $json->{checks}{card}->@*), '', 'on the card neither');
    is($json->{decisions}[0]{to}, 'pending', 'its history');
    is_deeply($json->{changes}, [], 'no changes');
    is(audited('view', $numbers[0]), 1, 'that it was read is audited');

    my $shown = $li->get("documents/$picture{id_card_portrait}{id}");
    my $own = $person->{client}->get(
        "documents/$picture{id_card_portrait}{id}");

    status_is($shown, 200, 'a picture');
    is($shown->header('Content-Type'), 'image/jpeg', 'a JPEG');
    is($shown->header('Cache-Control'), 'no-store', 'never cached');
    ok(Test::Registration::Picture::decode($shown->body), 'that decodes');
    isnt($shown->body, $own->body, 'not the stored one');
    isnt($shown->body, $wang->get(
        "documents/$picture{id_card_portrait}{id}")->body,
        'but one with the reviewer\'s name');
    is(audited('view_document', $numbers[0]), 2, 'audited');

    problem_is($li->get("registrations/$_"), 404, '', "no number: $_")
        for '0' x 15, '1', 'x' x 15, "$numbers[0]0";
    problem_is($li->get('documents/' . 'A' x 22), 404, '', 'no document');
    problem_is($li->get('documents/x'), 404, '', 'no id');

    my $twin = register(values => person(
        id_number => $person->{values}{id_number}));

    is_deeply($li->get("registrations/$numbers[0]")->json->{checks}
                  {same_id_number},
              [ { number => $twin->{number}, status => 'pending' } ],
              'the same document in another application');
}


# Claims

{
    my $number = $numbers[1];

    is(claim($li, $number)->json->{claimed_by}, 'li.si', 'a claim');
    status_is(claim($li, $number), 200, 'renewed');

    my $answer = claim($wang, $number);

    problem_is($answer, 409, '', 'held');
    is($answer->json->{current}{claimed_by}, 'li.si', 'by whom');
    problem_is(decision($wang, $number, 1, 'approve'), 409, '',
               'nor may another decide');
    problem_is($wang->delete("registrations/$number/claim"), 409, '',
               'nor let it go');
    is($wang->get("registrations?q=$number")->json->{registrations}[0]
           {claimed_by}, 'li.si', 'the queue shows it');
    status_is(claim($wang, $number, '?take_over=1'), 200, 'a take-over');
    is(audited('take_over', $number), 1, 'is audited');
    problem_is(claim($li, $number), 409, '', 'then it is the other\'s');
    problem_is(claim($wang, $number, '?take_over=yes'), 422,
               'take_over format', 'a word that is none');
    status_is($wang->delete("registrations/$number/claim"), 204, 'let go');
    is(claim_ends_in($number), '', 'nobody holds it');
    status_is(claim($li, $number), 200, 'free for others');
    status_is($li->delete("registrations/$number/claim"), 204, 'let go');
    problem_is(claim($li, '0' x 15), 404, '', 'no such number');
}


# Working renews a claim, whoever else looks on.

sub claim_ends_in ($number)
{
    return servers()->sql("select round(extract(epoch from
        claimed_until - now())) from registration.application
        where number = '$number'");
}


sub let_it_age ($number, $seconds)
{
    servers()->sql("update registration.application
        set claimed_until = now() + interval '$seconds s'
        where number = '$number'");
}

{
    my $number  = $numbers[1];
    my $picture = $people[1]{body}{documents}{id_card_emblem};
    my %work = (
        'opening the application' =>
            sub ($client) { $client->get("registrations/$number") },
        'opening a picture' =>
            sub ($client) { $client->get("documents/$picture") },
        'a decision that is not taken' =>
            sub ($client) { decision($client, $number, 1, 'reject',
                                     reason => '') },
        'a decision of another version' =>
            sub ($client) { decision($client, $number, 7, 'approve') },
    );

    status_is(claim($li, $number), 200, 'a claim');

    for my $what (sort keys %work) {
        let_it_age($number, 60);
        $work{$what}->($wang);
        cmp_ok(claim_ends_in($number), '<=', 60, "$what by another: as it was");
        $work{$what}->($li);
        cmp_ok(claim_ends_in($number), '>', 590, "$what renews it");
    }

    let_it_age($number, 595);
    $work{'opening a picture'}->($li);
    cmp_ok(claim_ends_in($number), '<=', 595, 'no need to renew a new one');
    is($li->get("registrations/$number")->json->{claimed_by}, 'li.si',
       'the holder is shown');

    let_it_age($number, -1);
    $work{$_}->($li) for sort keys %work;
    cmp_ok(claim_ends_in($number), '<', 0, 'what has ended is not renewed');
    is($li->get("registrations/$number")->json->{claimed_by}, undef,
       'nor shown');

    my $gone = enter('li.si');

    status_is(claim($gone, $number), 200, 'a claim');
    let_it_age($number, 60);
    status_is($gone->delete('session'), 204, 'and signed out');
    problem_is($_->($gone), 401, '', 'renews nothing') for values %work;
    cmp_ok(claim_ends_in($number), '<=', 60, 'nothing');
    status_is($li->delete("registrations/$number/claim"), 204, 'let go');
}


# What is wrong with a decision

{
    my $number = $numbers[1];
    my $post = sub ($data) {
        $li->post("registrations/$number/decisions", $data)
    };

    problem_is($post->({}), 422, 'decision required, version required',
               'nothing');
    problem_is($post->({ version => '1', decision => 'maybe', x => 1 }), 422,
               'decision unknown, version format, x unknown_member',
               'nonsense');
    problem_is($post->({ version => 1, decision => 'return',
                         reason => 'x' }), 422, 'items required',
               'a return without items');
    problem_is($post->({ version => 1, decision => 'reject' }), 422,
               'reason required', 'a rejection without a reason');
    problem_is(decision($li, $number, 1, 'approve',
                        items => [ item('name') ]), 422,
               'items not_applicable', 'an approval with items');
    problem_is(decision($li, $number, 1, 'reject', reason => "\x{8bf7}" x 501),
               422, 'reason too_long', '501 characters');
    problem_is(decision($li, $number, 1, 'reject', reason => "a\x07"),
               422, 'reason format', 'a control character');
    problem_is(decision($li, $number, 1, 'return', items => [
                   item('username'), item('password'), item('documents'),
                   item('name'), item('name'), item('x', ''), 7,
                   { field => 'mobile', reason => 'x', more => 1 } ]), 422,
               'items[0].field unknown, items[1].field unknown, '
               . 'items[2].field unknown, items[4].field taken, '
               . 'items[5].field unknown, items[5].reason required, '
               . 'items[6].field required, items[6].reason required, '
               . 'items[7].more unknown_member', 'items that are none');
    problem_is(decision($li, $number, 1, 'return', items => [
                   item('documents.id_card_portrait'),
                   item('documents.licence'), item('documents.other'),
                   item('documents.passport_page') ]), 422,
               'items[1].field unknown, items[2].field unknown, '
               . 'items[3].field unknown',
               'pictures that its type of document does not have');
    problem_is(decision($li, $number, 7, 'return',
                        items => [ item('documents.licence') ]), 409, '',
               'or had, in another version');
    problem_is(decision($li, '0' x 15, 1, 'approve'), 404, '', 'no number');
    is(current($number), 'pending 1', 'nothing of that was done');
}


# Return, correct, approve

{
    my $person = $people[0];
    my $number = $numbers[0];
    my $answer = decision($li, $number, 1, 'return',
        reason => "申请表所填信息与证件保持一致\n请修改",
        items => [ item('mobile'), item('documents.id_card_emblem') ]);

    status_is($answer, 200, 'returned');
    is_deeply($answer->json, { status => 'returned', version => 2 },
              'with its new state');

    $answer = decision($li, $number, 1, 'approve');
    problem_is($answer, 409, '', 'not decided twice');
    is_deeply($answer->json->{current}, { status => 'returned',
                                          version => 2 }, 'it says how it is');
    problem_is(decision($li, $number, 2, 'approve'), 409, '',
               'a returned one is not approved');
    problem_is(claim($li, $number), 409, '', 'nor claimed');

    my $client = client();

    is(sign_in($client, $person->{values})->json->{status}, 'returned',
       'the applicant learns of it');

    my $new = { mobile => '13' . (int rand 10) . sprintf '%08d', rand 1e8 };
    my $emblem = $client->upload('id_card_emblem', picture())->json->{id};
    my $old = $person->{body}{documents}{id_card_emblem};

    problem_is($client->put('correction', { version => 2, %$new,
                   documents => { id_card_emblem => $emblem },
                   address => 'somewhere else' }), 422, 'address not_open',
               'what was not opened is refused');
    status_is($client->put('correction', { version => 2, %$new,
                  documents => { id_card_emblem => $emblem } }), 200,
              'corrected');

    my $json = $li->get("registrations/$number")->json;

    is($json->{status}, 'pending', 'pending again');
    is(scalar $json->{changes}->@*, 1, 'one correction');
    is_deeply($json->{changes}[0]{fields},
              [ { field => 'mobile', old => $person->{values}{mobile},
                  new => $new->{mobile} } ], 'old and new side by side');
    is_deeply($json->{changes}[0]{documents},
              [ { kind => 'id_card_emblem', old => $old, new => $emblem } ],
              'pictures, too');
    is($json->{decisions}[1]{reason},
       "申请表所填信息与证件保持一致\n请修改", 'the reason of the return');
    is_deeply($json->{decisions}[1]{items},
              [ item('mobile'), item('documents.id_card_emblem') ],
              'and of each item');
    status_is($li->get("documents/$_"), 200, 'the pictures of both')
        for $old, $emblem;

    status_is(decision($boss, $number, 3, 'approve'), 200, 'approved');
    is(sign_in($client, $person->{values})->json->{status}, 'approved',
       'a full session');
    status_is(decision($li, $numbers[3], 1, 'reject'), 200, 'rejected');
    is(sign_in(client(), $people[3]{values})->json->{status}, 'rejected',
       'which the applicant learns');
}


# Of an application whose key was destroyed nobody can read or correct anything:
# what is left to do is to reject it.

{
    my $number = register()->{number};

    servers()->sql("update registration.application set data_key = null
                     where number = '$number'");
    problem_is(decision($li, $number, 1, 'return', reason => 'x',
                        items => [ item('name') ]), 422,
               'decision not_applicable', 'destroyed: not returned');
    status_is(decision($li, $number, 1, 'reject', reason => 'withdrawn'),
              200, 'but rejected');
    status_is($li->get("registrations/$number"), 200,
              'and its history shows');
}


# 50 decisions at once: one wins

for my $who ([ $li ], [ $li, $wang, $boss ]) {
    my $number = register()->{number};
    my %status;
    my @exchanges = map {
        my $client = $who->[$_ % @$who];
        my $word = qw(approve reject)[$_ % 2];

        $client->begin('POST', "registrations/$number/decisions", data =>
            { version => 1, decision => $word, reason => '并发' });
    } 1 .. 50;

    $status{$_->finish->status}++ for @exchanges;

    is_deeply(\%status, { 200 => 1, 409 => 49 },
              @$who . ' reviewers, 50 decisions, one wins');
    like(current($number), qr/^(?:approved|rejected) 2$/, 'one is done');
    is(audited('approve', $number) + audited('reject', $number), 1,
       'and audited');
}


# The export

{
    my $answer = $li->get('registrations.csv?status=pending');
    my $text   = $answer->text;
    my $name   = $people[2]{values}{name};

    status_is($answer, 200, 'an export');
    like($answer->header('Content-Type'), qr{^text/csv}, 'CSV');
    like($answer->header('Content-Disposition'), qr/attachment/, 'a file');
    like($text, qr/^\x{feff}number,status,name,/, 'with a heading');
    like($text, qr/^$numbers[2],pending,\Q@{[ substr $name, 0, 1 ]}\E\*,/m,
         'masked');
    unlike($text, qr/\Q$name\E/, 'no name');
    unlike($text, qr/^$numbers[0],/m, 'as the filter says');
    is(servers()->sql("select details->>'rows' from registration.audit
        where action = 'export' and actor = 'li.si'"),
       ($text =~ tr/\n//) - 1, 'audited, with the number of rows');

    my $last = sub {
        return JSON::PP::decode_json(servers()->sql("select details
            from registration.audit where action = 'export'
           order by id desc limit 1"));
    };

    is_deeply($last->(), { status => 'pending', rows => ($text =~ tr/\n//) - 1 },
              'and of which');
    $wang->get('registrations.csv?overdue=0&type=enterprise&q='
               . escaped($name));
    is_deeply($last->(), { type => 'enterprise', overdue => 'f', rows => 0,
                           search => JSON::PP::true() },
              'but not whom it looked for');

    # several pages: copies of a row

    servers()->sql(<<"SQL");
        set session_replication_role = replica;
        insert into registration.application
        select (jsonb_populate_record(a, jsonb_build_object(
                   'id', lpad(n::text, 22, 'x'),
                   'number', '2020010' || lpad(n::text, 8, '0'),
                   'draft', '\\x' || lpad(to_hex(n), 64, '0')))).*
          from registration.application a, generate_series(1, 10150) n
         where a.number = '$numbers[2]';
SQL
    $answer = $li->get('registrations.csv');
    is($answer->text =~ tr/\n//, 10_001, 'ten thousand rows and a heading');

    my %seen;
    $seen{$_}++ for $answer->text =~ /^(\d{15}),/mg;

    my $cursor = $answer->header('Registration-Next-Cursor');
    ok($cursor, 'the rest is in another file');
    $answer = $li->get("registrations.csv?cursor=$cursor");
    $seen{$_}++ for $answer->text =~ /^(\d{15}),/mg;

    is(scalar keys %seen, servers()->sql(
           'select count(*) from registration.application'),
       'both have all of them');
    is(scalar(grep { $_ > 1 } values %seen), 0, 'once');
    ok(!$answer->header('Registration-Next-Cursor'), 'and that is all');

    servers()->sql("set session_replication_role = replica;
        delete from registration.application where number like '2020010%'");
}


# The audit

{
    my $json = $boss->get('audit?limit=3')->json;

    is(scalar $json->{entries}->@*, 3, 'a page of the audit');
    cmp_ok($json->{entries}[0]{id}, '>', $json->{entries}[1]{id},
           'the latest first');
    my $next = $boss->get("audit?limit=3&cursor=$json->{next_cursor}")->json;
    cmp_ok($next->{entries}[0]{id}, '<', $json->{entries}[2]{id}, 'the next');

    my %who = map { $_->{actor} => 1 }
        $li->get('audit')->json->{entries}->@*;
    is_deeply([ keys %who ], [ 'li.si' ], 'one\'s own');
    problem_is($li->get('audit?reviewer=boss'), 403, '', 'not another\'s');
    %who = map { $_->{actor} => 1 }
        $boss->get('audit?reviewer=li.si')->json->{entries}->@*;
    is_deeply([ keys %who ], [ 'li.si' ], 'a supervisor sees them');

    my %action = map { $_->{action} => 1 }
        $li->get("audit?number=$numbers[0]")->json->{entries}->@*;
    is_deeply([ sort keys %action ],
              [ qw(approve correct return sign_in submit view view_document) ],
              'all of one application');
    problem_is($li->get('audit?number=1&cursor=x&limit=900'), 422,
               'cursor format, limit format, number format', 'nonsense');
}


# Names from nginx

servers()->reload(parts => { review =>
    'registration_review $http_x_name;' });

{
    my $name  = 'CN=Zhao Liu, O=Example';
    my @named = (headers => [ "X-Name: $name" ]);
    my $number = $numbers[1];

    is(admin()->get('session', @named)->json->{external},
       JSON::PP::true(), 'a name that nginx knows');
    status_is(admin()->get("registrations/$number", @named), 200, 'reads');
    status_is(admin()->request('PUT', "registrations/$number/claim", @named),
              200, 'claims');
    status_is(admin()->post("registrations/$number/decisions",
                  { version => 1, decision => 'approve' }, @named), 200,
              'decides');
    like(servers()->sql("select actor from registration.audit
        where action = 'approve' and number = '$number'"), qr/^\Q$name\E$/,
        'under that name');
    problem_is(admin()->post("registrations/$numbers[2]/decisions",
                   { version => 1, decision => 'approve' },
                   headers => [ "X-Name: $name",
                                'Sec-Fetch-Site: cross-site' ]),
               403, '', 'not for pages of another origin');
    problem_is(admin()->get('registrations', headers => [ "X-Name: $_" ]),
               403, '', "no reviewer, or one with a password: $_")
        for 'CN=Nobody', 'li.si', 'gone', 'x' x 257, "\xff", '?';

    my @subject = (headers => [ "X-Name: $subject_bytes" ]);
    my $session = admin()->get('session', @subject);

    is($session->json->{name}, $subject, 'a whole subject');

    my ($document) = admin()->get("registrations/$number", @subject)
        ->json->{documents}->@*;

    like(admin()->get("documents/$document->{id}", @subject)->body,
         qr/^\xff\xd8/, 'stands on pictures as far as it fits');
    status_is($li->get('registrations'), 200, 'others have their session');
    problem_is(admin()->get('registrations'), 401, '', 'or none');
}

servers()->reload;


# Who × what × whose × in which state: nothing more than this succeeds.

# Puts a row into a state, as version 4, while triggers and keys are asleep.

sub put_into ($number, $status, $owner)
{
    my $from  = $status eq 'pending' ? 'returned' : 'pending';
    my $claim = $owner ? "'$owner', now() + interval '1 hour'" : 'null, null';

    servers()->sql(<<"SQL");
        set session_replication_role = replica;
        delete from registration.state_change c
         using registration.application a
         where a.number = '$number' and c.application_id = a.id
           and c.version >= 4;
        delete from registration.outbox o
         using registration.application a
         where a.number = '$number' and o.application_id = a.id
           and o.version >= 4;
        insert into registration.state_change
               (application_id, version, from_status, to_status, actor_kind,
                actor)
        select id, 4, '$from', '$status', 'reviewer', 'boss'
          from registration.application
         where number = '$number';
        update registration.application
           set status = '$status', version = 4,
               (claimed_by, claimed_until) = ($claim)
         where number = '$number';
        delete from registration.status_count;
        insert into registration.status_count (status, due_date, n)
        select status, registration.count_day(status, due_date), count(*)
          from registration.application group by 1, 2;
SQL
}

{
    my $applicant = client(mount => '/admin/api');
    my $forged    = admin();

    sign_in(client(), $people[0]{values});
    $applicant->{cookies} = do {
        my $client = client();
        sign_in($client, $people[0]{values});
        $client->{cookies}{'registration-review'}
            = $client->{cookies}{'registration-session'};
        $client->{cookies};
    };
    $forged->{cookies}{'registration-review'} = 'A' x 43;

    my %role = (nobody => admin(), applicant => $applicant,
                forged => $forged, reviewer => $li, supervisor => $boss);
    my %call = (
        queue    => sub ($c, $n, $v) { $c->get("registrations?q=$n") },
        read     => sub ($c, $n, $v) { $c->get("registrations/$n") },
        csv      => sub ($c, $n, $v) { $c->get("registrations.csv?q=$n") },
        claim    => sub ($c, $n, $v) { claim($c, $n) },
        take     => sub ($c, $n, $v) { claim($c, $n, '?take_over=1') },
        let_go   => sub ($c, $n, $v) { $c->delete("registrations/$n/claim") },
        audit    => sub ($c, $n, $v) { $c->get("audit?number=$n") },
        approve  => sub ($c, $n, $v) { decision($c, $n, $v, 'approve') },
        stale    => sub ($c, $n, $v) { decision($c, $n, $v - 1, 'approve') },
        return   => sub ($c, $n, $v) { decision($c, $n, $v, 'return',
                                           items => [ item('name') ]) },
        reject   => sub ($c, $n, $v) { decision($c, $n, $v, 'reject') },
    );
    my %of = (reviewer => 'li.si', supervisor => 'boss');
    my $number = $numbers[4];
    my ($tried, @wrong) = (0);

    for my $status (qw(pending approved returned rejected)) {
        for my $owner ('', 'li.si', 'wang.wu', 'boss') {
            my $touched = 1;

            for my $role (sort keys %role) {
                for my $call (sort keys %call) {
                    put_into($number, $status, $owner) if $touched;

                    my $other  = $owner && $owner ne ($of{$role} // '');
                    my $answer = $call{$call}->($role{$role}, $number, 4);
                    my $looks  = $call =~ /^(?:queue|read|csv|audit)$/;
                    my $due = !$of{$role} ? 401
                        : $looks ? 200
                        : $call eq 'let_go' ? ($other ? 409 : 204)
                        : $call eq 'stale' || $status ne 'pending' ? 409
                        : $call eq 'take' || !$other ? 200 : 409;

                    $tried++;
                    $touched = !$looks && $answer->status < 400;
                    push @wrong, "$role $call of \"$owner\" $status: "
                        . $answer->status . ", not $due"
                        if $answer->status != $due;
                }
            }
        }
    }

    is(join("\n", @wrong), '', "$tried calls, and none says what it must not");
}


# Sessions end by themselves

servers()->reload(directives => { review_session => 'idle=2s lifetime=4s' });

{
    my $client = enter('li.si');

    for (1 .. 2) {
        sleep 1;
        status_is($client->get('session'), 200, 'use keeps it alive');
    }

    sleep 2.4;
    problem_is($client->get('session'), 401, '', 'idle for too long');

    $client = enter('li.si');

    for (1 .. 3) {
        sleep 1.3;
        $client->get('session');
    }

    sleep 0.8;
    problem_is($client->get('session'), 401, '', 'or too long at all');
}

checks();
