# Code requests and session look-ups beside "return 200"; a session's waiting
# time while pictures are being verified.

package Bench::Requests;

use v5.36;
use utf8;

use Carp qw(croak);

use Bench::Meter ();
use Test::Registration::Client;

use constant PARTS => 3;    # of a round: a machine changes its speed


sub new ($class, $servers, $people, $uploads = undef)
{
    return bless { servers => $servers, people => $people,
                   uploads => $uploads }, $class;
}


# Another address each time, no cookie: a draft is begun for each.

sub codes ($self, $report)
{
    for (1 .. PARTS) {
        my $count = [ 'count', 'POST', 'r' . ++$self->{parts},
                      'Content-Type: application/json' ];

        $self->{servers}->with_empty_redis(sub {
            $self->compare($report, 'code request', '/limit/code',
                           '/api/email-codes', $count, 'ratio >= 0.4',
                           'figure <= 18');
        });
    }
}


sub sessions ($self, $report)
{
    my $session = $self->session;

    for (1 .. PARTS) {
        $self->compare($report, 'session look-up', '/limit/session',
                       '/api/session', $session, 'ratio >= 0.6',
                       'figure <= 12');
    }
}


sub session ($self)
{
    my $client = $self->{people}->signed_in;

    return [ 'same', 'GET', '-', 'Cookie: ' . $client->cookies ];
}


sub compare ($self, $report, $name, $limit_path, $path, $request,
             $rate_goal, $cpu_goal)
{
    my %how = (connections => 64, seconds => 1, request => $request);

    my $limit = Bench::Meter::load($self->{servers}, $limit_path, %how);
    my $own   = Bench::Meter::load($self->{servers}, $path, %how);

    $report->sample("$name: rate", unit => '/s', goal => $rate_goal,
        figure => $own->{rate}, limit => $limit->{rate});
    $report->sample("$name: CPU", unit => 'µs', goal => $cpu_goal,
        figure => $own->{cpu} * 1e6, limit => $limit->{cpu} * 1e6);
}


# Four clients upload without pause; 32 others ask for their session about
# 1,000 times a second.  Alone, first: what is slow then is the machine.

sub latency ($self, $report)
{
    my $alone  = Bench::Meter::finish($self->begin_sessions(2));
    my $upload = $self->{uploads}->upload('1.9 MB', 4, 2.5);

    my $wrk     = $self->begin_sessions(4);
    my $both    = $self->{uploads}->upload('1.9 MB', 4, 3);
    my $session = Bench::Meter::finish($wrk);

    for ($alone, $session) {
        croak "$_->{failed} session look-ups failed" if $_->{failed};
    }

    $report->sample('session, little load: p50', unit => 'ms',
        figure => $alone->{p50});
    $report->sample('session, little load: p99', unit => 'ms',
        figure => $alone->{p99});
    $report->sample('session beside 4 uploads: p50', unit => 'ms',
        figure => $session->{p50});
    $report->sample('session beside 4 uploads: p99', unit => 'ms',
        goal => 'figure <= 3', figure => $session->{p99});
    $report->sample('4 uploads beside sessions: rate', unit => '/s',
        goal => 'ratio >= 0.8', figure => $both->{rate},
        limit => $upload->{rate});
}


sub begin_sessions ($self, $seconds)
{
    return Bench::Meter::begin($self->{servers}->url('/api/session'),
        request => $self->session, connections => 32, delay => 32,
        seconds => $seconds);
}


1;
