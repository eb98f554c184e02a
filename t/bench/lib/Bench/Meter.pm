# Measuring: processor time and memory of processes, load by wrk, answers
# counted in nginx's log.

package Bench::Meter;

use v5.36;

use Carp qw(croak);
use Exporter qw(import);
use POSIX ();
use Time::HiRes qw(sleep time);

use Test::Registration::Servers;

our @EXPORT_OK = qw(cpu memory peak load window run);

my $tick = POSIX::sysconf(POSIX::_SC_CLK_TCK());


sub slurp { Test::Registration::Servers::slurp(@_) }


# Seconds of user and system time, all threads together.

sub cpu (@pids)
{
    my $ticks = 0;

    for my $pid (@pids) {
        my @field = split ' ', slurp("/proc/$pid/stat") =~ s/^.*\) //sr;
        $ticks += $field[11] + $field[12];
    }

    return $ticks / $tick;
}


# Megabytes; a page that two workers share counts half for each (PSS).

sub memory (@pids)
{
    my $kb = 0;

    for my $pid (@pids) {
        my ($pss) = slurp("/proc/$pid/smaps_rollup") =~ /^Pss:\s+(\d+) kB/m
            or croak "no smaps_rollup of process $pid";
        $kb += $pss;
    }

    return $kb * 1024 / 1e6;
}


# The most memory while some code runs, looked at every few milliseconds.

sub peak ($pids, $code)
{
    pipe my $out, my $in or croak "pipe: $!";
    my $parent = $$;
    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        my ($most, $go) = (0, 1);

        local $SIG{USR1} = sub { $go = 0 };

        while ($go && getppid == $parent) {
            my $now = eval { memory(@$pids) } // 0;
            $most = $now if $now > $most;
            sleep 0.004;
        }

        syswrite $in, "$most\n";
        POSIX::_exit(0);
    }

    close $in;
    $code->();
    kill 'USR1', $pid;

    my $most = <$out>;
    waitpid $pid, 0;

    return $most + 0;
}


# wrk in the background.  Options: connections, seconds, delay, and request:
# the arguments of load.lua.

sub begin ($url, %option)
{
    my $script = "$Test::Registration::Servers::ROOT/t/bench/load.lua";
    my $connections = $option{connections};
    my @command = ('wrk', '-t', $connections < 2 ? 1 : 2, '-c', $connections,
        '-d', POSIX::ceil($option{seconds}) . 's', '--timeout', '30s',
        '-s', $script, $url, '--', $option{request}->@*);

    my $pid = open(my $out, '-|') // croak "fork: $!";

    if ($pid == 0) {
        $ENV{MODE}  = $option{request}[0];
        $ENV{DELAY} = $option{delay} if $option{delay};
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }

    return { out => $out, pid => $pid, command => "@command[0 .. 10]" };
}


sub finish ($wrk)
{
    local $/;
    my $text = readline $wrk->{out};

    close $wrk->{out};

    my ($requests, $us, $failed, $p50, $p99)
        = $text =~ /^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$/m
        or croak "$wrk->{command}: $text";

    return {
        requests => $requests,
        failed   => $failed,
        rate     => $requests / ($us / 1e6),
        p50      => $p50 / 1e3,
        p99      => $p99 / 1e3,
    };
}


# A whole run for answers that take microseconds: rate, and processor time
# of nginx for each.

sub load ($servers, $path, %option)
{
    my @workers = $servers->workers;
    my $before  = cpu(@workers);
    my $result  = finish(begin($servers->url($path), %option));

    croak "$path: $result->{failed} of $result->{requests} requests failed"
        if $result->{failed} > $result->{requests} / 1000;

    $result->{cpu} = (cpu(@workers) - $before) / $result->{requests};

    return $result;
}


# For answers that take milliseconds: a window in the middle of a run, so that
# neither the first nor the unfinished requests matter.  Counts the answers of
# that status in nginx's log.

sub window ($servers, $path, $status, %option)
{
    my @workers = $servers->workers;
    my $log     = "$servers->{dir}/access.log";
    my $warm    = $option{warm} // 0.5;
    my $wrk     = begin($servers->url($path), %option,
                        seconds => $option{seconds} + $warm);

    sleep $warm;

    my ($at, $cpu, $from) = (-s $log, cpu(@workers), time);

    sleep $option{seconds} - 0.1;

    my ($used, $took) = (cpu(@workers) - $cpu, time - $from);
    my $count = count($log, $at, $path, $status);
    my $result = finish($wrk);

    croak "$path: no answer $status; see $log and error.log" if !$count;

    return {
        %$result,
        count => $count,
        rate  => $count / $took,
        cpu   => $used / $count,
    };
}


sub count ($log, $at, $path, $status)
{
    open my $file, '<', $log or croak "$log: $!";
    seek $file, $at, 0;

    my ($count, %other) = (0);

    while (<$file>) {
        my ($method, $uri, $got) = split;
        $uri eq $path or next;
        $got == $status ? $count++ : $other{$got}++;
    }

    warn "$path: also ", join(', ', map { "$other{$_} times $_" }
                              sort keys %other), "\n" if %other;

    return $count;
}


sub run (@command)
{
    return Test::Registration::Servers::run(@command);
}


1;
