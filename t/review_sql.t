# The database's part of review and correction: who may ask what, that two can
# never both decide, that a decision, its audit row and its mail are one, and
# that no change of the audit trail goes unseen.

use v5.36;
use utf8;
use lib 't/lib';

use Test::More;
use Test::Registration::Database;
use Test::Registration::Servers;

use constant PARALLEL  => 50;
use constant CONSUMERS => 8;

# With fsync: a part of this is about dying.

my $servers = start(durable => 1);
my $key     = '\x' . 'ef' x 77;
my $content = "decode(repeat('5a', 100), 'hex')";


sub list (@values) { join ', ', map { $_ // 'NULL' } @values }

sub text ($value) { defined $value ? "'$value'" : 'NULL' }

sub call ($function, @arguments)
{
    return "SELECT * FROM registration.$function(" . list(@arguments) . ')';
}

sub one ($function, @arguments) { as_module(call($function, @arguments)) }


# Who asks, as SQL: a name and an epoch.

my @li   = ("'li'", 1);
my @wang = ("'wang'", 1);
my @boss = ("'boss'", 1);
my @cert = ("'CN=Zhao, O=Office'", 'NULL');

sql('INSERT INTO registration.reviewer (name, password_hash, role) VALUES '
    . "('li', '\$argon2id\$li', 'reviewer'), "
    . "('wang', '\$argon2id\$wang', 'reviewer'), "
    . "('boss', '\$argon2id\$boss', 'supervisor'), "
    . "('CN=Zhao, O=Office', NULL, 'reviewer')");


sub decision ($who, $number, $version, $to, @more)
{
    return call('decide', @$who, text($number), $version, text($to),
                $content,
                $more[0] // ($to eq 'returned' ? q('{name,mobile}') : 'NULL'),
                $more[1] // 'NULL', $more[2] // 'NULL');
}

sub decide (@arguments) { as_module(decision(@arguments)) }


sub audited ($number)
{
    return sql('SELECT action FROM registration.audit WHERE number = '
               . text($number) . ' ORDER BY id');
}


# Reviewers

is(one('reviewer', "'li'"), '$argon2id$li|reviewer||1|f', 'a reviewer');
is(one('reviewer', "'nobody'"), '', 'nobody is no row');
is(one('reviewer_signed_in', @li, 0), 'ok', 'signs in without TOTP');
is(one('reviewer_signed_in', "'li'", 2, 0), 'signed_out',
    'not with another epoch');
is(one('reviewer_signed_in', "'nobody'", 1, 0), 'signed_out', 'nor nobody');
is(one('reviewer_failed', "'li'"), 't', 'a failure of a known one');
is(one('reviewer_failed', "'nobody'"), 'f', 'and of an unknown one');
is(sql('SELECT actor_kind, actor, action FROM registration.audit '
       . 'ORDER BY id'),
    "reviewer|li|sign_in\nreviewer|li|sign_in_failed\n"
    . 'reviewer|?|sign_in_failed', 'both are audited, by name if known');

sql("UPDATE registration.reviewer SET totp = decode(repeat('11', 65), 'hex') "
    . "WHERE name = 'boss'");
is(one('reviewer_signed_in', @boss, 0), 'signed_out',
    'a TOTP secret ends the sessions there are');
$boss[1] = 2;
is(one('reviewer_signed_in', @boss, 0), 'replayed',
    'then a code must be given');
is(one('reviewer_signed_in', @boss, 1000), 'ok', 'a code is good');
is(one('reviewer_signed_in', @boss, 1000), 'replayed', 'once');
is(one('reviewer_signed_in', @boss, 999), 'replayed', 'nor an older one');

my @codes = together((call('reviewer_signed_in', @boss, 1001)) x PARALLEL);
is(scalar(grep { $_ eq 'ok' } @codes), 1, 'one code lets one of 50 in');

is(one('reviewer_signed_in', @cert, 0), 'ok',
    'a name that nginx authenticated needs no epoch');
is(one('reviewer_signed_in', "'li'", 'NULL', 0), 'signed_out',
    'one with a password does');

like(refusal("INSERT INTO registration.reviewer (name) VALUES ($_)"),
    qr/name_check/, "a name that is none: $_")
    for q(''), q('?'), q(E'a\nb'), q(repeat('x', 257)),
        q(repeat(E'\u7248', 86));
like(refusal('DELETE FROM registration.reviewer'), qr/disabled, not removed/,
    'none is removed');
like(refusal("UPDATE registration.reviewer SET name = 'x' "
             . "WHERE name = 'li'"),
    qr/keeps the name/, 'nor renamed');


# Every function asks who it is

my %asks = (
    queue             => [('NULL') x 11, 10, "'2026-11-24'"],
    queue_counts      => ["'2026-11-24'"],
    review            => ["'x'"],
    claim             => ["'x'", 'false', 600],
    unclaim           => ["'x'"],
    decide            => ["'x'", 1, "'approved'", 'NULL', 'NULL', 'NULL',
                          'NULL'],
    reviewer_document => ["'x'"],
    audit_list        => [('NULL') x 3, 10],
);

sql("INSERT INTO registration.reviewer (name, disabled) "
    . "VALUES ('gone', true)");

for my $function (sort keys %asks) {
    for my $who ("'nobody', 1", "'nobody', NULL", "NULL, 1", "'li', 2",
                 "'li', 0", "'li', NULL", "'gone', 1", "'gone', NULL")
    {
        like(one($function, $who, $asks{$function}->@*),
            qr/^signed_out\|*$/, "$function: not $who");
    }

    unlike(one($function, @li, $asks{$function}->@*), qr/signed_out/,
        "$function: li");
}


# The queue

my @numbers = map { submitted()->{number} } 1 .. 7;
my %place   = map { $numbers[$_] => $_ } 0 .. $#numbers;

sql("UPDATE registration.application SET due_date = '2026-11-20', "
    . "office = 'luoyang' WHERE number = '$numbers[4]'");
sql("UPDATE registration.application SET applicant_type = 'enterprise', "
    . "document_type = 'business_licence', due_date = '2026-11-23', "
    . 'mobile_hash = ' . hash('rare') . " WHERE number = '$numbers[2]'");

sub rows (%given)
{
    my @arguments = map { $given{$_} }
        qw(status office type overdue name id_number mobile email number due
           after);

    return map { [split /\|/, $_, -1] } split /\n/, as_module(
        "SELECT outcome, number, status, due_date, overdue, claimed_by "
        . 'FROM registration.queue(' . list(@li, @arguments,
                                            $given{max} // 100,
                                            "'2026-11-24'") . ')');
}

sub places (%given) { join ' ', map { $place{$_->[1]} } rows(%given) }

is(places(), '4 2 0 1 3 5 6', 'the most urgent first, then by number');
is(places(status => "'pending'"), '4 2 0 1 3 5 6', 'all are pending');
is(places(status => "'approved'"), '', 'and none approved');
is(places(status => "'nonsense'"), '', 'or of a status that is none');
is(places(office => "'luoyang'"), '4', 'by office');
is(places(type => "'enterprise'"), '2', 'by applicant type');
is(places(type => "'business_licence'"), '2', 'by document type');
is(places(overdue => 'true'), '4 2', 'overdue');
is(places(overdue => 'false'), '0 1 3 5 6', 'not overdue');
is(places(overdue => 'true', status => "'approved'"), '',
    'what is decided is never overdue');
is(places(overdue => 'true', office => "'luoyang'"), '4', 'two filters');
is(places(mobile => hash('rare')), '2', 'by the hash of a value');
is(places(mobile => hash('rare'), name => hash('x'), email => hash('x')),
    '2', 'any of several');
is(places(name => hash('rare')), '', 'a hash of another kind of value');
is(places(number => text($numbers[5])), '5', 'by number');
is_deeply((rows())[1], ['ok', $numbers[2], 'pending', '2026-11-23', 't', ''],
    'a row');

my @seen;
my %after;

while (my @page = rows(max => 2, %after)) {
    push @seen, map { $place{$_->[1]} } @page;
    %after = (due => "'$page[-1][3]'", after => "'$page[-1][1]'");
}

is("@seen", '4 2 0 1 3 5 6', 'page by page all are seen, none twice');


# Claims

my $number = $numbers[0];

is(one('claim', @li, "'1'", 'false', 600), 'unknown||||', 'nothing to claim');
like(one('claim', @li, text($number), 'false', 600), qr/^ok\|li\|20.*Z\|pending\|1$/,
    'a claim');
like(one('claim', @wang, text($number), 'false', 600), qr/^held\|li\|20/,
    'which another sees');
is(scalar(grep { $_->[5] eq 'li' } rows()), 1, 'the queue shows it');
like(one('claim', @li, text($number), 'false', 600), qr/^ok\|li/,
    'its holder renews it');
is(decide(\@wang, $number, 1, 'approved'), 'held|pending|1',
    'and another cannot decide');
is(one('unclaim', @wang, text($number)), 'held', 'nor let go');
like(one('claim', @wang, text($number), 'true', 600), qr/^ok\|wang/,
    'but take it over');
is(sql('SELECT actor, details FROM registration.audit '
       . "WHERE action = 'take_over'"), 'wang|{"from": "li"}',
    'which is audited');
is(one('unclaim', @wang, text($number)), 'ok', 'it is let go');
is(one('unclaim', @wang, "'1'"), 'unknown', 'an unknown one is not');
like(one('claim', @li, text($number), 'false', 600), qr/^ok\|li/,
    'and free again');
sql('UPDATE registration.application SET claimed_until = now() '
    . "WHERE number = '$number'");
is(scalar(grep { $_->[5] } rows()), 0, 'a lease that ran out is no claim');
like(one('claim', @wang, text($number), 'false', 600), qr/^ok\|wang/,
    'any may have it');

my @claims = together(map {
    call('claim', ($_ % 2 ? @li : @cert), text($numbers[1]), 'false', 600)
} 1 .. PARALLEL);
my %holder = map { (split /\|/)[1] => 1 } @claims;

is(keys %holder, 1, 'of 50 who claim all learn of one holder');


# Decisions

is(decide(\@wang, '200001010000000', 1, 'approved'), 'unknown||',
    'nothing to decide');
is(decide(\@wang, $number, 7, 'approved'), 'stale|pending|1',
    'a version that is not');
is(decide(\@wang, $number, 1, 'pending'), 'refused|pending|1',
    'no such decision');
is(decide(\@wang, $number, 1, 'nonsense'), 'refused|pending|1',
    'nor such');
like(refusal(decision(\@wang, $number, 1, 'returned', "'{}'")),
    qr/opens fields/, 'a return opens something');
like(refusal(decision(\@wang, $number, 1, 'approved', "'{name}'")),
    qr/opens fields/, 'nothing else does');
is(decide(\@wang, $number, 1, 'returned', undef, "'2027-01-04'", 'true'),
    'ok|returned|2', 'a return');
is(sql('SELECT claimed_by, claimed_until, open_fields, due_date, '
       . 'due_provisional FROM registration.application '
       . "WHERE number = '$number'"), '||{name,mobile}|2027-01-04|t',
    'ends the claim, opens fields, and moves the due date');
is(one('claim', @li, text($number), 'false', 600), 'closed|||returned|2',
    'what is decided is not claimed');
is(decide(\@wang, $number, 2, 'pending'), 'refused|returned|2',
    'no reviewer does the applicant\'s part');
is(audited($number), "submit\ntake_over\nreturn", 'and all was audited');

my @decided = together(map {
    decision(($_ % 2 ? \@li : \@cert), $numbers[3], 1,
             (qw(approved returned rejected))[$_ % 3])
} 1 .. PARALLEL);

is(scalar(grep { /^ok\|/ } @decided), 1, 'one of 50 decisions wins');
is(scalar(grep { /^stale\|/ } @decided), PARALLEL - 1,
    'the others are stale');
is(sql('SELECT count(*) FROM registration.audit '
       . "WHERE number = '$numbers[3]'"), 2, 'one is audited');
is(sql('SELECT count(*) FROM registration.outbox o '
       . 'JOIN registration.application a ON a.id = o.application_id '
       . "WHERE number = '$numbers[3]'"), 2, 'and tells the applicant');

my @crossing = together(map {
    my $n = $numbers[5 + $_ % 2];
    $_ % 5 == 0 ? call('claim', @li, text($n), 'true', 600)
    : $_ % 5 == 1 ? call('review', @li, 'registration.renew_claim('
                         . list(@li, text($n), 600) . ')')
    : $_ % 5 == 2 ? submission()
    : $_ % 5 == 3 ? call('unclaim', @li, text($n))
    : decision(\@li, $n, 1, 'approved');
} 1 .. PARALLEL);

is(scalar(grep { /^[a-z]/ } @crossing), PARALLEL,
    'all kinds of calls together: no deadlock, an answer for all');


# Working renews a claim; the call itself is of t/review.t.

{
    my $n = $numbers[2];

    sub ends ($n) { sql('SELECT claimed_by, round(extract(epoch FROM '
        . 'claimed_until - now())) FROM registration.application '
        . "WHERE number = '$n'") }

    sub renewed ($who, $n, $age, $seconds = 600)
    {
        sql("UPDATE registration.application SET claimed_until = now() + "
            . "interval '$age s' WHERE number = '$n'");
        one('renew_claim', @$who, text($n), $seconds);
        return ends($n);
    }

    like(one('claim', @li, text($n), 'false', 600), qr/^ok/, 'a claim');
    is(renewed(\@li, $n, 300), 'li|600', 'renewed');
    is(renewed(\@li, $n, 541), 'li|541', 'not within its first tenth');
    is(renewed(\@wang, $n, 300), 'li|300', 'not by another');
    is(renewed(["'li'", 77], $n, 300), 'li|300', 'nor by a past session');
    is(renewed(\@li, $n, 300, 'NULL'), 'li|300', 'nor for no time');
    is(renewed(\@li, $n, -5), 'li|-5', 'nor when it has ended');
    is(as_module('SELECT * FROM registration.renew_claim('
                 . list(@li, "'none'", 600) . ')'), 'none',
        'what it was given comes back');
    one('unclaim', @li, text($n));
    is(ends($n), '|', 'let go');
    one('renew_claim', @li, text($n), 600);
    is(ends($n), '|', 'stays free');
}


# Reading

sub json_of ($sql) { require JSON::PP; JSON::PP::decode_json(as_module($sql)) }

my $review = json_of('SELECT to_jsonb(r) FROM registration.review('
                     . list(@li, text($number)) . ') r');

is($review->{outcome}, 'ok', 'the whole application');
is_deeply([@$review{qw(number status version office data_key due_date)}],
    [$number, 'returned', 2, 'zhengzhou', $key, '2027-01-04'],
    'with its columns');
is_deeply($review->{open_fields}, ['name', 'mobile'], 'what was opened');
is_deeply([map { [@$_{qw(kind width replaced_at)}] }
           $review->{documents}->@*],
    [['id_card_emblem', 800, undef], ['id_card_portrait', 800, undef]],
    'its documents');
is_deeply([map { [@$_{qw(version from to actor)}] } $review->{changes}->@*],
    [[1, undef, 'pending', 1], [2, 'pending', 'returned', 'wang']],
    'its changes');
is($review->{changes}[1]{content}, 'Wlpa' x 33 . 'Wg==',
    'with the reason, sealed');
is_deeply($review->{revisions}, [], 'and no revisions yet');
is(one('review', @li, "'1'") =~ s/\|//gr, 'unknown', 'an unknown number');
like(audited($number), qr/\nview$/, 'the reading is audited');

my $picture = $review->{documents}[0]{id};

is(one('reviewer_document', @li, text($picture)),
    "ok|$number|id_card_emblem|800|600|4711|$key" =~ s/ef/ab/gr,
    'a picture');
is(one('reviewer_document', @li, "'no-such-picture-------'"),
    'unknown||||||', 'an unknown one');
is(sql('SELECT details->>\'document\' FROM registration.audit '
       . "WHERE action = 'view_document'"), $picture, 'audited, too');


# Correction

my ($account, $id) = @$review{qw(account_id id)};
my $opened = json_of('SELECT to_jsonb(c) FROM registration.correction('
                     . text($account) . ') c');

is_deeply([@$opened{qw(id number version)}], [$id, $number, 2],
    'what is to be corrected');
is_deeply($opened->{open_fields}, ['name', 'mobile'], 'which fields');
is($opened->{content}, '\x' . '5a' x 100, 'why');
is(scalar($opened->{documents}->@*), 2, 'and the pictures');
is(one('correction', sql('SELECT account_id FROM registration.application '
                         . "WHERE number = '$numbers[4]'") =~ s/.*/'$&'/r),
    '', 'one who is pending has nothing to correct');

sub correction (%change)
{
    my %value = (
        account => text($account), version => 2, id => text($id),
        name => hash('new name'), email => hash('new mail'),
        documents => 'jsonb_build_array('
                     . picture('document-new----000001', 'id_card_emblem')
                     . ')',
        dropped => "'{id_card_portrait}'", %change);

    return call('correct_once', hash('body'),
        @value{qw(account version id name)},
        hash('id number'), hash('mobile'), $value{email}, "'in_province'",
        "'enterprise'", "'business_licence'", "'410300'", "'music'",
        "'luoyang'", "decode(repeat('02', 310), 'hex')",
        @value{qw(documents dropped)}, "'2027-02-01'", 'false');
}

sub correct (%change) { as_module(correction(%change)) }

my $before = $servers->dump_database;

is(correct(version => 1), 'stale|returned|2027-01-04', 'a stale version');
is(correct(account => text($account + 1)), 'refused||',
    'not another\'s application');
is(correct(id => "'application-----999999'"), 'refused||', 'nor none');
is(correct(email => "(SELECT sha256('mail 000002'))"),
    'email_taken|returned|2027-01-04', 'an address that another has');
is($servers->dump_database =~ s/^\\(un)?restrict.*\n//gmr,
    $before =~ s/^\\(un)?restrict.*\n//gmr, 'what failed changed nothing');

my @corrected = together((correction()) x PARALLEL);

is(scalar(grep { $_ eq 'ok|pending|2027-02-01' } @corrected), 1,
    'one of 50 corrections is taken');
is(scalar(grep { $_ eq 'stale|pending|2027-02-01' } @corrected),
    PARALLEL - 1, 'the others learn that it is pending again');

is(sql('SELECT status, version, applicant_type, document_type, region, '
       . 'office, open_fields, due_date, sealed = '
       . "decode(repeat('02', 310), 'hex'), name_hash = " . hash('new name')
       . ", data_key = '$key' FROM registration.application "
       . "WHERE number = '$number'"),
    'pending|3|enterprise|business_licence|410300|luoyang|{}|2027-02-01|t|t'
    . '|t', 'all is replaced but the data key');
is(as_module('SELECT account_id FROM registration.sign_in(NULL, '
             . hash('new mail') . ')'), $account,
    'the account has the new address');

$review = json_of('SELECT to_jsonb(r) FROM registration.review('
                  . list(@li, text($number)) . ') r');

my ($revision) = $review->{revisions}->@*;

is(scalar($review->{revisions}->@*), 1, 'the old one is a revision');
is_deeply([@$revision{qw(version sealed)}], [2, 'AQEB' x 100],
    'with its document');
is_deeply([$revision->{data}->@{qw(office applicant_type)}],
    ['zhengzhou', 'natural_person'], 'and its columns');
is($revision->{documents}{id_card_emblem}, $picture, 'and its pictures');
is_deeply({ map { $_->{id} => defined $_->{replaced_at} ? 'old' : 'new' }
            $review->{documents}->@* },
    { 'document-new----000001' => 'new',
      map { $_ => 'old' } values $revision->{documents}->%* },
    'a kind was replaced, another dropped');
like(one('reviewer_document', @li, text($picture)), qr/^ok/,
    'a reviewer still sees the old picture');
is(one('document', text($account), text($picture)), '',
    'the applicant does not');
like(refusal("UPDATE registration.revision SET version = 9"),
    qr/append-only/, 'no revision changes');
is(decide(\@li, $number, 3, 'approved'), 'ok|approved|4', 'and approved');
is(correct(version => 4), 'refused|approved|2027-02-01',
    'then nothing is corrected');

# Destroyed: nothing can be sealed again.

sql("UPDATE registration.application SET data_key = NULL "
    . "WHERE number = '$numbers[4]'");
decide(\@li, $numbers[4], 1, 'returned');
my ($destroyed, $owner) = split /\|/, sql('SELECT id, account_id FROM '
    . "registration.application WHERE number = '$numbers[4]'");
like(correct(id => text($destroyed), account => text($owner)), qr/^refused/,
    'a destroyed application is not corrected');


# Counts

sub counted
{
    return sql('SELECT status, sum(n) FROM registration.status_count '
               . 'GROUP BY 1 HAVING sum(n) <> 0 ORDER BY 1') . ' '
         . sql('SELECT count(*) FROM registration.status_count WHERE n < 0');
}

sub recounted
{
    return sql('SELECT status, count(*) FROM registration.application '
               . 'GROUP BY 1 ORDER BY 1') . ' 0';
}

is(counted(), recounted(), 'what was counted is what is there');

my %count = map { my ($ok, @n) = split /\|/; $n[0] => \@n }
    split /\n/, one('queue_counts', @li, "'2026-11-24'");
is(join(' ', sort keys %count), 'approved pending rejected returned',
    'every status has its count');
is($count{pending}[2], sql('SELECT count(*) FROM registration.application '
                           . "WHERE status = 'pending' "
                           . "AND due_date < '2026-11-24'"),
    'those overdue, too');


# Who sees the audit

sub audit (@arguments)
{
    return one('audit_list', @arguments) =~ s/^ok\|\d+\|[^|]*\|//gmr;
}

like(audit(@boss, ('NULL') x 3, 100), qr/^applicant\|1\|submit/m,
    'a supervisor sees all');
unlike(audit(@li, ('NULL') x 3, 100), qr/^(?!reviewer\|li\|)/m,
    'a reviewer what he did');
is(audit(@li, 'NULL', "'wang'", 'NULL', 100) =~ s/\|//gr, 'refused',
    'not what another did');
like(audit(@boss, 'NULL', "'wang'", 'NULL', 100),
    qr/^(?:reviewer\|wang\|.*\n?)+$/, 'which a supervisor does');
is(join("\n", reverse map { (split /\|/)[2] }
        split /\n/, audit(@li, text($number), ('NULL') x 2, 100)),
    audited($number), 'all see all of one application');

my ($second) = split /\|/, (split /\n/, as_module('SELECT id FROM '
    . 'registration.audit_list(' . list(@boss, ('NULL') x 3, 2) . ')'))[1];
is(as_module('SELECT max(id) FROM registration.audit_list('
             . list(@boss, 'NULL', 'NULL', $second, 2) . ')'), $second - 1,
    'page by page');

like(one('audit_write', "'applicant'", "'1'", "'sign_in'", text($number),
         'NULL'), qr/^\d+$/, 'the module tells of a sign-in');
like(refusal('SET ROLE registration_module; '
             . call('audit_write', "'reviewer'", "'li'", "'approve'",
                    text($number), 'NULL')),
    qr/not the module's to write/, 'it cannot invent a decision');
like(refusal('SET ROLE registration_module; '
             . call('audit_write', "'administrator'", "'root'", "'export'",
                    'NULL', 'NULL')),
    qr/not the module's to write/, 'nor an administrator');


# The audit chain: whatever changes is found, at the place where it changed

sub audit_check { sql('SELECT registration.audit_check()') }

# The same by what sql/0005 says of the text, not by its functions.

sub rechecked
{
    require Digest::SHA;
    require Encode;
    my $last = "\0" x 32;

    for my $row (split /\x1e/, sql(
        'SELECT string_agg(concat_ws(E\'\\x1f\', id, '
        . "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), "
        . "to_char(at AT TIME ZONE 'UTC', 'HH24:MI:SS.US'), actor_kind, "
        . "actor, action, coalesce(number, E'\\x01'), details::text, "
        . "encode(hash, 'hex')), E'\\x1e' ORDER BY id) "
        . 'FROM registration.audit'))
    {
        my ($row_id, $day, $time, @rest) = split /\x1f/, $row, -1;
        my $hash = pop @rest;
        my $text = join '', map {
            $_ eq "\x01" ? '-,' : length($_) . ":$_,"
        } $row_id, "${day}T${time}Z", @rest;

        $last = Digest::SHA::sha256($last . $text);
        return $row_id if unpack('H*', $last) ne $hash;
    }

    return '';
}

one('audit_write', "'reviewer'", "'li'", "'export'", 'NULL',
    q('{"filter": "登记, 1:x,", "n": 1.50}'));

is(audit_check(), '', 'the chain is whole');
is(rechecked(), '', 'by another\'s reckoning, too');
is(sql('SELECT h.id, h.hash FROM registration.audit_head() h'),
    sql("SELECT id, encode(hash, 'hex') FROM registration.audit "
        . 'ORDER BY id DESC LIMIT 1'), 'its head can be noted');
is(sql('SELECT count(*) = max(id) FROM registration.audit'), 't',
    'no number is missing');

my $last_id = sql('SELECT max(id) FROM registration.audit');
my $middle  = int($last_id / 2);

# In a transaction that is rolled back, by one who may switch triggers off.

sub tampered ($statement)
{
    return sql("BEGIN; SET LOCAL session_replication_role = replica; "
        . "$statement; SELECT 'found ' || registration.audit_check(); "
        . 'ROLLBACK') =~ s/^(?!found).*\n?//gmr;
}

my %change = (
    at         => "at + interval '1 microsecond'",
    actor_kind => "CASE actor_kind WHEN 'reviewer' THEN 'applicant' "
                  . "ELSE 'reviewer' END",
    actor      => "actor || 'x'",
    action     => "upper(left(action, 1)) || substr(action, 2)",
    number     => "CASE WHEN number IS NULL THEN '' ELSE NULL END",
    details    => q(details || '{"x": 1}'),
    hash       => 'set_byte(hash, 31, get_byte(hash, 31) # 1)',
);

for my $where (1, $middle, $last_id) {
    for my $column (sort keys %change) {
        is(tampered("UPDATE registration.audit SET $column = "
                    . "$change{$column} WHERE id = $where"),
            "found $where", "row $where: $column was changed");
    }

    is(tampered("DELETE FROM registration.audit WHERE id = $where"),
        'found ' . ($where == $last_id ? $where : $where + 1),
        "row $where: removed");
}

is(tampered("DELETE FROM registration.audit WHERE id > $middle"),
    'found ' . ($middle + 1), 'the end was cut off');
is(tampered('DELETE FROM registration.audit'), 'found 1', 'all was removed');

my $both = "$middle, $middle + 1";

is(tampered("UPDATE registration.audit SET id = -id WHERE id IN ($both); "
            . "UPDATE registration.audit SET id = 2 * $middle + 1 + id "
            . "WHERE id < 0"),
    "found $middle", 'two rows were swapped');
is(tampered('UPDATE registration.audit x SET (at, actor_kind, actor, action, '
            . 'number, details) = (SELECT y.at, y.actor_kind, y.actor, '
            . 'y.action, y.number, y.details FROM registration.audit y '
            . "WHERE y.id = 2 * $middle + 1 - x.id) WHERE x.id IN ($both)"),
    "found $middle", 'their contents were');
is(tampered('INSERT INTO registration.audit (id, actor_kind, actor, action, '
            . "hash) VALUES ($last_id + 1, 'reviewer', 'x', 'view', "
            . "decode(repeat('00', 32), 'hex'))"),
    'found ' . ($last_id + 1), 'a row was added beside the chain');
is(audit_check(), '', 'all of which was undone');

like(refusal('DELETE FROM registration.audit_last'), qr/end of the audit/,
    'the end of the chain stays');


# The outbox

is(sql('SELECT count(*) FROM registration.outbox'),
    sql('SELECT count(*) FROM registration.state_change'),
    'a mail for each change of state');
is(sql('SELECT string_agg(kind, \' \' ORDER BY o.version) '
       . 'FROM registration.outbox o JOIN registration.application a '
       . "ON a.id = o.application_id WHERE number = '$number'"),
    'submitted returned submitted approved', 'of its kind');

my $english = submission() =~ s/'zh-CN'/'en'/r;

like(as_module($english), qr/^ok/, 'an applicant who reads English');
is(sql('SELECT language, count(*) FROM registration.outbox GROUP BY 1 '
       . 'ORDER BY 1'), 'en|1' . "\n" . 'zh-CN|'
    . sql("SELECT count(*) FROM registration.outbox WHERE language <> 'en'"),
    'gets English mail');

my ($waiting) = split /\|/, one('outbox_waiting');
is($waiting, sql('SELECT count(*) FROM registration.outbox'),
    'all are waiting');

my $due = json_of('SELECT to_jsonb(o) FROM registration.outbox_lease(1, 60) '
                  . 'o');
is_deeply([@$due{qw(id kind tries data_key due_date)}],
    [1, 'submitted', 1, $key, sql('SELECT due_date FROM '
        . "registration.application WHERE number = '$due->{number}'")],
    'a lease');
is(one('outbox_failed', 1, 0), 't', 'it failed');
is(as_module('SELECT tries FROM registration.outbox_lease(1000, 0) '
             . 'WHERE id = 1'), 2, 'and is tried again');
is(one('outbox_failed', 1, 'NULL'), 't', 'or given up');
is(sql("SELECT number, details->>'tries' FROM registration.audit "
       . "WHERE action = 'mail_failed'"), "$due->{number}|2",
    'which the audit tells');
is(one('outbox_failed', 1, 0), 'f', 'for ever');
is(one('outbox_given_up', 1, 550), 'f', 'once');
is((split /\|/, one('outbox_waiting'))[0], $waiting - 1,
    'nobody waits for it');

my ($returned) = split /\n/, as_module(
    'SELECT content FROM registration.outbox_lease(1000, 0) '
    . "WHERE kind = 'returned'");
is($returned, '\x' . '5a' x 100, 'a return\'s reasons go with it');

# Consumers that lease, some of which die before they tell.

submitted() for 1 .. 200;

my $to_send = (split /\|/, one('outbox_waiting'))[0];

sql('CREATE TABLE public.sent (id bigint, by_consumer int); '
    . 'GRANT INSERT ON public.sent TO registration_module; '
    . 'CREATE PROCEDURE public.consume(me int) LANGUAGE plpgsql AS $$ '
    . 'DECLARE due bigint; BEGIN LOOP '
    . 'SELECT id INTO due FROM registration.outbox_lease(1, 600); '
    . 'COMMIT; EXIT WHEN due IS NULL; '
    . 'INSERT INTO public.sent VALUES (due, me); '
    . 'PERFORM registration.outbox_mails_sent(ARRAY[due]); COMMIT; '
    . 'END LOOP; END $$');

together(map { "CALL public.consume($_)" } 1 .. CONSUMERS);

is(sql('SELECT count(*), count(DISTINCT id) FROM public.sent'),
    "$to_send|$to_send", 'eight consumers send each mail once');
cmp_ok(sql('SELECT count(DISTINCT by_consumer) FROM public.sent'), '>', 1,
    'more than one of them does');
is((split /\|/, one('outbox_waiting'))[0], 0, 'and none is left');
is(as_module(q(SELECT registration.outbox_mails_sent('{2, 3}'))), 0,
    'what was sent is not sent again');

submitted();
is(as_module('SELECT count(*) FROM registration.outbox_lease(10, 1)'), 1,
    'a consumer that dies');
is(as_module('SELECT count(*) FROM registration.outbox_lease(10, 1)'), 0,
    'keeps its lease');
ok(Test::Registration::Servers::wait_for(sub {
       as_module('SELECT count(*) FROM registration.outbox_lease(10, 600)')
   }), 'until it runs out');


# PostgreSQL dies in the middle of decisions

sub whole ($name)
{
    is(sql('SELECT count(*) FROM registration.application a '
           . 'LEFT JOIN registration.state_change c '
           . 'ON (c.application_id, c.version, c.to_status) '
           . '= (a.id, a.version, a.status) WHERE c.version IS NULL'), 0,
        "$name: every state is the last change");
    is(sql('SELECT count(*) FROM registration.state_change c '
           . 'FULL JOIN registration.outbox o '
           . 'USING (application_id, version) '
           . 'WHERE o.id IS NULL OR c.at IS NULL'), 0,
        "$name: every change has its mail");
    is(sql('SELECT count(*) FROM registration.state_change c '
           . 'JOIN registration.application a ON a.id = c.application_id '
           . 'FULL JOIN (SELECT * FROM registration.audit '
           . "WHERE action IN ('submit', 'approve', 'return', 'reject', "
           . "'correct')) t ON t.number = a.number "
           . "AND (t.details->>'version')::int = c.version "
           . 'WHERE t.id IS NULL OR c.version IS NULL'), 0,
        "$name: and its audit row");
    is(audit_check(), '', "$name: the chain is whole");
    is(counted(), recounted(), "$name: the counts are right");
}

whole('before');

for my $round (1 .. 3) {
    my @open = map { submitted()->{number} } 1 .. 120;
    my @runs = map { my $n = $_; fork_psql(join ";\n", map {
        (decision(\@li, $_, 1, (qw(approved returned rejected))[$n % 3]),
         'SELECT pg_sleep(0.02)')
    } @open[grep { $_ % 4 == $n } 0 .. $#open]) } 0 .. 3;

    Test::Registration::Servers::wait_for(sub {
        sql('SELECT count(*) FROM registration.application '
            . "WHERE status <> 'pending' AND number >= '$open[0]'") > 10 });

    kill 'KILL', Test::Registration::Servers::family(
        $servers->{pid}{postgres});
    $servers->stop('postgres', 'KILL');
    my @told = map { local $/; my $t = readline $_; close $_; $t // '' } @runs;

    $servers->start_postgres;
    whole("kill $round");

    my $done = sql('SELECT count(*) FROM registration.application '
                   . "WHERE status <> 'pending' AND number >= '$open[0]'");
    my $told = () = join('', @told) =~ /^ok\|/mg;

    cmp_ok($done, '<', @open, "kill $round: in the middle of decisions");
    cmp_ok($done, '>=', $told, "kill $round: none that was told is lost");
}


# Statements one after the other, on a connection of their own.

sub fork_psql ($text)
{
    my $file = "$servers->{dir}/run-" . ++$servers->{runs} . '.sql';

    Test::Registration::Servers::spew($file, "$text;\n");
    my $pid = open(my $run, '-|') // die "fork: $!";

    if ($pid == 0) {
        open STDERR, '>', '/dev/null';
        exec Test::Registration::Servers::as_user('postgres'),
            Test::Registration::Servers::pg_bin() . '/psql', '-XqAt',
            '-h', "$servers->{dir}/postgres", '-d', 'registration',
            '-f', $file or POSIX::_exit(127);
    }

    return $run;
}


# The module's role

for my $table (qw(reviewer revision status_count audit audit_last outbox
                  session_end)) {
    for my $statement ("SELECT * FROM registration.$table",
                       "INSERT INTO registration.$table DEFAULT VALUES",
                       "DELETE FROM registration.$table",
                       "TRUNCATE registration.$table",
                       "DROP TABLE registration.$table CASCADE")
    {
        like(refusal("SET ROLE registration_module; $statement"),
            qr/permission denied|must be owner/, "refused: $statement");
    }
}

like(refusal('SET ROLE registration_module; '
             . (correction() =~ s/correct_once\(.*?, /correct(/r)),
    qr/permission denied for function correct/,
    'corrections go by one function');

for my $call ("reviewer_role('li', 1)", "audit_review('li', 'view', 'x')",
              "documents_of('x', true)", 'audit_check()', 'audit_head()',
              "change_email(1, 'x')", "replace_documents('x', '[]', '{}')")
{
    like(refusal("SET ROLE registration_module; SELECT registration.$call"),
        qr/permission denied/, "refused: $call");
}

is(sql('SELECT count(*) FROM pg_proc WHERE pronamespace = '
       . "'registration'::regnamespace AND prosecdef AND NOT EXISTS "
       . "(SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%')"), 0,
    'whatever runs with the owner\'s rights has its own search_path');
is(sql('SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, '
       . "acldefault('f', proowner))) a WHERE pronamespace = "
       . "'registration'::regnamespace AND a.grantee = 0"), 0,
    'no function is everyone\'s');


# The queue reads from indexes only, and no more than a page

sql("\\set rows 20000\n" . Test::Registration::Servers::slurp(
        "$Test::Registration::Servers::ROOT/t/bench/queue.sql"));

my ($due_date, $after) = split /\|/, sql(
    'SELECT due_date, number FROM registration.application '
    . "WHERE status = 'pending' ORDER BY due_date, number OFFSET 11000 "
    . 'LIMIT 1');

sub explained ($call)
{
    return sql("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; "
        . 'SET auto_explain.log_nested_statements = on; '
        . 'SET auto_explain.log_analyze = on; '
        . 'SET auto_explain.log_timing = off; '
        . "SET client_min_messages = log; SELECT count(*) FROM $call");
}

sub planned (%given)
{
    my @arguments = map { $given{$_} }
        qw(status office type overdue name id_number mobile email number due
           after);

    return explained('registration.queue(' . list(@li, @arguments, 51,
                                             "'2026-11-24'") . ')');
}

my %deep = (due => "'$due_date'", after => "'$after'");
my %by   = (
    'no filter'     => [application_queue => {}],
    'a deep page'   => [application_queue => { %deep }],
    'a status'      => [application_queue => { status => "'pending'", %deep }],
    'overdue'       => [application_queue => { overdue => 'true' }],
    'not overdue'   => [application_queue => { overdue => 'false' }],
    'an office'     => [application_queue_office =>
                        { office => "'office-3'", %deep }],
    'applicants'    => [application_queue_applicant =>
                        { type => "'non_enterprise'", %deep }],
    'documents'     => [application_queue_document =>
                        { type => "'business_licence'", %deep }],
    'a name'        => [application_name => { name => hash('name7') }],
    'an id number'  => [application_id_number =>
                        { id_number => hash('id_number7') }],
    'a mobile'      => [application_mobile => { mobile => hash('mobile7') }],
    'an address'    => [application_email => { email => hash('email7') }],
    'a number'      => [application_number_key => { number => "'$after'" }],
);

for my $name (sort keys %by) {
    my ($index, $given) = $by{$name}->@*;
    my $plan = planned(%$given);
    my ($most) = sort { $b <=> $a } 0,
        $plan =~ /Scan.*actual rows=(\d+)/g;

    like($plan, qr/Index (?:Only )?Scan (?:using|on) \Q$index\E\b/,
        "$name: by $index");
    unlike($plan, qr/Seq Scan on (?:registration\.)?application\b/,
        "$name: no other scan");
    cmp_ok($most, '<=', 51, "$name: no more rows than asked for");
    unlike($plan, qr/Rows Removed by Filter: \d{3,}/, "$name: none in vain");
}

sql('SET session_replication_role = replica; '
    . 'INSERT INTO registration.state_change (application_id, version, '
    . "to_status, actor_kind, actor) SELECT id, 1, 'pending', 'applicant', "
    . "'x' FROM registration.application WHERE id LIKE 'synthetic%'; "
    . 'INSERT INTO registration.outbox (application_id, version, kind, '
    . "language, sent_at) SELECT id, 1, 'submitted', 'en', now() "
    . "FROM registration.application WHERE id LIKE 'synthetic%'; "
    . 'ANALYZE registration.state_change, registration.outbox');

my $lease = explained('registration.outbox_lease(10, 1)');

like($lease, qr/outbox_waiting/, 'the outbox has its index');
unlike($lease, qr/Seq Scan on (?:outbox|state_change|application)/,
    'and reads nothing else');


# A database that was in use before

$servers->ask_postgres("$servers->{dir}/postgres", 'postgres',
                       'CREATE DATABASE older');

sub older ($text)
{
    return $servers->ask_postgres("$servers->{dir}/postgres", 'older', $text)
        // die $servers->{sql_error};
}

my @files = map { Test::Registration::Servers::slurp($_) }
    sort glob "$Test::Registration::Servers::ROOT/sql/*.sql";

older($_) for splice @files, 0, 3;
older(submission() =~ s/, 'zh-CN', .*/)/r) for 1 .. 3;
my ($theirs) = older('SELECT number FROM registration.application '
                     . 'ORDER BY number LIMIT 1');
older("SELECT registration.transition('$theirs', 1, 'approved', 'reviewer', "
      . "'x')");
older($_) for @files;

is(older('SELECT registration.audit_check()'), '',
    'the rows it has are chained');
is(older("SELECT count(*) FROM registration.audit WHERE hash IS NULL"), 0,
    'all of them');
older(submission());
is(older('SELECT registration.audit_check(), max(id) '
         . 'FROM registration.audit'), '|5', 'new ones follow');
is(older('SELECT status, sum(n) FROM registration.status_count GROUP BY 1 '
         . 'ORDER BY 1'), "approved|1\npending|3", 'and all are counted');
is(older('SELECT count(*) FROM registration.outbox'), 1,
    'no mail about what was told long ago');

done_testing();
