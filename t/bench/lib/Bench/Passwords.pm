# Submissions and sign-ins, which both hash a password, beside libsodium alone.

package Bench::Passwords;

use v5.36;
use utf8;

use List::Util qw(max sum);

use Bench::Meter qw(run window);

use constant PARTS       => 3;      # of a round
use constant SECONDS     => 1.5;
use constant CONNECTIONS => 24;


sub new ($class, $servers, $tools, $people)
{
    return bless { servers => $servers, tools => $tools, people => $people },
        $class;
}


# Drafts that a round may take, PARTS times as many as a part: more than can be
# hashed, on a machine that was not at its best when this was measured, too.

sub drafts_a_round ($self)
{
    return PARTS * ($self->{drafts} //= do {
        my (undef, $rate) = split ' ', run("$self->{tools}/argon2_floor",
                                           0.5, 2);

        int max(200, 1.5 * $rate) * (SECONDS + 0.5);
    });
}


# A machine is half as fast again at times, for a few seconds: the limit is
# measured before, between and after short parts.

sub round ($self, $report)
{
    my $path  = "$self->{servers}{dir}/requests";
    my @floor = $self->floor;
    my (@submission, @sign_in);

    for (1 .. PARTS) {
        $self->{people}->write_submissions($path,
                                           $self->drafts_a_round / PARTS);
        push @submission, $self->measure($path, '/api/registrations', 201,
                                         'once');
        push @floor, $self->floor;

        $self->{people}->write_sign_ins($path);
        push @sign_in, $self->measure($path, '/api/sessions', 200, 'again');
        push @floor, $self->floor;
    }

    sample($report, 'submission', \@submission, \@floor);
    sample($report, 'sign-in', \@sign_in, \@floor);
}


# Milliseconds of a processor a hash, and hashes a second.

sub floor ($self)
{
    my ($ms, $rate) = split ' ', run("$self->{tools}/argon2_floor",
                                     SECONDS, 2);

    return { ms => $ms, rate => $rate };
}


sub sample ($report, $name, $measured, $floor)
{
    $report->sample("$name: rate", unit => '/s', goal => 'ratio >= 0.9',
        figure => mean('rate', @$measured), limit => mean('rate', @$floor));
    $report->sample("$name: CPU", unit => 'ms',
        figure => mean('cpu', @$measured) * 1e3, limit => mean('ms', @$floor));
}


sub mean ($key, @of) { sum(map { $_->{$key} } @of) / @of }


sub measure ($self, $file, $path, $status, $how)
{
    return window($self->{servers}, $path, $status,
        request => [ 'list', $file, $how ], connections => CONNECTIONS,
        seconds => SECONDS);
}


1;
