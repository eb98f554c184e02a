# Submissions and sign-ins, which both hash a password, beside libsodium alone.

package Bench::Passwords;

use v5.36;
use utf8;

use List::Util qw(max sum);

use Bench::Meter qw(run window);

use constant SECONDS     => 2.5;
use constant CONNECTIONS => 24;


sub new ($class, $servers, $tools, $people)
{
    return bless { servers => $servers, tools => $tools, people => $people },
        $class;
}


# Drafts that a round may take: more than can be hashed, on a machine that was
# not at its best when this was measured, too.

sub drafts_a_round ($self)
{
    return $self->{drafts} //= do {
        my (undef, $rate) = split ' ', run("$self->{tools}/argon2_floor",
                                           0.5, 2);

        int max(200, 1.5 * $rate) * (SECONDS + 1);
    };
}


# The limit is measured before and after: a machine is faster at times.

sub round ($self, $report)
{
    my $path   = "$self->{servers}{dir}/requests";
    my $before = $self->floor;

    $self->{people}->write_submissions($path, $self->drafts_a_round);
    my $submission = $self->measure($path, '/api/registrations', 201, 'once');
    my $between    = $self->floor;

    $self->{people}->write_sign_ins($path);
    my $sign_in = $self->measure($path, '/api/sessions', 200, 'again');
    my $after   = $self->floor;

    sample($report, 'submission', $submission, $before, $between);
    sample($report, 'sign-in', $sign_in, $between, $after);
}


# Milliseconds of a processor a hash, and hashes a second.

sub floor ($self)
{
    my ($ms, $rate) = split ' ', run("$self->{tools}/argon2_floor",
                                     SECONDS, 2);

    return { ms => $ms, rate => $rate };
}


sub sample ($report, $name, $measured, @floors)
{
    my ($rate, $ms) = map { my $key = $_;
                            sum(map { $_->{$key} } @floors) / @floors }
                      qw(rate ms);

    $report->sample("$name: rate", unit => '/s', goal => 'ratio >= 0.9',
        figure => $measured->{rate}, limit => $rate);
    $report->sample("$name: CPU", unit => 'ms',
        figure => $measured->{cpu} * 1e3, limit => $ms);
}


sub measure ($self, $file, $path, $status, $how)
{
    return window($self->{servers}, $path, $status,
        request => [ 'list', $file, $how ], connections => CONNECTIONS,
        seconds => SECONDS);
}


1;
