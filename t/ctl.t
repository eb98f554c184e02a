# registrationctl: migrations that are interrupted, tampered with or run twice
# at a time, keys that are rotated, and a configuration that is checked.

use v5.36;
use utf8;
use lib 't/lib';

use File::Path qw(make_path);
use Test::More;
use Test::Registration::Servers;

use constant RECORDS => 1100;           # more than two batches

my $servers = Test::Registration::Servers->new->start_postgres;
my $dir     = $servers->{dir};
my $socket  = "$dir/postgres";
my $root    = $Test::Registration::Servers::ROOT;
my $ctl     = Test::Registration::Servers::registrationctl();


sub ctl (@arguments)
{
    return Test::Registration::Servers::try_run($ctl, @arguments);
}


sub says ($status, $pattern, $name, @arguments)
{
    my ($got, $text) = ctl(@arguments);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($got, $status, "$name: status $status") or diag $text;
    like($text, $pattern, $name);

    return $text;
}


sub conninfo ($database, $user = 'postgres')
{
    return "host=$socket dbname=$database user=$user";
}


sub sql ($database, $text)
{
    return $servers->ask_postgres($socket, $database, $text)
        // die $servers->{sql_error};
}


sub database ($name)
{
    sql('postgres', "CREATE DATABASE $name");
    return conninfo($name);
}


# A directory of migrations: NAME => text.

sub migrations ($name, %file)
{
    my $path = "$dir/$name";

    make_path($path);
    unlink glob "$path/*";
    Test::Registration::Servers::spew("$path/$_", $file{$_}) for keys %file;

    return $path;
}

my $first = "CREATE SCHEMA registration;\n"
    . 'CREATE TABLE registration.migration (version int PRIMARY KEY, '
    . "name text, sha256 bytea, applied_at timestamptz DEFAULT now());\n";


# The command line

says(0, qr/migrate.*key new.*key stage.*key rotate.*key rewrap.*config-check/s,
    'help names every command', '--help');
says(0, qr/^registrationctl \d+\.\d+/, 'version', '--version');
says(2, qr/^usage:/, 'no command');
says(2, qr/^usage:/, 'an unknown one', 'explode');
says(2, qr/^usage:/, 'half a command', 'key');
says(2, qr/--database is missing/, 'a missing option', 'migrate');
says(2, qr/"--database" needs a value/, 'a missing value', 'migrate',
    '--database');
says(2, qr/unknown option "--force"/, 'an unknown option', 'migrate',
    '--force');
says(2, qr/unexpected "b"/, 'one operand too many', 'key', 'new', 'a', 'b');
says(2, qr/key FILE is missing/, 'one too few', 'key', 'new');


# Migrating

my $real = "$root/sql";
my @real = map { m{([^/]+)$} } sort glob "$real/*.sql";
my $name = join '.*', map { "applied \Q$_\E" } @real;

sql('postgres', 'DROP DATABASE registration');
sql('postgres', 'DROP ROLE registration_module');

says(1, qr/cannot be reached.*"absent" does not exist/s, 'no such database',
    'migrate', '-d', conninfo('absent'), '--directory', $real);

my $db = database('registration');

says(0, qr/$name.*at version ${\ scalar @real}$/s, 'a new database',
    'migrate', '-d', $db, '--directory', $real);
says(0, qr/^database "registration" is at version \d+, nothing to do$/,
    'once more', 'migrate', '-d', $db, '--directory', $real);
is(sql('postgres', 'SELECT rolcanlogin FROM pg_roles WHERE rolname = '
       . "'registration_module'"), 'f', 'the module\'s role was made');

says(0, qr/at version/, 'another database of the same server', 'migrate',
    '-d', database('second'), '--directory', $real);

sql('postgres', 'CREATE ROLE maker LOGIN');
sql('postgres', 'CREATE DATABASE made OWNER maker');
says(0, qr/at version/, 'an owner who is no superuser', 'migrate',
    '-d', conninfo('made', 'maker'), '--directory', $real);


# Broken directories

says(1, qr/nowhere: No such file.*--directory/, 'no directory', 'migrate',
    '-d', $db, '--directory', "$dir/nowhere");
says(1, qr/no NNNN_name\.sql there/, 'an empty one', 'migrate', '-d', $db,
    '--directory', migrations('empty'));
says(1, qr/0003_c\.sql: the number 0002 should come here/, 'a gap', 'migrate',
    '-d', $db, '--directory',
    migrations('gap', '0001_a.sql' => $first, '0003_c.sql' => ''));
says(1, qr/0001_b\.sql: the number 0002/, 'a number twice', 'migrate', '-d',
    $db, '--directory',
    migrations('twice', '0001_a.sql' => $first, '0001_b.sql' => ''));
says(1, qr/more\.sql: the number 0002/, 'a stray file', 'migrate', '-d', $db,
    '--directory',
    migrations('stray', '0001_a.sql' => $first, 'more.sql' => ''));


# Tampering

my %copy = map { $_ => Test::Registration::Servers::slurp("$real/$_") } @real;

says(1, qr/0001_\w+\.sql is not what was applied on 20.*put the change into/,
    'a changed file is refused', 'migrate', '-d', $db, '--directory',
    migrations('changed', %copy, $real[0] => "$copy{$real[0]}-- more\n"));
says(1, qr/database is newer than these files: it has \Q$real[-1]\E/,
    'a newer database, too', 'migrate', '-d', $db, '--directory',
    migrations('older', map { $_ => $copy{$_} } @real[0 .. $#real - 1]));


# The audit trail tells who changed a database in use

{
    my $used = database('used');
    my $rows = 'SELECT actor_kind, action, details FROM registration.audit';

    says(0, qr/at version 10$/m, 'an older version', 'migrate', '-d', $used,
        '--directory', migrations('past', map { $_ => $copy{$_} }
                                  @real[0 .. 9]));
    is(sql('used', $rows), '', 'being made is no news');
    says(0, qr/applied/, 'is brought up to this one', 'migrate', '-d', $used,
        '--directory', $real);
    is(sql('used', "$rows ORDER BY id"), join("\n", map {
           qq(administrator|migrate|{"file": "$_"}) } @real[10 .. $#real]),
       'each file is audited');
    says(0, qr/is whole: ${\ (@real - 10)} rows/, 'in the chain', 'audit',
        'verify', '-d', $used);
}


# Failing and interrupted migrations

my $broken = database('broken');

says(1, qr/0002_b\.sql: ERROR.*LINE 2.*0002_b\.sql was not applied; those/s,
    'an error tells file and line', 'migrate', '-d', $broken, '--directory',
    migrations('broken', '0001_a.sql' => $first, '0002_b.sql' =>
        "CREATE TABLE registration.half (i int);\nSELEKT;\n"));
is(sql('broken', 'SELECT count(*) FROM registration.migration'), 1,
    'the file before it is applied');

says(1, qr/0002_b\.sql: ERROR.*division/s, 'one in the middle', 'migrate',
    '-d', $broken, '--directory',
    migrations('broken', '0001_a.sql' => $first, '0002_b.sql' =>
        "CREATE TABLE registration.half (i int);\nSELECT 1 / 0;\n"));
is(sql('broken', "SELECT to_regclass('registration.half')"), '',
    'leaves nothing of its file');

says(1, qr/0002_b\.sql ends the transaction.*remove its COMMIT/s,
    'a COMMIT in a file', 'migrate', '-d', $broken, '--directory',
    migrations('broken', '0001_a.sql' => $first,
        '0002_b.sql' => "COMMIT;\n"));

my $slow = migrations('slow', '0001_a.sql' => $first, '0002_b.sql' =>
    "CREATE TABLE registration.slow (i int);\nSELECT pg_sleep(2);\n",
    '0003_c.sql' => "CREATE TABLE registration.third (i int);\n");
my $cut  = database('cut');
my $pid  = $servers->spawn('ctl', $ctl, 'migrate', '-d', $cut, '--directory',
    $slow);

Test::Registration::Servers::wait_for(sub {
    sql('postgres', 'SELECT count(*) FROM pg_stat_activity WHERE datname = '
        . "'cut' AND wait_event = 'PgSleep'");
});
$servers->stop('ctl', 'KILL');
is(sql('cut', 'SELECT max(version) FROM registration.migration'), 1,
    'killed in the second file');

my $rest = says(0, qr/waiting for it.*applied 0002_b.*applied 0003_c/s,
    'the next run waits and goes on', 'migrate', '-d', $cut, '--directory',
    $slow);
unlike($rest, qr/applied 0001/, 'behind what was done');

my $both = database('parallel');

$servers->spawn('ctl', $ctl, 'migrate', '-d', $both, '--directory', $slow);
says(0, qr/at version 3/, 'two runs at a time', 'migrate', '-d', $both,
    '--directory', $slow);
Test::Registration::Servers::wait_for(sub { !$servers->alive('ctl') });
is(sql('parallel', 'SELECT count(*) FROM registration.migration'), 3,
    'apply each file once');


# Keys

my $keys = "$dir/key-file";
my $tool = "$dir/data_key";

says(0, qr/Keep a copy/, 'a new key file', 'key', 'new', $keys);
is(sprintf('%04o', (stat $keys)[2] & 07777), '0600', 'is its owner\'s alone');

my $before = Test::Registration::Servers::slurp($keys);

says(1, qr/\Q$keys\E: exists/, 'an existing one', 'key', 'new', $keys);
is(Test::Registration::Servers::slurp($keys), $before, 'stays as it is');
says(1, qr/absent/, 'rotating none', 'key', 'rotate', "$dir/absent");


Test::Registration::Servers::run($ENV{CC} // 'cc', '-std=gnu11',
    "-I$root/src/core", '-o', $tool, "$root/t/lib/data_key.c",
    (map { "$root/src/core/reg_$_.c" } qw(base64 core keys seal)),
    split ' ', `pkg-config --libs libsodium`);


# Gives [key, wrapped, sealed-by] of each "CONTEXT" or "CONTEXT WRAPPED".

sub data_keys (@lines)
{
    Test::Registration::Servers::spew("$dir/lines", join '', map { "$_\n" }
                                      @lines);
    my ($status, $text) = Test::Registration::Servers::try_run('sh', '-c',
        "'$tool' '$keys' < '$dir/lines'");

    die $text if $status;
    return map { [split ' '] } split /\n/, $text;
}

my @ids  = map { sprintf 'application-----%06d', $_ } 1 .. RECORDS;
my @pics = map { s/application/document---/r } @ids;
my @app  = data_keys(map { "application:$_" } @ids);
my @doc  = data_keys(map { "document:$_" } @pics);

my $insert = '';

for my $i (0 .. $#ids) {
    my $h = "sha256('$i')";

    $insert .= "SELECT count(*) FROM registration.submit($h, '$ids[$i]', $h, "
        . "$h, $h, $h, $h, '\$argon2id\$', 'in_province', 'natural_person', "
        . "'resident_id_card', '410102', 'a', 'b', '1', '\\x$app[$i][1]', "
        . "decode(repeat('01', 99), 'hex'), jsonb_build_array("
        . "jsonb_build_object('id', '$pics[$i]', 'kind', 'licence', 'width', "
        . "800, 'height', 600, 'bytes', 9, 'data_key', "
        . "encode('\\x$doc[$i][1]', 'base64'))), '2026-12-02', false, 'zh-CN', $h);\n";
}

sql('registration', $insert);


# What the database holds: id => [key, wrapped, sealed-by].

sub stored ($table)
{
    my @rows = map { [split /\|/] } split /\n/, sql('registration',
        "SELECT id, encode(data_key, 'hex') FROM registration.$table "
        . 'WHERE data_key IS NOT NULL ORDER BY id');
    my @keys = data_keys(map { "$table:$_->[0] $_->[1]" } @rows);

    return map { $rows[$_][0] => $keys[$_] } 0 .. $#rows;
}


sub under ($number, @tables)
{
    my %row = map { stored($_) } @tables;

    return scalar grep { ($_->[2] // 0) == $number } values %row;
}

says(0, qr/^0 data keys put under sealing key 1; 0 remain/,
    'nothing to rewrap', 'key', 'rewrap', $keys, '-d', $db);

says(0, qr/key 2 staged.*reload nginx.*key rotate \Q$keys\E/s, 'a second key',
    'key', 'stage', $keys);
says(0, qr/^key-file +ok /m, 'a file with a staged key', 'config-check',
    '--key-file', $keys);
says(1, qr/\Q$keys\E: has a staged key already/, 'staging another', 'key',
    'stage', $keys);
says(0, qr/under sealing key 1; 0 remain/, 'which does not seal yet', 'key',
    'rewrap', $keys, '-d', $db);
says(0, qr/key 2 is the one that seals.*reload nginx.*key rewrap/s,
    'it is put into use', 'key', 'rotate', $keys);
is(under(1, qw(application document)), 2 * RECORDS,
    'all records are still under the first, and open');

sql('registration', 'UPDATE registration.application SET data_key = NULL '
    . "WHERE id = '$ids[0]'");
sql('registration', 'UPDATE registration.document SET data_key = '
    . 'set_byte(data_key, 70, get_byte(data_key, 70) # 1) '
    . "WHERE id = '$pics[7]'");
my $damaged = sql('registration', "SELECT encode(data_key, 'hex') FROM "
                  . "registration.document WHERE id = '$pics[7]'");

sql('postgres', 'CREATE ROLE nobody_much LOGIN IN ROLE registration_module');
says(1, qr/permission denied|needs the owner/, 'not by the module\'s role',
    'key', 'rewrap', $keys, '-d', conninfo('registration', 'nobody_much'));

says(1, qr/document \Q$pics[7]\E does not open.*1 remain.*Keep the old/s,
    'a damaged record is told', 'key', 'rewrap', $keys, '-d', $db);

my %app = stored('application');
my %doc = stored('document');

is((grep { ($_->[2] // 0) == 2 } values %app), RECORDS - 1,
    'applications are under the new key, a destroyed one stays so');
is((grep { ($_->[2] // 0) == 2 } values %doc), RECORDS - 1,
    'documents are, but for the damaged one');
is(sql('registration', "SELECT encode(data_key, 'hex') FROM "
       . "registration.document WHERE id = '$pics[7]'"), $damaged,
    'which was not touched');
is((grep { $app{$ids[$_]}[0] ne $app[$_][0] } 1 .. $#ids), 0,
    'no application\'s data key changed');
is((grep { $_ != 7 && $doc{$pics[$_]}[0] ne $doc[$_][0] } 0 .. $#pics), 0,
    'nor a document\'s');

sql('registration', 'UPDATE registration.document SET data_key = '
    . "'\\x$doc[7][1]' WHERE id = '$pics[7]'");
says(0, qr/^1 data keys put under sealing key 2; 0 remain.*may be removed/s,
    'the repaired one is all that is left to do', 'key', 'rewrap', $keys,
    '-d', $db);

my $text = Test::Registration::Servers::slurp($keys);

$text =~ s/^seal 1 .*\n//m or die 'no first key';
Test::Registration::Servers::spew($keys, $text, 0600);
is(under(2, qw(application document)), 2 * RECORDS - 1,
    'the old key may go: everything opens');


# Checking a configuration

sub check ($status, $pattern, $name, @arguments)
{
    says($status, $pattern, $name, 'config-check', '--directory', $real,
         @arguments);
}

make_path("$dir/pictures", { mode => 0700 });

check(0, qr/^key-file +ok .*^mail +ok .*^documents +ok .*^database +ok /ms,
    'all is well', '--key-file', $keys, '--mail', "$root/conf/mail",
    '--documents', "$dir/pictures", '--database',
    conninfo('registration', 'nobody_much'));

check(1, qr/^key-file +FAILED .*absent/m, 'no key file', '--key-file',
    "$dir/absent");
chmod 0644, $keys;
check(1, qr/^key-file +FAILED .*\Q$keys\E/m, 'one that others may read',
    '--key-file', $keys);

check(1, qr/^mail +FAILED .*registration\.zh-CN\.txt/m, 'no templates',
    '--mail', "$dir/pictures");
check(1, qr/^documents +FAILED .*install -d -m 0700/m, 'no directory',
    '--documents', "$dir/absent");
chmod 0755, "$dir/pictures";
check(1, qr/^documents +FAILED .*chmod 0700/m, 'an open one', '--documents',
    "$dir/pictures");
check(1, qr/^recognizer FAILED .*is registration-recognizer running/m,
    'no recogniser', '--recognizer', "$dir/absent");
check(1, qr/^recognizer FAILED .*too long for a socket/m,
    'nor a place for one', '--recognizer', '/' . 'x' x 200);
check(1, qr/^form +FAILED .*without good --regions/m, 'a form alone',
    '--form', "$root/conf/form.json");

Test::Registration::Servers::spew("$dir/bad.json", "{\n\"regions\": [,\n");
check(1, qr/^regions +FAILED .*bad\.json:\d+:.*^holidays +FAILED/ms,
    'two broken files are both told', '--regions', "$dir/bad.json",
    '--holidays', "$dir/bad.json");

check(1, qr/^database +FAILED .*cannot be reached/m, 'no server',
    '--database', "host=$dir dbname=registration");
check(1, qr/^database +FAILED .*use the tables themselves/m,
    'a role that may too much', '--database', $db);
sql('postgres', 'CREATE ROLE guest LOGIN');
check(1, qr/^database +FAILED .*GRANT registration_module TO "guest"/m,
    'one that may too little', '--database',
    conninfo('registration', 'guest'));
check(1, qr/^database +FAILED .*run registrationctl migrate/m,
    'an empty database', '--database', conninfo('postgres'));
says(1, qr/^database +FAILED .*at version \d+, this is version $#real: use/m,
    'a database that is too new', 'config-check', '--directory',
    "$dir/older", '--database', conninfo('registration', 'nobody_much'));

SKIP: {
    my $data = "$Test::Registration::Servers::BUILD/data";

    skip 'the data files are not built: make data', 2
        if !-f "$data/regions.json";
    check(0, qr/^regions +ok.*^form +ok.*^holidays +ok/ms,
        'the files of this project', '--form', "$root/conf/form.json",
        '--regions', "$data/regions.json", '--holidays',
        "$data/holidays.json");
}

done_testing();
