# The recogniser's engine, kept running: pictures in, what it read out.

package Recognition::Reader;

use v5.36;
use utf8;

use IPC::Open2 qw(open2);
use JSON::PP qw(decode_json);


# program: the reader; models: their directory; threads: pictures in flight;
# deadline: milliseconds a picture.

sub new ($class, %option)
{
    my $self = bless {%option}, $class;

    $self->{pid} = open2($self->{out}, $self->{in}, $self->{program},
        $self->{models}, $self->{threads}, $self->{deadline});
    $self->{in}->autoflush(1);

    return $self;
}


# Reads the pictures of some truths as what they are said to be, as many at a
# time as there are threads; adds to each what was found.

sub read_all ($self, @truths)
{
    my %truth  = map { $_->{file} => $_ } @truths;
    my @queue  = @truths;
    my $flying = 0;

    while (@queue || $flying) {
        while (@queue && $flying < $self->{threads}) {
            my $next = shift @queue;

            print { $self->{in} } "$next->{kind} $next->{file}\n";
            $flying++;
        }

        my $found = decode_json($self->line);

        $truth{$found->{file}}{found} = $found;
        $flying--;
    }

    return @truths;
}


sub line ($self)
{
    local $/ = "\n";

    return readline($self->{out})
        // die "the reader ended: its last words are above\n";
}


# Ends it; returns its memory in kB, idle and at the worst.

sub finish ($self)
{
    close $self->{in};

    my $memory = decode_json($self->line);

    waitpid $self->{pid}, 0;

    return $memory->@{qw(idle_kb peak_kb)};
}


1;
