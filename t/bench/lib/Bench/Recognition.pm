# What a recogniser that is killed, hung, overrun, fed with rubbish or not there
# does to everybody else: a session's waiting time, and uploads that succeed,
# beside the same load without any recogniser.

package Bench::Recognition;

use v5.36;
use utf8;

use Carp qw(croak);
use File::Path qw(remove_tree);
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep);

use Bench::Meter;
use Bench::Report;
use Test::Registration::Client;
use Test::Registration::Servers;

# A machine that others share stands still now and then: the median of some
# short windows knows nothing of it.

use constant WINDOWS => 4;      # of a second each

# What two threads can read, and several times as much: uploads a second.

use constant { FEW => 1, MANY => 8 };


# Of the service's own sizes; 39.97 million pixels are the most it takes.

my %drawing = (
    photo => [ '--size', '4000x3000', '--quality', 81 ],
    huge  => [ '--size', '7300x5475', '--quality', 60 ],
);

# Each case: its name, its load, what is done to the recogniser before and
# while it is measured.

my @cases = (
    [ 'reading',        photo => FEW ],
    [ 'a full queue',   photo => MANY ],
    [ 'kill -9',        photo => FEW, during => \&kill_again ],
    [ 'SIGSTOP',        photo => FEW, before => sub ($self) {
        $self->{servers}->pause('recognizer') } ],
    [ 'fed garbage',    photo => FEW, during => \&feed_garbage ],
    [ '40 Mpx',         huge  => FEW ],
    [ 'without models', photo => FEW, start => { missing => 1 },
      first => sub ($self) {
        remove_tree("$self->{servers}{dir}/recognizer/models") } ],
    [ 'not running',    photo => FEW, start => undef ],
);


sub new ($class, $servers, $people, $tools)
{
    my $parts  = "$Test::Registration::Servers::BUILD/recognizer";
    my $binary = "$Test::Registration::Servers::BUILD/registration-recognizer";

    croak "$binary is not built: make recognizer" if !-x $binary;

    my $self = bless { servers => $servers, people => $people,
                       binary => $binary, models => "$parts/models" }, $class;

    $self->draw($tools, $_) for sort keys %drawing;

    return $self;
}


sub draw ($self, $tools, $name)
{
    my $path = "$self->{servers}{dir}/$name";

    Bench::Meter::run("$tools/../specimens/draw", '--kind',
        'id_card_portrait', $drawing{$name}->@*, "$path.jpg");

    my ($type, $body) = Test::Registration::Client::multipart([
        { name => 'kind', body => 'id_card_portrait' },
        { name => 'file', body => Test::Registration::Servers::slurp(
            "$path.jpg"), type => 'image/jpeg', filename => 'card.jpg' },
    ]);

    Test::Registration::Servers::spew("$path.body", $body);

    $self->{request}{$name}
        = [ 'same', 'POST', "$path.body", "Content-Type: $type" ];
}


# Each beside the same without a recogniser, in the moment before: what else
# the machine does strikes both.

sub round ($self, $report)
{
    $self->compare($report, @$_) for @cases;
}


sub compare ($self, $report, $name, $picture, $rate, %how)
{
    $self->{servers}->recognize(0);

    my $limit = $self->measure($picture, $rate);

    $self->{servers}->recognize(1);

    my $figure = $self->disturbed($picture, $rate, %how);

    $report->sample("$name: session p99", unit => 'ms',
        goal => 'figure <= 3', figure => $figure->{p99},
        limit => $limit->{p99});
    $report->sample("$name: uploads that succeed", unit => '%',
        goal => 'figure >= 100', figure => $figure->{succeed},
        limit => $limit->{succeed});
}


sub disturbed ($self, $picture, $rate, %how)
{
    my $servers = $self->{servers};
    my $start   = exists $how{start} ? $how{start}
        : { models => $self->{models} };

    $how{first}->($self) if $how{first};
    $servers->start_recognizer(binary => $self->{binary}, %$start) if $start;
    $how{before}->($self) if $how{before};

    my $helper = $how{during} ? $self->beside($how{during}) : undef;
    my $figure = $self->measure($picture, $rate);

    if ($helper) {
        kill 'KILL', $helper;
        waitpid $helper, 0;
    }

    $servers->stop('recognizer') if $start;

    return $figure;
}


# 32 clients ask for their session about 1,000 times a second, while others
# upload at an even pace.

sub measure ($self, $picture, $rate)
{
    my $servers = $self->{servers};
    my $client  = $self->{client} //= $self->{people}->signed_in;

    my $uploads = Bench::Meter::begin($servers->url('/api/documents'),
        request => $self->{request}{$picture}, connections => $rate,
        delay => 1000, seconds => WINDOWS + 1);

    sleep 0.5;

    my @session = map { Bench::Meter::finish(Bench::Meter::begin(
        $servers->url('/api/session'), connections => 32, delay => 32,
        seconds => 1, request => [ 'same', 'GET', '-',
                                   'Cookie: ' . $client->cookies ]))
    } 1 .. WINDOWS;
    my $upload = Bench::Meter::finish($uploads);

    $servers->empty;

    croak 'session look-ups failed' if grep { $_->{failed} } @session;
    croak 'no upload was answered' if !$upload->{requests};

    return {
        p99     => Bench::Report::median(map { $_->{p99} } @session),
        succeed => 100 * (1 - $upload->{failed} / $upload->{requests}),
    };
}


sub beside ($self, $what)
{
    my $parent = $$;
    my $pid    = fork // croak "fork: $!";

    return $pid if $pid;

    while (getppid == $parent) {
        $what->($self);
    }

    POSIX::_exit(0);
}


# Whoever reads is killed as soon as there is one again.

sub kill_again ($self)
{
    my $child = $self->{servers}->recognizer_child;

    kill 'KILL', $child if $child && $self->{servers}->recognizer_ready;
    sleep 0.5;
}


# What is no request at all, as fast as it is taken.

sub feed_garbage ($self)
{
    my $socket = IO::Socket::UNIX->new(
        Peer => "$self->{servers}{dir}/recognizer/socket");

    if (!$socket) {
        sleep 0.01;
        return;
    }

    local $SIG{PIPE} = 'IGNORE';

    for (1 .. 50) {
        syswrite($socket, join '', map { chr int rand 256 } 1 .. 4096)
            // last;
    }
}


1;
