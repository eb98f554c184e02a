# The database by itself: what the module's functions answer, what its role
# may not do, and that the state machine has no side door.

use v5.36;
use utf8;
use lib 't/lib';

use Test::More;
use Test::Registration::Database;

use constant PARALLEL => 50;

my $servers = start();


# Submission

my %first = (draft => hash('d1'), username => hash('u1'),
             email => hash('e1'), body => hash('b1'));
my $first = submitted(%first);

is($first->{outcome}, 'ok', 'a submission is taken');
is($first->{status}, 'pending', 'and pending');
like($first->{number}, qr/^20\d{6}000001\d$/, 'its number holds the day');
like($first->{submitted_at}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    'the instant is UTC');
is($first->{due_date}, '2026-12-02', 'the due date comes back');

is(substr($first->{number}, 0, 8),
    sql("SELECT to_char(submitted_at AT TIME ZONE 'Asia/Shanghai', "
        . "'YYYYMMDD') FROM registration.application"),
    'the day is the day in China');

is_deeply(submitted(%first, password => q('$argon2id$2')), $first,
    'the same again gives the same answer');
is(submitted(%first, body => hash('b2'))->{outcome}, 'other',
    'another submission of the draft is told to be none');
is(sql('SELECT count(*) FROM registration.application'), 1,
    'and neither is a second application');

# Of a row from before there was a hash of its body, the person is known.

sql('UPDATE registration.application SET body = NULL');

is_deeply(submitted(%first, body => hash('b2'), email => hash('e2')), $first,
    'who has the account gets its answer');
is(submitted(%first, username => hash('u2'), email => hash('e2'))->{outcome},
    'other', 'somebody else does not');

is(submitted(username => hash('u1'))->{outcome}, 'username_taken',
    'a taken username');
is(submitted(email => hash('e1'))->{outcome}, 'email_taken',
    'a taken address');
is(submitted(username => hash('u1'), email => hash('e1'))->{outcome},
    'both_taken', 'both taken');
is(sql('SELECT count(*) FROM registration.account'), 1,
    'what was refused left no account');

like(refusal(submission(region => "'4101'")), qr/region_check/,
    'a region that is none is refused');
like(refusal(submission(username => "'zhangsan'")), qr/hash_check/,
    'a username in clear is refused');
like(refusal(submission(password => "'secret password'")), qr/password_hash/,
    'a password in clear is refused');
is(sql('SELECT count(*) FROM registration.account'), 1,
    'and a failed submission leaves nothing');


# Check digits: ISO 7064 MOD 11,10 of python3-stdnum

my @numbers = split /\n/, sql(
    'SELECT d || registration.check_digit(d) FROM ('
    . "SELECT '2026' || lpad((i * 7919 % 10000000000)::text, 10, '0') AS d "
    . 'FROM generate_series(1, 2000) i) s');
my ($status, $text) = Test::Registration::Servers::try_run(
    '/usr/bin/python3', '-c',
    'import sys; from stdnum.iso7064 import mod_11_10 as m; '
    . 'print(sum(m.is_valid(n) for n in sys.argv[1:]))', @numbers);

SKIP: {
    skip 'python3-stdnum is missing', 1 if $text =~ /ModuleNotFound/;
    is($text, "2000\n", 'python3-stdnum finds 2000 check digits right');
}


# Concurrency

my @same = together((submission(draft => hash('race'),
                                body  => hash('race'))) x PARALLEL);

is(scalar(grep { /^ok\|/ } @same), PARALLEL,
    PARALLEL . ' submissions of one draft are all taken');
is(keys %{ { map { $_ => 1 } @same } }, 1, 'with one number');

my @differing = together(map { submission(draft => hash('race 2')) }
                         1 .. PARALLEL);

is(keys %{ { map { s/^\w+\|//r => 1 } @differing } }, 1,
    'one number too when one draft names ' . PARALLEL . ' accounts');
is(scalar(grep { /^ok\|/ } @differing), 1, 'which one of them has got');
is(sql('SELECT count(*) FROM registration.account'), 3,
    'and only one of those accounts is there');

my @rivals = together(map { submission(username => hash('rival')) }
                      1 .. PARALLEL);

is(scalar(grep { /^ok\|/ } @rivals), 1, 'one of 50 gets a username');
is(scalar(grep { /^username_taken\|/ } @rivals), PARALLEL - 1,
    'the others learn that it is taken');

my @crossed = together(map {
    submission(username => hash('cross ' . $_ % 2),
               email => hash('cross ' . int($_ / 2) % 2))
} 1 .. PARALLEL);

is(scalar(grep { /^(ok|(username|email|both)_taken)\|/ } @crossed), PARALLEL,
    'crossed names and addresses: no deadlock, an answer for all');


# Sign-in, availability, documents

my $sign_in = as_module('SELECT * FROM registration.sign_in('
                        . hash('u1') . ', NULL)');

like($sign_in, qr/^1\|\$argon2id\$.*\|f\|\Q$first->{number}\E\|pending\|1\|
                  \Q$first->{submitted_at}\E\|2026-12-02\|f\|
                  \|application-----000001\|\\x(ef){77}$/x,
    'sign-in by username tells all');
is(as_module('SELECT * FROM registration.sign_in('
             . hash('u1@x') . ', ' . hash('e1') . ')'), $sign_in,
    'sign-in by address, too');
is(as_module('SELECT * FROM registration.sign_in('
             . hash('nobody') . ', ' . hash('nobody') . ')'), '',
    'nobody is no row');

is(as_module('SELECT registration.username_available(' . hash('u1') . '), '
             . 'registration.username_available(' . hash('free') . '), '
             . 'registration.email_known(' . hash('e1') . '), '
             . 'registration.email_known(' . hash('free') . ')'),
    'f|t|t|f', 'what is taken is known');

my $own = sql('SELECT id FROM registration.document WHERE application_id = '
              . '(SELECT id FROM registration.application WHERE account_id '
              . "= 1) AND kind = 'id_card_emblem'");

is(as_module("SELECT * FROM registration.document('1', '$own')"),
    'id_card_emblem|800|600|4711|\x' . 'ab' x 77, 'an own document');
is(as_module("SELECT * FROM registration.document('2', '$own')"), '',
    'no one else\'s');
is(as_module('SELECT * FROM registration.documents_known('
             . "ARRAY['$own', 'unknown'])"), $own,
    'the sweeper learns which documents have an owner');
is(as_module('SELECT registration.schema_version()'),
    scalar(my @files = glob "$Test::Registration::Servers::ROOT/sql/*.sql"),
    'the schema has the version of the files');


# Password reset

sub reset_password ($username, $account_email, $email)
{
    my @hash = map { defined ? hash($_) : 'NULL' } $username, $account_email,
        $email;
    local $" = ', ';

    return as_module('SELECT account_id FROM '
                     . "registration.reset_password_and_end(@hash, "
                     . "'\$argon2id\$changed')");
}

is(reset_password('u1', undef, 'e2'), '', 'no reset with a wrong address');
is(reset_password('nobody', 'nobody', 'e1'), '', 'nor for nobody');
unlike(sql('SELECT password_hash FROM registration.account WHERE id = 1'),
    qr/changed/, 'nothing was changed');
is(reset_password('u1', undef, 'e1'), 1, 'a reset by username');
is(reset_password(undef, 'e1', 'e1'), 1, 'a reset by address');
is(sql('SELECT password_hash FROM registration.account WHERE id = 1'),
    '$argon2id$changed', 'the password is changed');
is(sql('SELECT DISTINCT actor_kind, actor, number FROM registration.audit '
       . "WHERE action = 'reset_password'"), "applicant|1|$first->{number}",
    'and audited');

# Its sessions end, though not before the request had time to end them.

my $ends = 'SELECT id FROM registration.session_end ORDER BY id';
my ($first_end, $second_end) = split /\n/, sql($ends);

is(as_module('SELECT count(*) FROM registration.session_end_due(NULL)'), 0,
    'sessions that a request is ending are nobody else\'s to end');
is(as_module("SELECT registration.session_ended($first_end)"), 't',
    'it has ended them');
is(sql($ends), $second_end, 'so they are not ended again');
sql('UPDATE registration.session_end SET due = now()');
is(as_module('SELECT id, account_id FROM registration.session_end_due(NULL)'),
    "$second_end|1", 'those that it leaves are found');
is(as_module('SELECT count(*) FROM '
             . "registration.session_end_due($second_end)"), 0,
    'and done with');

# Workers of before the time that a decision gives would end all.

sql("INSERT INTO registration.session_end (account_id, begun_before)
     VALUES (1, '2026-01-02 03:04:05.678Z')");
is(as_module('SELECT count(*) FROM registration.session_end_next(NULL)'), 0,
    'for earlier workers there is nothing to end');
is(as_module('SELECT account_id, begun_before '
             . 'FROM registration.session_end_due(NULL)'), '1|1767323045678',
    'for others some sessions');
sql('DELETE FROM registration.session_end');


# Whose data a new password must not be made of

sub reset_account ($username, $account_email, $email)
{
    my @hash = map { defined ? hash($_) : 'NULL' } $username, $account_email,
        $email;
    local $" = ', ';

    return as_module('SELECT disabled, id FROM '
                     . "registration.reset_account(@hash)");
}

my $application = sql('SELECT id FROM registration.application
                        WHERE account_id = 1');

is(reset_account('u1', undef, 'e1'), "f|$application", 'by username');
is(reset_account(undef, 'e1', 'e1'), "f|$application", 'by address');
is(reset_account('u1', undef, 'e2'), '', 'not by a wrong address');
is(reset_account('nobody', 'nobody', 'e1'), '', 'nor for nobody');

sql('UPDATE registration.account SET disabled = true WHERE id = 1');
is(reset_password('u1', undef, 'e1'), '', 'not for a disabled account');
is(reset_account('u1', undef, 'e1'), "t|$application", 'which is told');
sql('UPDATE registration.account SET disabled = false WHERE id = 1');


# The state machine

sub transition ($number, $version, $to, @more)
{
    local $" = ', ';
    my @arguments = ("'$number'", $version, "'$to'", "'reviewer'", "'li'",
                     @more);

    return sql("SELECT * FROM registration.transition(@arguments)");
}

my $sealed = "decode(repeat('5a', 100), 'hex')";

for my $way (['approved'], ['rejected'], ['returned', 'pending', 'approved'],
             ['returned', 'pending', 'returned', 'pending', 'rejected'])
{
    my $number = submitted()->{number};
    my ($from, $version) = ('pending', 1);
    my %next = (pending => { map { $_ => 1 } qw(approved returned rejected) },
                returned => { pending => 1 });

    for my $to (@$way) {
        for my $wrong (grep { !$next{$from}{$_} }
                       qw(pending approved returned rejected nonsense))
        {
            is(transition($number, $version, $wrong),
                "refused|$from|$version", "from $from no way to $wrong");
        }

        is(transition($number, $version - 1, $to), "stale|$from|$version",
            'a stale version is refused');
        is(transition($number, $version, $to, $sealed),
            "ok|$to|" . ++$version, "from $from to $to");
        $from = $to;
    }

    for my $to (qw(pending approved returned rejected)) {
        is(transition($number, $version, $to), "refused|$from|$version",
            "$from is final: no way to $to");
    }
}

is(transition('200001010000000', 1, 'approved'), 'unknown||',
    'an unknown number');

my $number  = submitted(username => hash('u9'))->{number};
my @decided = together(map {
    "SELECT * FROM registration.transition('$number', 1, '"
    . (qw(approved returned rejected))[$_ % 3] . "', 'reviewer', 'r$_')"
} 1 .. PARALLEL);

is(scalar(grep { /^ok\|/ } @decided), 1, 'one of 50 decisions wins');
is(scalar(grep { /^stale\|/ } @decided), PARALLEL - 1, 'the others are stale');
is(sql("SELECT count(*) FROM registration.audit WHERE number = '$number'"), 2,
    'submission and decision are audited, once each');

$number = submitted(username => hash('u10'))->{number};
transition($number, 1, 'returned', $sealed, "'2027-01-04'", 'true');
like(as_module('SELECT * FROM registration.sign_in(' . hash('u10')
               . ', NULL)'),
    qr/\|returned\|2\|.*\|2027-01-04\|t\|(Wlpa){33}Wg==\|/,
    'sign-in tells the reason, still sealed, and the new due date');
is(sql("SELECT action, details->>'from', details->>'to' "
       . "FROM registration.audit WHERE number = '$number' ORDER BY id"),
    "submit||pending\nreturn|pending|returned", 'in words of the audit');

my $one = "WHERE number = '$number'";

like(refusal("UPDATE registration.application SET status = 'approved' $one"),
    qr/by registration.transition\(\) only/, 'no change of the status alone');
like(refusal("UPDATE registration.application SET status = 'approved', "
             . "version = 3 $one"),
    qr/state_is_last_change/, 'none without the change being recorded');
like(refusal("UPDATE registration.application SET status = 'pending', "
             . "version = 1 $one"),
    qr/by registration.transition\(\) only/, 'no way back in time');
like(refusal('INSERT INTO registration.state_change (application_id, '
             . 'version, from_status, to_status, actor_kind, actor) SELECT '
             . "id, 3, 'returned', 'approved', 'reviewer', 'x' "
             . "FROM registration.application $one"),
    qr/"legal"/, 'no illegal change is recorded');
like(refusal('INSERT INTO registration.state_change (application_id, '
             . 'version, from_status, to_status, actor_kind, actor) SELECT '
             . "id, 3, 'pending', 'approved', 'reviewer', 'x' "
             . "FROM registration.application $one"),
    qr/foreign key/, 'none that does not begin where it stands');

for my $table (qw(audit state_change)) {
    like(refusal("UPDATE registration.$table SET actor = 'x'"),
        qr/append-only/, "$table is not updated, not even by its owner");
    like(refusal("DELETE FROM registration.$table"), qr/append-only/,
        "nor is any of it deleted");
    like(refusal("TRUNCATE registration.$table CASCADE"), qr/append-only/,
        'nor all');
}


# The module's role

for my $table (qw(account application document state_change audit migration))
{
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

for my $statement ('UPDATE registration.account SET disabled = true',
                   'CREATE TABLE registration.x (i int)',
                   'CREATE TABLE public.x (i int)',
                   "SELECT nextval('registration.application_number')",
                   'SELECT registration.next_number()',
                   "SELECT registration.account_named('', '')",
                   "SELECT registration.transition('1', 1, 'approved', "
                   . "'reviewer', 'x')")
{
    like(refusal("SET ROLE registration_module; $statement"),
        qr/permission denied/, "refused: $statement");
}

is(sql('SELECT count(*) FROM pg_proc WHERE pronamespace = '
       . "'registration'::regnamespace AND prosecdef AND NOT EXISTS "
       . "(SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%')"), 0,
    'whatever runs with the owner\'s rights has its own search_path');
is(sql('SELECT count(*) FROM pg_proc p, aclexplode(coalesce(proacl, '
       . "acldefault('f', proowner))) a WHERE pronamespace = "
       . "'registration'::regnamespace AND a.grantee = 0"), 0,
    'no function is everyone\'s');

sql('CREATE ROLE stranger');
like(refusal('SET ROLE stranger; SELECT registration.schema_version()'),
    qr/permission denied/, 'a stranger sees nothing');


# The hot ways use an index each

sql("INSERT INTO registration.account (username_hash, email_hash, "
    . "password_hash) SELECT sha256(('a' || i)::bytea), "
    . "sha256(('b' || i)::bytea), '\$argon2id\$' "
    . 'FROM generate_series(1, 20000) i; ANALYZE registration.account');

for my $column (qw(username_hash email_hash)) {
    like(sql("EXPLAIN SELECT FROM registration.account WHERE $column = "
             . hash('a1')), qr/Index (Only )?Scan/,
        "an account is found by the index of its $column");
}

done_testing();
