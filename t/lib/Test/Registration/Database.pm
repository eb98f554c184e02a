# The database by itself, for the tests of its functions.

package Test::Registration::Database;

use v5.36;
use utf8;

use Exporter qw(import);
use Test::Registration::Servers;

our @EXPORT = qw(
    start sql as_module refusal hash picture submission submitted together
);

my $servers;
my $serial = 0;


sub start (%option)
{
    return $servers = Test::Registration::Servers->new(%option)
        ->start_postgres;
}


sub sql ($text) { $servers->sql($text) }


# The same as the role the module has.

sub as_module ($text) { sql("SET ROLE registration_module; $text") }


# What PostgreSQL says when it refuses.

sub refusal ($text)
{
    my $answer = $servers->ask_postgres(socket_directory(), 'registration',
                                        $text);

    return defined $answer ? "no refusal: $answer" : $servers->{sql_error};
}


sub socket_directory () { "$servers->{dir}/postgres" }


sub hash ($text) { "sha256('$text')" }


sub picture ($id, $kind)
{
    my $key  = "encode(decode(repeat('ab', 77), 'hex'), 'base64')";
    my $name = "encode(decode(repeat('cd', 50), 'hex'), 'base64')";

    return "jsonb_build_object('id', '$id', 'kind', '$kind', 'width', 800, "
        . "'height', 600, 'bytes', 4711, 'data_key', $key, "
        . "'filename', $name)";
}


# A submission as the module's statement makes it; what is given is replaced.

sub submission (%change)
{
    my $n = sprintf '%06d', ++$serial;

    my %value = (
        draft     => hash("draft $n"),
        id        => "'application-----$n'",
        username  => hash("user $n"),
        email     => hash("mail $n"),
        documents => 'jsonb_build_array('
                     . picture("document-a------$n", 'id_card_portrait') . ', '
                     . picture("document-b------$n", 'id_card_emblem') . ')',
        region    => "'410102'",
        body      => hash("body $n"),
        password  => q('$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'),
        %change,
    );

    return "SELECT * FROM registration.submit($value{draft}, $value{id}, "
        . "$value{username}, $value{email}, " . hash('name') . ', '
        . hash('id number') . ', ' . hash('mobile') . ', '
        . "$value{password}, 'in_province', 'natural_person', "
        . "'resident_id_card', $value{region}, 'software', 'zhengzhou', "
        . "'1', decode(repeat('ef', 77), 'hex'), "
        . "decode(repeat('01', 300), 'hex'), $value{documents}, "
        . "'2026-12-02', false, 'zh-CN', $value{body})";
}


sub submitted (%change)
{
    my %row;

    @row{qw(outcome number status submitted_at due_date)} = split /\|/,
        as_module(submission(%change)), -1;

    return \%row;
}


# Runs statements at the same moment: all of them wait for one lock first.

sub together (@statements)
{
    my @command = (Test::Registration::Servers::as_user('postgres'),
        Test::Registration::Servers::pg_bin() . '/psql', '-XqAt', '-h',
        socket_directory(), '-d', 'registration');

    my $gate = 'pg_advisory_xact_lock';
    open my $keeper, '|-', @command, '-o', '/dev/null' or die "psql: $!";
    $keeper->autoflush(1);
    print $keeper "BEGIN; SELECT $gate(1);\n";
    Test::Registration::Servers::wait_for(sub { waiting('granted') == 1 });

    my @runs = map {
        open my $run, '-|', @command, '-c',
            "DO 'BEGIN PERFORM ${gate}_shared(1); END'", '-c', $_, '-c', ''
            or die "psql: $!";
        $run;
    } @statements;

    Test::Registration::Servers::wait_for(
        sub { waiting('NOT granted') == @runs }) or die 'nobody waits';
    print $keeper "COMMIT;\n";

    my @answers = map { join '', readline $_ } @runs;
    close $_ for @runs, $keeper;
    chomp @answers;

    return @answers;
}


sub waiting ($how)
{
    return sql("SELECT count(*) FROM pg_locks "
               . "WHERE locktype = 'advisory' AND objid = 1 AND $how");
}


1;
