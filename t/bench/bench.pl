#!/usr/bin/perl
# The benchmark: the module's calls beside the limits of nginx, libjpeg-turbo,
# libsodium, Redis and PostgreSQL on the same machine, in turn, in one run.
#
# usage: bench.pl [ROUNDS [GROUP ...]]
#
# A missed goal is no failure of the program: it says so and ends with 0.

use v5.36;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../lib";

BEGIN {
    my $build = $ENV{REG_BUILD} // "$FindBin::Bin/../../build";

    $0 = 'servers';                     # the name of the servers' directory
    $ENV{REG_BUILD} = $build;
    $ENV{REG_TEST} = "$build/bench";
}

use Bench::Meter;
use Bench::Passwords;
use Bench::People;
use Bench::Recognition;
use Bench::Report;
use Bench::Requests;
use Bench::Servers;
use Bench::Statements;
use Bench::Uploads;
use Test::Registration::Servers;

use constant ACCOUNTS => 200;

my @groups = qw(uploads memory codes sessions passwords latency statements);
my @apart  = qw(recognition);   # long, and in need of the recogniser's parts
my %once   = (memory => 1);
my $servers;                    # until the very end: its files go with it


sub main (@arguments)
{
    my $rounds = shift @arguments || 3;
    my @chosen = @arguments ? @arguments : @groups;

    for my $name (@chosen) {
        die "no group $name: there are @groups @apart\n"
            if !grep { $_ eq $name } @groups, @apart;
    }

    die "rounds: a number of at least 1\n" if $rounds !~ /^[1-9]\d*$/;

    binmode $_, ':utf8' for *STDOUT, *STDERR;
    $| = 1;

    machine();
    measure($rounds, @chosen);
}


sub measure ($rounds, @chosen)
{
    my $report = Bench::Report->new;
    my $began  = time;

    $servers = Bench::Servers->start;

    say 'preparing accounts, drafts and pictures';

    my %run = groups($rounds, @chosen);

    for my $round (1 .. $rounds) {
        for my $name (@chosen) {
            next if $once{$name} && $round < $rounds;

            say "round $round of $rounds: $name";
            $run{$name}->($report);
        }
    }

    say '';
    $report->print_table;
    say 'load average ', load_average(), ' at the end, ', time - $began,
        ' seconds';
}


# What each group runs; prepares what the chosen ones need.

sub groups ($rounds, @chosen)
{
    my %chosen    = map { $_ => 1 } @chosen;
    my $tools     = "$Test::Registration::Servers::BUILD/bench";
    my $people    = Bench::People->new($servers);
    my $passwords = Bench::Passwords->new($servers, $tools, $people);
    my $drafts    = $chosen{passwords}
        ? $rounds * $passwords->drafts_a_round : 0;

    $people->prepare(ACCOUNTS, $drafts)
        if $chosen{passwords} || $chosen{sessions} || $chosen{latency}
            || $chosen{recognition};

    $servers->prepared;

    my $uploads = $chosen{uploads} || $chosen{memory} || $chosen{latency}
        ? Bench::Uploads->new($servers, $tools) : undef;
    my $requests   = Bench::Requests->new($servers, $people, $uploads);
    my $statements = Bench::Statements->new($servers);
    my $recognition = $chosen{recognition}
        ? Bench::Recognition->new($servers, $people, $tools) : undef;

    return (
        uploads    => sub ($report) { $uploads->round($report) },
        memory     => sub ($report) { $uploads->memory_round($report) },
        codes      => sub ($report) { $requests->codes($report) },
        sessions   => sub ($report) { $requests->sessions($report) },
        passwords  => sub ($report) { $passwords->round($report) },
        latency    => sub ($report) { $requests->latency($report) },
        statements => sub ($report) { $statements->round($report) },
        recognition => sub ($report) { $recognition->round($report) },
    );
}


sub machine
{
    my ($cpu) = Test::Registration::Servers::slurp('/proc/cpuinfo')
        =~ /^model name\s*:\s*(.*)/m;
    my $nginx = Test::Registration::Servers::nginx_binary();
    my ($version) = Test::Registration::Servers::run($nginx, '-v')
        =~ m{nginx/(\S+)};
    my $kernel = (POSIX::uname())[2];
    my $postgres = Test::Registration::Servers::run(
        Test::Registration::Servers::pg_bin() . '/postgres', '--version')
        =~ s/\s+$//r;
    my ($redis) = Test::Registration::Servers::run('redis-server',
                                                   '--version')
        =~ /v=(\S+)/;

    say "nginx $version, $postgres, Redis $redis, Linux $kernel, ",
        scalar(() = glob '/sys/devices/system/cpu/cpu[0-9]*'),
        ' cores', $cpu ? " ($cpu)" : '', ', TCP by ', congestion(),
        ', load average ', load_average();
}


sub congestion
{
    return Test::Registration::Servers::slurp(
        '/proc/sys/net/ipv4/tcp_congestion_control') =~ s/\s+$//r;
}


sub load_average
{
    return (split ' ', Test::Registration::Servers::slurp('/proc/loadavg'))[0];
}


main(@ARGV);
