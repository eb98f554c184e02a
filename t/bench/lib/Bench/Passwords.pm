# Submissions and sign-ins, which both hash a password, beside libsodium alone.

package Bench::Passwords;

use v5.36;
use utf8;

use List::Util qw(max);

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


sub round ($self, $report)
{
    my $path = "$self->{servers}{dir}/requests";
    my ($ms, $rate) = split ' ', run("$self->{tools}/argon2_floor",
                                     SECONDS, 2);

    $self->{people}->write_submissions($path, $self->drafts_a_round);
    my $submission = $self->measure($path, '/api/registrations', 201, 'once');

    $self->{people}->write_sign_ins($path);
    my $sign_in = $self->measure($path, '/api/sessions', 200, 'again');

    $report->sample('submission: rate', unit => '/s', goal => 'ratio >= 0.9',
        figure => $submission->{rate}, limit => $rate);
    $report->sample('submission: CPU', unit => 'ms',
        figure => $submission->{cpu} * 1e3, limit => $ms);
    $report->sample('sign-in: rate', unit => '/s', goal => 'ratio >= 0.9',
        figure => $sign_in->{rate}, limit => $rate);
    $report->sample('sign-in: CPU', unit => 'ms',
        figure => $sign_in->{cpu} * 1e3, limit => $ms);
}


sub measure ($self, $file, $path, $status, $how)
{
    return window($self->{servers}, $path, $status,
        request => [ 'list', $file, $how ], connections => CONNECTIONS,
        seconds => SECONDS);
}


1;
