# registrationctl for the review: reviewers and how they sign in, the proof of
# the audit trail, and the masked export.

use v5.36;
use utf8;
use lib 't/lib';

use Encode qw(decode_utf8 encode_utf8);
use IPC::Open2 qw(open2);
use Test::More;
use Test::Registration::Servers;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $servers = Test::Registration::Servers->new->start_postgres;
my $dir     = $servers->{dir};
my $root    = $Test::Registration::Servers::ROOT;
my $ctl     = Test::Registration::Servers::registrationctl();
my $db      = "host=$dir/postgres dbname=registration user=postgres";
my $keys    = "$dir/key-file";
my $tool    = "$dir/review_seal";
my $input   = "$dir/input";
my $login   = getlogin() || getpwuid $<;
my $good    = 'seven quiet harbours 41';

Test::Registration::Servers::run($ENV{CC} // 'cc', '-std=gnu11',
    "-I$root/src/core", '-o', $tool, "$root/t/lib/review_seal.c",
    (map { "$root/src/core/reg_$_.c" }
         qw(base64 core keys seal password text totp)),
    split ' ', `pkg-config --libs libsodium pwquality liboath`);

Test::Registration::Servers::run($ctl, 'key', 'new', $keys);


# Runs registrationctl with this on its standard input.

sub ctl ($stdin, @arguments)
{
    Test::Registration::Servers::spew($input, $stdin);

    my ($status, $text) = Test::Registration::Servers::try_run('sh', '-c',
        'exec "$@" < "$0"', $input, $ctl, @arguments);

    return ($status, decode_utf8($text));
}


sub says ($status, $pattern, $name, $stdin, @arguments)
{
    my ($got, $text) = ctl($stdin, @arguments, '--database', $db);

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($got, $status, "$name: status $status") or diag $text;
    like($text, $pattern, $name);

    return $text;
}


sub tool (@arguments)
{
    my ($status, $text) = Test::Registration::Servers::try_run($tool,
                                                               @arguments);
    chomp $text;
    return $text;
}


sub reviewer ($name, $column)
{
    return $servers->sql("SELECT $column FROM registration.reviewer "
                         . "WHERE name = '$name'");
}


# The last audit row, with its details.

sub audited ($action, $details, $name)
{
    is($servers->sql("SELECT actor_kind, actor, action, details "
                     . 'FROM registration.audit ORDER BY id DESC LIMIT 1'),
       "administrator|$login|$action|$details", "$name: audited");
}


# Adding reviewers

says(0, qr/^reviewer "li\.si" added$/, 'a reviewer', "$good\n",
    'reviewer', 'add', 'li.si');
audited('reviewer_add', '{"role": "reviewer", "totp": false, '
        . '"external": false, "reviewer": "li.si"}', 'adding');
is(tool('password', reviewer('li.si', 'password_hash'), $good), 'ok',
    'has that password');
is(tool('password', reviewer('li.si', 'password_hash'), "$good "),
    'mismatch', 'and no other');

says(1, qr/there is a reviewer "li\.si" already/, 'the same once more',
    "$good\n", 'reviewer', 'add', 'li.si');
says(0, qr/added/, 'a supervisor, no line feed, CRLF', "$good\r\n",
    'reviewer', 'add', 'boss', '--role', 'supervisor');
is(reviewer('boss', 'role'), 'supervisor', 'is one');
is(tool('password', reviewer('boss', 'password_hash'), $good), 'ok',
    'the line end is no part of a password');

my $before = $servers->sql('SELECT count(*) FROM registration.audit');

says(1, qr/fewer than 8/, 'a short password', "short\n", 'reviewer', 'add',
    'x1');
says(1, qr/fewer than 8/, 'no password', '', 'reviewer', 'add', 'x1');
says(1, qr/more than 128/, 'a long one', 'ab3 ' x 40, 'reviewer', 'add',
    'x1');
says(1, qr/common, too regular/, 'a common one', "password123\n",
    'reviewer', 'add', 'x1');
says(1, qr/made of the name/, 'one made of the name', "zhaoliu.99\n",
    'reviewer', 'add', 'zhaoliu.99');
says(1, qr/control character/, 'one with a tab', "$good\t\n", 'reviewer',
    'add', 'x1');
says(1, qr/no NUL/, 'one with NUL', "$good\0x\n", 'reviewer', 'add', 'x1');
says(2, qr/NAME has 1 to 256/, "no name: $_->[0]", "$good\n", 'reviewer',
     'add', $_->[1])
    for [ 'too long', 'x' x 257 ], [ 'empty', '' ], [ 'a line end', "x\n" ],
        [ 'no UTF-8', "x\xff" ], [ 'a space behind', 'x ' ],
        [ 'a space in front', ' x' ], [ 'nobody\'s', '?' ];
says(2, qr/NAME is missing/, 'none', "$good\n", 'reviewer', 'add');
says(2, qr/--role is "reviewer" or/, 'another role', "$good\n", 'reviewer',
    'add', 'x1', '--role', 'owner');
says(2, qr/--totp needs --key-file/, 'codes without the keys', "$good\n",
    'reviewer', 'add', 'x1', '--totp');
says(2, qr/--external means/, 'codes for those that nginx knows', '',
    'reviewer', 'add', 'x1', '--external', '--totp', '--key-file', $keys);
says(1, qr/absent/, 'no key file', "$good\n", 'reviewer', 'add', 'x1',
    '--totp', '--key-file', "$dir/absent");
is((ctl('', 'reviewer', 'add', 'x1', '--database',
        "host=$dir dbname=registration"))[0], 1, 'no database');

is($servers->sql('SELECT count(*) FROM registration.audit'), $before,
    'what was refused changed nothing');
is(reviewer('x1', 'count(*)'), 0, 'and added nobody');

my $text = says(0, qr/^password: ([A-Za-z0-9_-]{20})$/m, 'a random password',
    '', 'reviewer', 'add', 'wang.wu', '--generate');
my ($password) = $text =~ /^password: (\S+)$/m;
is(tool('password', reviewer('wang.wu', 'password_hash'), $password), 'ok',
    'is theirs');

my $dn = 'CN=Zhao Liu, O=Example-Org';
says(0, qr/added/, 'one that nginx knows', '', 'reviewer', 'add', $dn,
    '--external');
is(reviewer($dn, 'password_hash IS NULL'), 't', 'has no password');

my $subject = 'CN=\\E8\\B5\\B5\\E5\\85\\AD+emailAddress=a@b.example,'
    . 'OU="Copyright; 1",O=' . 'x' x 160 . ',C=CN';
says(0, qr/added/, 'a whole subject', '', 'reviewer', 'add', $subject,
    '--external');
is(reviewer($subject, 'role'), 'reviewer', 'as nginx writes it');


# On a terminal

sub terminal (@answers)
{
    my ($shown, $pid) = '';

    $pid = open2(my $out, my $in, 'script', '-qec',
        "'$ctl' reviewer password li.si --database '$db'", '/dev/null');

    while (sysread $out, my $bytes, 4096) {
        $shown .= $bytes;

        if ($bytes =~ /: $/ && @answers) {
            syswrite $in, shift @answers;
        }
    }

    close $in;
    waitpid $pid, 0;
    return ($? >> 8, $shown);
}

SKIP: {
    skip 'script is missing', 9 if !grep { -x "$_/script" } split /:/,
        $ENV{PATH};

    my $typed = 'four grey pelicans 17';
    my ($status, $shown) = terminal("$typed\n", "$typed\n");

    is($status, 0, 'typed twice') or diag $shown;
    unlike($shown, qr/pelicans/, 'it is not shown');
    is(tool('password', reviewer('li.si', 'password_hash'), $typed), 'ok',
        'and is the password');

    ($status, $shown) = terminal("$good\n", "$typed\n");
    is($status, 1, 'typed differently');
    like($shown, qr/not the same/, 'is told');

    ($status, $shown) = terminal("$good\003");
    is($status, 1, 'interrupted');
    like($shown, qr/nothing was changed/, 'is told');
    ($status, $shown) = terminal("$good\n", "\003");
    is($status, 1, 'interrupted at the second');
    is(tool('password', reviewer('li.si', 'password_hash'), $typed), 'ok',
        'nothing was changed');
}


# Changing them

my $epoch = reviewer('li.si', 'epoch');

says(0, qr/another password; all sessions/, 'another password', "$good\n",
    'reviewer', 'password', 'li.si');
audited('reviewer_password', '{"external": false, "reviewer": "li.si"}',
    'the password');
is(tool('password', reviewer('li.si', 'password_hash'), $good), 'ok',
    'is set');
is(reviewer('li.si', 'epoch'), $epoch + 1, 'sessions ended');

says(0, qr/disabled/, 'disabling', '', 'reviewer', 'disable', 'li.si');
audited('reviewer_disable', '{"reviewer": "li.si"}', 'disabling');
is(reviewer('li.si', 'disabled'), 't', 'disabled');
is(reviewer('li.si', 'epoch'), $epoch + 2, 'sessions ended');

says(0, qr/enabled/, 'enabling', '', 'reviewer', 'enable', 'li.si');
audited('reviewer_enable', '{"reviewer": "li.si"}', 'enabling');
is(reviewer('li.si', 'disabled'), 'f', 'enabled');

says(0, qr/another role/, 'another role', '', 'reviewer', 'role', 'li.si',
    '--role', 'supervisor');
audited('reviewer_role', '{"role": "supervisor", "reviewer": "li.si"}',
    'the role');
is(reviewer('li.si', 'role'), 'supervisor', 'is set');

for my $command (qw(disable enable)) {
    says(1, qr/there is no reviewer "nobody"/, "$command nobody", '',
        'reviewer', $command, 'nobody');
}

says(1, qr/there is no reviewer "nobody"/, 'a password of nobody',
    "$good\n", 'reviewer', 'password', 'nobody');


# Codes of an authenticator

my $uri = qr{^otpauth://totp/(%[0-9A-F]{2}){15}:li\.si\?secret=([A-Z2-7]{32})
             &issuer=(?:%[0-9A-F]{2}){15}$}mx;

$text = says(0, $uri, 'an authenticator', '', 'reviewer', 'totp', 'li.si',
    '--key-file', $keys);
my ($secret) = $text =~ /secret=([A-Z2-7]{32})/;

audited('reviewer_totp', '{"totp": true, "reviewer": "li.si"}',
    'the authenticator');
is(tool('totp', $keys, 'li.si', reviewer('li.si', q{encode(totp, 'hex')})),
    $secret, 'its secret is sealed');
is(tool('totp', $keys, 'boss', reviewer('li.si', q{encode(totp, 'hex')})),
    'damaged', 'for this name only');
unlike($servers->dump_database, qr/$secret/, 'and nowhere in clear');


# Dark modules of a QR code drawn in half blocks, without its quiet zone.

sub modules ($text)
{
    my @lines = grep { /^[ ▀▄█]{20,}$/ } split /\n/, $text;
    my @rows;

    for my $line (@lines) {
        push @rows, [map { /[ ▄]/ ? 1 : 0 } split //, $line],
            [map { /[ ▀]/ ? 1 : 0 } split //, $line];
    }

    my $width = @{ $rows[0] // [] };

    ok(!(grep { $_ } map { @$_ } @rows[0 .. 3]), 'a quiet zone above');
    ok(!(grep { $_ } map { @$_[0 .. 3, $width - 4 .. $width - 1] } @rows),
        'and beside');

    return map { [@$_[4 .. $width - 5]] } @rows[4 .. $width - 5];
}

my @qr    = modules($text);
my $n     = @qr;
my @eye   = ('1111111', '1000001', ('1011101') x 3, '1000001', '1111111');
my $found = 0;

for my $corner ([0, 0], [0, $n - 7], [$n - 7, 0]) {
    my ($y, $x) = @$corner;

    $found += join(' ', @eye) eq join ' ',
        map { join '', @{ $qr[$_] }[$x .. $x + 6] } $y .. $y + 6;
}

is($n % 4, 1, "a QR code of $n modules");
is($found, 3, 'with an eye in three corners');
is(join('', @{ $qr[6] }[8 .. $n - 9]), substr('10' x $n, 0, $n - 16),
    'and its timing pattern');

says(2, qr/give --key-file.*or --off/, 'neither keys nor --off', '',
    'reviewer', 'totp', 'li.si');
says(1, qr/there is no reviewer "nobody"/, 'an authenticator of nobody', '',
    'reviewer', 'totp', 'nobody', '--key-file', $keys);

$text = says(0, qr/added.*otpauth/s, 'a reviewer with codes', "$good\n",
    'reviewer', 'add', 'sun.qi', '--totp', '--key-file', $keys);
my ($other) = $text =~ /secret=([A-Z2-7]{32})/;
isnt($other, $secret, 'has another secret');

Test::Registration::Servers::run($ctl, 'key', 'rotate', $keys);
says(0, qr/^2 data keys put under sealing key 2/, 'both secrets go under a '
    . 'new key', '', 'key', 'rewrap', $keys);
audited('key_rewrap', '{"key": 2, "left": 0, "changed": 2}', 'rewrapping');

my $new = Test::Registration::Servers::slurp($keys);
$new =~ s/^seal 1 .*\n//m;
Test::Registration::Servers::spew("$keys-2", $new, 0600);
is(tool('totp', "$keys-2", 'sun.qi', reviewer('sun.qi',
                                             q{encode(totp, 'hex')})),
    $other, 'and open without the old one');

says(0, qr/asked for no code/, 'no more codes', '', 'reviewer', 'totp',
    'sun.qi', '--off');
is(reviewer('sun.qi', 'totp IS NULL'), 't', 'the secret is gone');
says(0, qr/has no password/, 'nginx knows who it is', '', 'reviewer',
    'password', 'li.si', '--external');
is(reviewer('li.si', 'password_hash IS NULL AND totp IS NULL'), 't',
    'neither password nor secret stays');

$text = says(0, qr/^supervisor  external       enabled   \S+  li\.si$/m,
    'the list', '', 'reviewer', 'list');
like($text, qr/^reviewer +external .* \Q$dn\E$/m, 'shows names as they are');
is(scalar(split /\n/, $text), 6, 'all of them');
audited('reviewer_list', '{}', 'the list');

$servers->sql('CREATE ROLE guest LOGIN IN ROLE registration_module');
my ($status, $refused) = ctl('', 'reviewer', 'list', '--database',
    $db =~ s/postgres$/guest/r);
is($status, 1, 'the module\'s role cannot');
like($refused, qr/permission denied/, 'list reviewers');


# The export

my @people = (
    ['张三', '11010519491231002X', '13812341234', 'zhang@example.org'],
    ['=cmd|x', '410105197412058432', '13900001111', '+plus@example.org'],
    ['欧阳"丰,', 'H12345678', '91234567', 'a@b.cn'],
    ['赵六', '410105197412058432', '13900002222', 'zhao@example.org'],
);
my @ids = map { sprintf 'application-----%06d', $_ } 0 .. $#people;

Test::Registration::Servers::spew($input, encode_utf8(join '', map {
    my ($name, $id, $mobile, $email) = @{ $people[$_] };
    $name =~ s/"/\\"/g;
    qq[$ids[$_] {"name":"$name","id_number":"$id","mobile":"$mobile",]
        . qq["email":"$email","address":"SPECIMEN"}\n]
} 0 .. $#people));

my @sealed = map { [split ' '] } split /\n/,
    Test::Registration::Servers::run('sh', '-c',
        "'$tool' seal '$keys' < '$input'");

for my $i (0 .. $#ids) {
    my $h = "sha256('$i')";

    $servers->sql("SELECT registration.submit($h, '$ids[$i]', $h, $h, $h, "
        . "$h, $h, '\$argon2id\$', 'in_province', 'natural_person', "
        . "'resident_id_card', '410102', '-a', 'b', '1', "
        . "'\\x$sealed[$i][0]', '\\x$sealed[$i][1]', '[]', '2026-12-02', "
        . "false, 'zh-CN', $h)");
}

$servers->sql("UPDATE registration.application SET data_key = NULL "
              . "WHERE id = '$ids[3]'");
$servers->sql('SELECT registration.transition(number, 1, \'approved\', '
              . "'reviewer', 'li.si') FROM registration.application "
              . "WHERE id = '$ids[1]'");

my $today = $servers->sql(
    "SELECT to_char(now() AT TIME ZONE interval '8 hours', 'YYYY-MM-DD')");


sub export ($name, @arguments)
{
    my ($status, $csv) = ctl('', 'export', '--database', $db, '--key-file',
        $keys, @arguments);

    is($status, 0, "$name: status 0") or diag $csv;
    return split /\r\n/, $csv;
}

my @rows = export('everything');

is(scalar @rows, 5, 'a header and four rows');
is($rows[0], 'number,status,version,residence,applicant_type,document_type,'
    . 'name,id_number,mobile,email,region,industry,office,submitted_at,'
    . 'due_date,due_provisional', 'the header');
like($rows[1], qr/^\d{15},pending,1,in_province,natural_person,
     resident_id_card,张\*,1\*{16}X,138\*{4}1234,z\*{3}\@example.org,410102,
     '-a,b,$today|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,2026-12-02,false$/x,
     'masked, and no formulas');
like($rows[2], qr/^\d{15},approved,2,.*,'=\*,4\*{16}2,139\*{4}1111,'\+\*{3}@/,
     'nor from what applicants typed');
like($rows[3], qr/,欧\*,H\*{7}8,\*{6}67,a\*{3}\@b\.cn,/, 'short ones');
like($rows[4], qr/^\d{15},pending,1,[^,]*,[^,]*,[^,]*,,,,,410102,/,
     'one whose key was destroyed has no values');
audited('export', '{}', 'exporting');

my @found = export('a status', '--status', 'approved', '--from', $today,
    '--to', $today);
is(scalar @found, 2, 'the approved one of today');
audited('export', qq[{"to": "$today", "from": "$today", ]
        . '"status": "approved"}', 'its filter');
is(scalar(export('none', '--to', '2020-01-01')), 1, 'nothing from before');
is(scalar(export('none', '--from', '2999-01-01')), 1, 'nor from later');

$servers->sql("UPDATE registration.application SET submitted_at = "
              . "'2026-03-04 15:59:59Z' WHERE id = '$ids[0]'");
$servers->sql("UPDATE registration.application SET submitted_at = "
              . "'2026-03-04 16:00:00Z' WHERE id = '$ids[2]'");
is(scalar(export('a day', '--from', '2026-03-04', '--to', '2026-03-04')), 2,
    'a day ends at midnight in China');
is(scalar(export('the next', '--from', '2026-03-05', '--to',
                 '2026-03-05')), 2, 'and there begins the next');

says(2, qr/--status is/, 'an unknown status', '', 'export', '--key-file',
    $keys, '--status', 'open');
says(2, qr/"2026-02-30" is no day/, 'a day that is none', '', 'export',
    '--key-file', $keys, '--from', '2026-02-30');
says(2, qr/--key-file is missing/, 'no keys', '', 'export');

Test::Registration::Servers::run($ctl, 'key', 'new', "$dir/other-keys");
$text = says(1, qr/3 applications do not open/, 'other keys', '', 'export',
    '--key-file', "$dir/other-keys");

SKIP: {
    skip '/dev/full is missing', 1 if !-c '/dev/full';
    my ($got) = Test::Registration::Servers::try_run('sh', '-c',
        'exec "$@" > /dev/full', 'sh', $ctl, 'export', '--database', $db,
        '--key-file', $keys);
    is($got, 1, 'a full disk is no success');
}


# Applicants' accounts; t/sessions.t has the rest

says(1, qr/there is no application 1$/m, "$_ nobody", '', 'account', $_, '1')
    for 'disable', 'enable';
says(2, qr/NUMBER is missing/, 'no number', '', 'account', 'disable');


# Mails that were given up; t/outbox.t has some

says(0, qr/^$/, 'none was', '', 'mail', 'list');
audited('mail_list', '{}', 'looking is audited');
says(0, qr/^0 mails are/, 'none to retry', '', 'mail', 'retry');
says(1, qr/no mail of application 1 was given up/, 'not of that application',
     '', 'mail', 'retry', '--number', '1');
says(2, qr/unexpected|usage|takes no|argument/i, 'an operand', '', 'mail',
     'retry', '1');


# The audit trail

sub verify ($status, $pattern, $name, @arguments)
{
    return says($status, $pattern, $name, '', 'audit', 'verify', @arguments);
}


# What was done here has a name in the console.

for my $language (qw(zh-CN en)) {
    my $texts = Test::Registration::Servers::slurp(
        "html/texts/$language/console.json");

    is_deeply([ grep { $texts !~ /"console\.action\.\Q$_\E"/ }
                split /\n/, $servers->sql(
                    'SELECT DISTINCT action FROM registration.audit') ],
              [], "$language: every action of the audit trail is named");
}


# As one who may do everything, but for that moment only.

sub tamper ($sql)
{
    $servers->sql("BEGIN; SET session_replication_role = replica; $sql; "
                  . 'COMMIT');
}

my $rows = $servers->sql('SELECT count(*) FROM registration.audit');

$text = verify(0, qr/whole: $rows rows.*\n\d+:[0-9a-f]{64}$/, 'the trail');
audited('audit_verify', qq[{"ok": true, "rows": $rows}], 'verifying');
my ($head) = $text =~ /^(\d+:[0-9a-f]{64})$/m;

$servers->sql("INSERT INTO registration.audit (actor_kind, actor, action, "
              . "details) SELECT 'administrator', '测试 ' || i, 'test', "
              . "'{\"a\": \"\\\"é\", \"b\": [1.50, null]}' "
              . 'FROM generate_series(1, 2100) i');
verify(0, qr/whole/, 'a longer one, with its earlier head', '--head', $head);
verify(2, qr/--head takes ID:HASH/, 'no head', '--head', 'x:1');

my $id = $servers->sql('SELECT id FROM registration.audit '
                       . "WHERE action = 'export' LIMIT 1");

tamper("CREATE TABLE registration.kept AS TABLE registration.audit");
tamper("CREATE TABLE registration.kept_last AS TABLE registration.audit_last");


sub restore ()
{
    tamper('DELETE FROM registration.audit; INSERT INTO registration.audit '
           . 'SELECT * FROM registration.kept; '
           . 'UPDATE registration.audit_last l SET id = k.id, hash = k.hash '
           . 'FROM registration.kept_last k');
}

my %change = (
    'actor'      => q{actor = overlay(actor placing 'X' from 1 for 1)},
    'at'         => q{at = at + interval '1 microsecond'},
    'action'     => q{action = action || ' '},
    'number'     => q{number = ''},
    'details'    => q{details = '{"a": 1}'},
    'actor_kind' => q{actor_kind = 'reviewer'},
    'hash'       => q{hash = set_byte(hash, 31, get_byte(hash, 31) # 1)},
);

for my $column (sort keys %change) {
    tamper("UPDATE registration.audit SET $change{$column} WHERE id = $id");
    verify(1, qr/audit row $id \(.*is not what was written/,
        "one byte of $column");
    restore();
}

verify(0, qr/whole/, 'the true trail');
restore();

tamper("DELETE FROM registration.audit WHERE id = $id");
verify(1, qr/audit row ${\ ($id + 1) } \(.*does not follow row ${\ ($id - 1) }/,
    'a row taken away');
restore();

my $end = $servers->sql('SELECT max(id) FROM registration.audit');

tamper("DELETE FROM registration.audit WHERE id > $end - 2");
verify(1, qr/rows behind ${\ ($end - 2) } are missing: .*is $end$/,
    'the last ones taken away');
restore();

# a chain computed anew, by one who can do that

my $forged = "UPDATE registration.audit SET actor = 'another' WHERE id = 1; "
    . 'DO $$ DECLARE r registration.audit; h bytea := '
    . "decode(repeat('00', 32), 'hex'); BEGIN "
    . 'FOR r IN SELECT * FROM registration.audit ORDER BY id LOOP '
    . 'h := registration.audit_hash(h, r); '
    . 'UPDATE registration.audit SET hash = h WHERE id = r.id; END LOOP; '
    . 'UPDATE registration.audit_last SET hash = h; END $$';

tamper($forged);
verify(0, qr/whole/, 'fits itself');
restore();
tamper($forged);
verify(1, qr/has not the hash that was noted/, 'but not the noted head',
    '--head', $head);
restore();

verify(1, qr/which was noted, is missing/, 'a head that is not there',
    '--head', '999999:' . 'a' x 64);

done_testing();
