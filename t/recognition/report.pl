#!/usr/bin/perl
# How well the recogniser reads: freshly drawn specimens of each kind and
# level, what was read right beside the goals, what was vouched for and wrong,
# the warnings on faulty pictures, time and memory.
#
# usage: report.pl FIRST-SEED|new PICTURES [KIND|LEVEL|faults ...]
#
# Specimens below seed 100000 are for tuning; "new" takes seeds that nobody
# has seen.  A missed goal is no failure of the program: it says so and ends
# with 0.  The pictures that were read wrong stay in build/recognition/wrong.

use v5.36;
use utf8;

use Encode qw(decode);
use File::Copy qw(move);
use File::Path qw(make_path remove_tree);
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../bench/lib";
use List::Util qw(max min);
use POSIX qw(strftime);

use Bench::Report;
use Recognition::Faults;
use Recognition::Pictures;
use Recognition::Reader;
use Recognition::Score;

my $build     = $ENV{REG_BUILD}  // "$FindBin::Bin/../../build";
my $models    = $ENV{REG_MODELS} // "$build/recognizer/models";
my $directory = "$build/recognition";

# Milliseconds that the service waits.  A machine that is busy with other
# things needs more to show what the recogniser can read.

my $deadline = $ENV{REG_DEADLINE} // 3000;

my @kinds  = qw(id_card_portrait id_card_emblem licence passport_page
                id_card_handheld);
my @levels = qw(scan easy medium hard);

# Milliseconds of a processor, median; seconds until an answer; kB.

my %cpu_goal = (id_card_portrait => 450, id_card_emblem => 450,
                licence => 800);

use constant WALL_GOAL  => 3;
use constant PEAK_GOAL  => 500_000;
use constant IDLE_GOAL  => 150_000;
use constant IN_FLIGHT  => 2;
use constant OF_A_FAULT => 10;

# So many of each kind and level are read again with nothing beside them, for
# what they cost: two in flight may share a core's caches and units.

use constant ALONE      => 20;


sub main ($first, $n, @chosen)
{
    binmode $_, ':utf8' for *STDOUT, *STDERR;
    $| = 1;

    $first = 100_000 + int rand 2_000_000_000 if $first eq 'new';

    die "usage: report.pl FIRST-SEED|new PICTURES [KIND|LEVEL|faults ...]\n"
        if "$first $n" !~ /^\d+ [1-9]\d*$/;

    for my $word (@chosen) {
        die "$word is no kind, no level and not \"faults\"\n"
            if !grep { $_ eq $word } @kinds, @levels, 'faults';
    }

    my %chosen = map { $_ => 1 } @chosen;
    my @of     = grep { $chosen{$_} } @kinds;
    my @at     = grep { $chosen{$_} } @levels;
    my $good   = !@chosen || @of || @at;

    say "seeds $first to ", $first + $n - 1, ', as of ', today(),
        ", $deadline ms a picture, ", IN_FLIGHT, ' at a time';

    remove_tree("$directory/wrong");
    make_path("$directory/wrong");

    measure($first, $n, $good, @of ? \@of : \@kinds, @at ? \@at : \@levels,
        !@chosen || $chosen{faults});
}


# The day that the recogniser judges by is China's.

sub today () { return strftime('%Y-%m-%d', gmtime(time + 8 * 3600)) }


sub measure ($first, $n, $good, $of, $at, $faulty)
{
    my $pictures = Recognition::Pictures->new(
        drawer    => "$build/specimens/draw",
        directory => "$directory/pictures",
        today     => today());
    my ($reader, $alone) = map {
        Recognition::Reader->new(
            program  => "$directory/reader",
            models   => $models,
            threads  => $_,
            deadline => $deadline)
    } IN_FLIGHT, 1;
    my $score = Recognition::Score->new(characters());
    my (%spent, %alarms);

    for my $kind ($good ? @$of : ()) {
        for my $level (@$at) {
            my @read = $reader->read_all($pictures->draw($first, $n,
                kind => $kind, level => $level));
            my @again = $alone->read_all(
                map { {%$_} } @read[0 .. min($n, ALONE) - 1]);

            judge($score, \%alarms, $_) for @read;
            push $spent{$kind}{together}->@*, map { $_->{found} } @read;
            push $spent{$kind}{alone}->@*, map { $_->{found} } @again;
            print '.';
        }
    }

    my $faults = Recognition::Faults->new($pictures, $reader,
        characters());

    $faults->measure($first, min($n, OF_A_FAULT)) if $faulty;

    my ($idle, $peak) = $reader->finish;

    $alone->finish;

    print "\n\n";

    if ($good) {
        print_accuracy($score);
        print_vouched($score);
        print_alarms(\%alarms);
    }

    $faults->print_table if $faulty;
    print_costs(\%spent, $idle, $peak);
}


# The dictionary is a character a line.

sub characters ()
{
    open my $file, '<:utf8', "$models/ppocr_keys_v1.txt"
        or die "$models/ppocr_keys_v1.txt: $!\n";
    chomp(my @lines = readline $file);

    return join '', @lines;
}


# Counts; says what is wrong, and keeps the picture to look at.

sub judge ($score, $alarms, $truth)
{
    my @wrong = $score->add($truth);
    my ($base) = $truth->{file} =~ m{([^/]+)\.jpg$};

    $alarms->{pictures}++;
    $alarms->{code}{$_->{code}}++ for $truth->{found}{result}{warnings}->@*;

    for my $wrong (@wrong) {
        open my $list, '>>:utf8', "$directory/wrong/list.txt" or die $!;
        printf $list "%s %s%s: %s, not %s\n", $base, $wrong->{field},
            $wrong->{vouched} ? ' VOUCHED' : '', $wrong->{found} || 'nothing',
            $wrong->{wanted} || 'nothing';
    }

    @wrong ? move($truth->{file}, "$directory/wrong/$base.jpg")
           : unlink $truth->{file};
}


sub print_accuracy ($score)
{
    my (%row, @rows, $goals, $missed);

    for my $cell ($score->cells) {
        my $name = "$cell->{kind} $cell->{field}";

        push @rows, $row{$name} = { name => $name } if !$row{$name};
        $row{$name}{$cell->{level}} = $cell;
    }

    printf "%-36s%s  goal\n", 'right',
        join '', map { sprintf '%16s', $_ } @levels;

    for my $row (@rows) {
        my @cells = map { $row->{$_} } @levels;
        my ($goal) = map { $_->{goal} } grep { defined } @cells;

        printf "%-36s%s  %s\n", $row->{name},
            join('', map { share($_) } @cells),
            !defined $goal ? '' : $goal < 97 ? ">= $goal"
                           : '>= 99, hard >= 97';
    }

    for my $cell (grep { defined $_->{goal} } $score->cells) {
        $goals++;
        $missed++ if !Recognition::Score::met($cell);
    }

    printf "\n%d goals met, %d missed (!)\n\n", ($goals // 0) - ($missed // 0),
        $missed // 0;
}


sub share ($cell)
{
    return sprintf '%16s', '' if !$cell;

    return sprintf '%9s %5.1f%1s', "$cell->{right}/$cell->{all}",
        Recognition::Score::share($cell),
        Recognition::Score::met($cell) ? '' : '!';
}


sub print_vouched ($score)
{
    my (%vouched, %wrong, %all);

    for my $cell ($score->cells) {
        my $name = "$cell->{kind} " . $cell->{field} =~ s/ .*//r;

        for my $key ($name, 'all') {
            $all{$key}     += $cell->{all};
            $vouched{$key} += $cell->{vouched};
            $wrong{$key}   += $cell->{vouched_wrong};
        }
    }

    say 'vouched for, of all; of these wrong (goal <= ',
        Recognition::Score::VOUCHED_WRONG, ' %)';

    for my $key (sort { ($a eq 'all') <=> ($b eq 'all') || $a cmp $b }
                 keys %all)
    {
        printf "%-36s%7.1f %%%10s%7.2f %%%s\n", $key,
            100 * $vouched{$key} / $all{$key},
            "$wrong{$key}/$vouched{$key}",
            100 * $wrong{$key} / max(1, $vouched{$key}),
            $key ne 'all' ? ''
                : $wrong{$key} <= Recognition::Score::VOUCHED_WRONG / 100
                                  * $vouched{$key} ? '  met' : '  MISSED';
    }

    say '';
}


sub print_alarms ($alarms)
{
    say "warnings on the $alarms->{pictures} pictures without a fault";

    for my $code (sort keys $alarms->{code}->%*) {
        printf "%-36s%6d%8.1f %%\n", $code, $alarms->{code}{$code},
            100 * $alarms->{code}{$code} / $alarms->{pictures};
    }

    say '';
}


sub print_costs ($spent, $idle, $peak)
{
    my $report = Bench::Report->new;

    for my $kind (grep { $spent->{$_} } @kinds) {
        my @found = $spent->{$kind}{together}->@*;
        my @alone = map { $_->{cpu_ms} } $spent->{$kind}{alone}->@*;
        my $goal  = $cpu_goal{$kind};

        $report->sample("$kind: processor, median",
            figure => Bench::Report::median(@alone),
            unit   => 'ms', $goal ? (goal => "figure <= $goal") : ());
        $report->sample("$kind: processor, most",
            figure => max(@alone), unit => 'ms');
        $report->sample("$kind: processor, two in flight, median",
            figure => Bench::Report::median(map { $_->{cpu_ms} } @found),
            unit   => 'ms');
        $report->sample("$kind: until the answer, most",
            figure => max(map { $_->{wall_ms} } @found) / 1000, unit => 's',
            goal   => 'figure <= ' . WALL_GOAL);
        $report->sample("$kind: late",
            figure => scalar(grep { $_->{code} eq 'late' } @found),
            unit => 'of ' . @found);
    }

    $report->sample('memory with ' . IN_FLIGHT . ' in flight, most',
        figure => $peak / 1000, unit => 'MB',
        goal => 'figure <= ' . PEAK_GOAL / 1000);
    $report->sample('memory when idle', figure => $idle / 1000, unit => 'MB',
        goal => 'figure <= ' . IDLE_GOAL / 1000);

    $report->print_table;
}


main(map { decode('UTF-8', $_) } @ARGV);
