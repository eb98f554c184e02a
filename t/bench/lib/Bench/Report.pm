# The table of figures beside their limits and goals.

package Bench::Report;

use v5.36;

use List::Util qw(max);

sub new ($class) { bless { rows => [], row => {} }, $class }


# One round's sample.  goal: "ratio <= 1.25" or "figure <= 18"; rows without
# one are there for comparison.  Rows stand in the order of their first sample.

sub sample ($self, $name, %sample)
{
    my $row = $self->{row}{$name} //= do {
        push $self->{rows}->@*, my $new = { name => $name, %sample,
                                            figures => [], limits => [] };
        $new;
    };

    push $row->{figures}->@*, $sample{figure};
    push $row->{limits}->@*, $sample{limit} if defined $sample{limit};
}


sub median (@values)
{
    my @sorted = sort { $a <=> $b } @values;
    my $half   = int(@sorted / 2);

    return @sorted % 2 ? $sorted[$half]
                       : ($sorted[$half - 1] + $sorted[$half]) / 2;
}


# The ratio is the median of the rounds' own ratios: what slows the whole
# machine for a moment slows both sides of a round.

sub judge ($row)
{
    my @figures = $row->{figures}->@*;
    my @limits  = $row->{limits}->@*;

    $row->{figure} = median(@figures);

    if (@limits) {
        $row->{limit} = median(@limits);
        $row->{ratio} = median(map { $figures[$_] / $limits[$_] }
                               0 .. $#limits);
    }

    return if !$row->{goal};

    my ($what, $than, $value) = split ' ', $row->{goal};

    $row->{met} = $than eq '<=' ? $row->{$what} <= $value
                                : $row->{$what} >= $value;
}


sub show ($number, $unit)
{
    return '' if !defined $number;

    my $digits = abs $number >= 100 ? 0 : abs $number >= 10 ? 1 : 2;

    return sprintf '%.*f %s', $digits, $number, $unit;
}


sub print_table ($self)
{
    my @lines = ([ 'figure', 'measured', 'limit', 'ratio', 'goal', '' ]);

    for my $row ($self->{rows}->@*) {
        judge($row);

        my ($what, $than, $value) = split ' ', $row->{goal} // '';

        push @lines, [
            $row->{name},
            show($row->{figure}, $row->{unit}),
            show($row->{limit}, $row->{unit}),
            defined $row->{ratio} ? sprintf('%.2f', $row->{ratio}) : '',
            !$row->{goal} ? '' : $what eq 'ratio' ? "$than $value"
                : "$than $value $row->{unit}",
            !$row->{goal} ? '' : $row->{met} ? 'met' : 'MISSED',
        ];
    }

    my @width = map { my $i = $_; max map { length $_->[$i] } @lines } 0 .. 5;

    for my $line (@lines) {
        my $text = join '  ', map {
            sprintf $_ =~ /[123]/ ? '%*s' : '%-*s', $width[$_], $line->[$_]
        } 0 .. 5;

        say $text =~ s/\s+$//r;
    }

    my @goals  = grep { $_->{goal} } $self->{rows}->@*;
    my $missed = grep { !$_->{met} } @goals;

    say '';
    say scalar(@goals) - $missed, ' goals met, ', $missed, ' missed';
}


1;
