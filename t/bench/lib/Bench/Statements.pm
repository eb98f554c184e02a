# A call that is one SQL statement beside pgbench with that statement, and what
# Redis and PostgreSQL do without nginx.

package Bench::Statements;

use v5.36;
use utf8;

use Carp qw(croak);

use Bench::Meter qw(load run);
use Test::Registration::Client;
use Test::Registration::Servers;

use constant CLIENTS => 16;


# Values of the right form that no account has.

my %statement = (
    availability => q{SELECT registration.username_available(:hash);},
    'sign-in'    => q{SELECT * FROM registration.sign_in(:hash, :hash);},
    document     => q{SELECT * FROM registration.document('1',}
                    . q{ 'AAAAAAAAAAAAAAAAAAAAAA');},
);


sub new ($class, $servers) { bless { servers => $servers }, $class }


sub round ($self, $report)
{
    my %rate = map { $_ => $self->pgbench($_) } keys %statement;

    my $own = load($self->{servers}, '/api/availability?username=nobody-yet',
        connections => 64, seconds => 2, request => [ 'same', 'GET', '-' ]);

    $report->sample('availability: rate, limit: pgbench', unit => '/s',
        goal => 'ratio >= 0.55', figure => $own->{rate},
        limit => $rate{availability});
    $report->sample('availability: CPU', unit => 'µs',
        figure => $own->{cpu} * 1e6);
    $report->sample("pgbench: $_", unit => '/s', figure => $rate{$_})
        for 'sign-in', 'document';

    $self->{servers}->with_empty_redis(sub { $self->redis($report) });
}


sub pgbench ($self, $name)
{
    my $file = "$self->{servers}{dir}/statement.sql";

    Test::Registration::Servers::spew($file, $statement{$name});

    my $text = run(Test::Registration::Servers::pg_bin() . '/pgbench',
        '-h', "$self->{servers}{dir}/postgres", '-U', 'registration', '-n',
        '-M', 'prepared', '-c', CLIENTS, '-j', 2, '-T', 2,
        '-D', 'hash=\\x' . '5a' x 32, '-f', $file, 'registration');

    my ($rate) = $text =~ /^tps = ([\d.]+)/m or croak "pgbench: $text";
    return $rate;
}


sub redis ($self, $report)
{
    my %rate = (
        'redis-benchmark: SET'   => $self->redis_benchmark(
            qw(SET k:__rand_int__ 1 PX 600000)),
        'redis-benchmark: GETEX' => $self->redis_benchmark(
            qw(GETEX k:__rand_int__ PX 600000)),
        map { ("redis-benchmark: a code request's $_->[0]"
                => $self->redis_benchmark(@$_)) } $self->code_commands,
    );

    $report->sample($_, unit => '/s', figure => $rate{$_})
        for sort keys %rate;
}


sub redis_benchmark ($self, @command)
{
    my $text = run('redis-benchmark', '-s',
        "$self->{servers}{dir}/redis/socket", '-c', 64, '-n', 100_000,
        '-r', 1_000_000_000, '--csv', @command);

    my ($rate) = $text =~ /^".*?","([\d.]+)"/m
        or croak "redis-benchmark: $text";
    return $rate;
}


# The commands of a code request as the module sends them, seen by MONITOR;
# for another address each time.

sub code_commands ($self)
{
    return $self->{commands}->@* if $self->{commands};

    my @monitor = ('redis-cli', '-s', "$self->{servers}{dir}/redis/socket",
                   'MONITOR');
    my $pid = open(my $seen, '-|', @monitor) // croak "redis-cli: $!";
    my $client = Test::Registration::Client->new(
        port => $self->{servers}{port});

    local $SIG{ALRM} = sub { croak 'a code request sends other commands' };
    alarm 10;

    readline $seen;                                     # "OK"

    my $answer = $client->post('email-codes', { purpose => 'registration',
        email => 'monitor@bench.example' });

    croak 'code request: ' . $answer->text if $answer->status != 202;

    my %command;

    until ($command{HINCRBY} && $command{SET}) {
        my @words = readline($seen) =~ /"((?:[^"\\]|\\.)*)"/g;

        $command{$words[0]} = \@words;
    }

    alarm 0;
    kill 'TERM', $pid;
    close $seen;

    $command{SET}[1] = 'mailbox:__rand_int__';
    $self->{commands} = [ @command{qw(HINCRBY SET)} ];

    return $self->{commands}->@*;
}


1;
