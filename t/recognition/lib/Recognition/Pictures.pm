# Draws the pictures of one cell (a kind at a level, or with a fault), some at
# a time, and says what is written on each.

package Recognition::Pictures;

use v5.36;
use utf8;

use File::Path qw(make_path remove_tree);
use JSON::PP qw(decode_json);

use constant PROCESSES => 2;


# drawer: the program; directory: made anew, for the pictures; today.

sub new ($class, %option)
{
    my $self = bless {%option}, $class;

    remove_tree($self->{directory});
    make_path($self->{directory});

    return $self;
}


# Returns the truths; each has its own file.  Options: kind, level, fault.

sub draw ($self, $first, $n, %option)
{
    my $name  = join '-', map { $option{$_} // () } qw(kind level fault);
    my @seeds = $first .. $first + $n - 1;
    my @running;

    for my $worker (0 .. PROCESSES - 1) {
        my @mine = grep { $_ % PROCESSES == $worker } @seeds;
        next if !@mine;

        open my $pipe, '-|', 'sh', '-c',
            'for arguments; do eval "$0 $arguments" || exit 1; done',
            $self->{drawer}, map { $self->arguments($name, $_, %option) } @mine
            or die "sh: $!\n";

        push @running, $pipe;
    }

    my @truths = map { decode_json($_) } map { readline $_ } @running;

    for my $pipe (@running) {
        close $pipe or die "$self->{drawer} failed\n";
    }

    return sort { $a->{seed} <=> $b->{seed} } @truths;
}


sub arguments ($self, $name, $seed, %option)
{
    my @words = ('--kind', $option{kind}, '--level', $option{level},
        '--seed', $seed, '--today', $self->{today});

    push @words, '--fault', $option{fault} if $option{fault};

    return join ' ', map { s/'/'\\''/gr =~ s/(.*)/'$1'/sr }
        @words, "$self->{directory}/$name-$seed.jpg";
}


1;
