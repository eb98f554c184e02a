# Uploads beside what they cost at least: nginx takes the same file by DAV PUT,
# and libjpeg-turbo decodes it at scale 1/8.

package Bench::Uploads;

use v5.36;
use utf8;

use Bench::Meter qw(load memory peak run window);
use Test::Registration::Client;
use Test::Registration::Servers;


# About 1.9 and 4.3 MB, 12 million pixels, baseline.

my %drawing = (
    '1.9 MB' => [ '--size', '4000x3000', '--quality', 81 ],
    '4.3 MB' => [ '--size', '3920x2940', '--quality', 94 ],
);


sub new ($class, $servers, $tools)
{
    my $self = bless { servers => $servers, tools => $tools }, $class;

    $self->draw($_) for sort keys %drawing;

    return $self;
}


sub draw ($self, $size)
{
    my $path = "$self->{servers}{dir}/" . $size =~ tr/ /-/r;

    run("$self->{tools}/../specimens/draw", '--kind', 'id_card_handheld',
        $drawing{$size}->@*, "$path.jpg");

    my $jpeg = Test::Registration::Servers::slurp("$path.jpg");
    my ($type, $body) = Test::Registration::Client::multipart([
        { name => 'kind', body => 'id_card_handheld' },
        { name => 'file', body => $jpeg, type => 'image/jpeg',
          filename => 'photo.jpg' },
    ]);

    Test::Registration::Servers::spew("$path.body", $body);

    $self->{picture}{$size} = "$path.jpg";
    $self->{upload}{$size}
        = [ 'same', 'POST', "$path.body", "Content-Type: $type" ];
    $self->{put}{$size} = [ 'same', 'PUT', "$path.jpg" ];
}


# No cookie: each upload begins a draft of its own.

sub upload ($self, $size, $connections, $seconds = 2.5)
{
    my $result = window($self->{servers}, '/api/documents', 201,
        request => $self->{upload}{$size}, connections => $connections,
        seconds => $seconds, warm => 0.2 + $connections / 100);

    $self->{servers}->empty;

    return $result;
}


sub put ($self, $size, $connections)
{
    my $result = window($self->{servers}, '/limit/put', 201,
        request => $self->{put}{$size}, connections => $connections,
        seconds => 1.4, warm => 0.3);

    $self->{servers}->empty;

    return $result;
}


sub round ($self, $report)
{
    $self->compare($report, $_) for sort keys %drawing;
}


# The floor's rate is that of PUT and decoding one after the other, each of
# them on all cores: the client's part is in PUT's.  It has the priority of any
# program, so what else the machine does never makes the module look better.

sub compare ($self, $report, $size)
{
    my ($ms, $passes) = split ' ', run("$self->{tools}/jpeg_floor",
        $self->{picture}{$size}, 1.2, 2);

    for my $connections (8, 64) {
        my $put    = $self->put($size, $connections);
        my $upload = $self->upload($size, $connections);
        my $name   = "upload $size, $connections connections";

        $report->sample("$name: CPU", unit => 'ms',
            goal   => 'ratio <= 1.25',
            figure => $upload->{cpu} * 1e3,
            limit  => $put->{cpu} * 1e3 + $ms);
        $report->sample("$name: rate", unit => '/s',
            goal   => 'ratio >= 0.8',
            figure => $upload->{rate},
            limit  => 1 / (1 / $put->{rate} + 1 / $passes));
    }
}


# Memory: once, in workers that have just started.

sub memory_round ($self, $report)
{
    my $servers = $self->{servers};

    for my $size (sort keys %drawing) {
        my @workers = $self->fresh;
        my $idle    = memory(@workers);
        my $peak    = peak(\@workers, sub { $self->upload($size, 64, 2.5) });

        $report->sample("peak over idle, 64 uploads of $size", unit => 'MB',
            goal => 'figure <= 24', figure => $peak - $idle);
    }

    my $put    = $self->stalled('/limit/put', $self->{put}{'1.9 MB'});
    my $upload = $self->stalled('/api/documents', $self->{upload}{'1.9 MB'});

    $report->sample('memory of a stalled upload', unit => 'kB',
        goal => 'ratio <= 1.3', figure => $upload, limit => $put);
}


# Workers that have served a request, so that they are connected to Redis.

sub fresh ($self)
{
    $self->{servers}->restart;

    load($self->{servers}, '/limit/session', connections => 16, seconds => 1,
         request => [ 'same', 'GET', '-' ]);
    load($self->{servers}, '/api/form', connections => 16, seconds => 1,
         request => [ 'same', 'GET', '-' ]);

    return $self->{servers}->workers;
}


# Kilobytes of the workers for each of many clients that sent half a picture.

sub stalled ($self, $path, $request, $clients = 500)
{
    my @workers = $self->fresh;
    my $idle    = memory(@workers);
    my (undef, $method, $file, @headers) = @$request;
    my $body    = Test::Registration::Servers::slurp($file);
    my $client  = Test::Registration::Client->new(
        port => $self->{servers}{port});
    my @held;

    for (1 .. $clients) {
        push @held, $client->begin($method, $path, body => $body,
            type => '', how => 'half', headers => \@headers);
    }

    Time::HiRes::sleep(0.5);

    my $used = memory(@workers) - $idle;

    $_->abort for @held;

    return $used * 1e3 / $clients;
}


1;
