# An HTTP client that can also be awkward: it keeps cookies as a browser does,
# and writes a request whole, in pieces, chunked, in half, or over HTTP/2.

package Test::Registration::Client;

use v5.36;
use utf8;

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Time::HiRes qw(sleep time);

use constant SECONDS => 30;

our $JSON = JSON::PP->new->utf8->canonical->allow_nonref;


# from: another address of 127.0.0.0/8, for limits that go by address.

sub new ($class, %option)
{
    croak 'port is needed' if !$option{port};

    return bless {
        host    => 'localhost',
        cookies => {},
        headers => [],
        seconds => SECONDS,
        mount   => '/api',
        %option,
    }, $class;
}


# The calls of a page.  A path without "/" in front is below the mount; data
# that is a reference goes as JSON.

sub get    ($self, $path, %more) { $self->request('GET', $path, %more) }
sub delete ($self, $path, %more) { $self->request('DELETE', $path, %more) }

sub put ($self, $path, $data, %more)
{
    return $self->request('PUT', $path, data => $data, %more);
}


sub post ($self, $path, $data, %more)
{
    return $self->request('POST', $path, data => $data, %more);
}


# A picture of a kind; more: filename, and parts to put others in its place.

sub upload ($self, $kind, $picture, %more)
{
    my ($type, $body) = multipart([
        { name => 'kind', body => $kind },
        { name => 'file', body => $picture, type => 'image/jpeg',
          filename => delete $more{filename} // "$kind.jpg" },
    ]);

    return $self->request('POST', 'documents', body => $body, type => $type,
                          %more);
}


sub multipart ($parts, $boundary = '----registration-test-boundary')
{
    my $body = '';

    for my $part (@$parts) {
        my $disposition = qq(form-data; name="$part->{name}");

        $disposition .= qq(; filename="$part->{filename}")
            if defined $part->{filename};
        $disposition = $part->{disposition} if $part->{disposition};

        $body .= "--$boundary\r\nContent-Disposition: $disposition\r\n";
        $body .= "Content-Type: $part->{type}\r\n" if $part->{type};
        $body .= "\r\n";

        utf8::encode($body) if utf8::is_utf8($body);
        $body .= "$part->{body}\r\n";
    }

    return ("multipart/form-data; boundary=$boundary",
            "$body--$boundary--\r\n");
}


sub request ($self, $method, $path, %more)
{
    return $self->curl($method, $path, %more) if delete $more{http2};
    return $self->begin($method, $path, %more)->finish;
}


# Sends a request and gives the exchange, for its answer to be taken later.
# how: "whole" (default), "bytes" (one a write), "chunked", "half" (only a
# part of the body is sent), or a number of bytes a write.

sub begin ($self, $method, $path, %more)
{
    my ($head, $body) = $self->compose($method, $path, \%more);
    my $socket = $more{socket} // $self->connect;
    my $how    = $more{how} // 'whole';

    my $exchange = bless {
        client => $self,
        socket => $socket,
        method => $method,
        path   => $path =~ m{^/} ? $path : "$self->{mount}/$path",
        buffer => '',
        seconds => $more{seconds} // $self->{seconds},
    }, 'Test::Registration::Exchange';

    my @pieces
        = $how eq 'whole'   ? ($head . $body)
        : $how eq 'half'    ? ($head . substr $body, 0, length($body) / 2)
        : $how eq 'bytes'   ? split(//, $head . $body)
        : $how eq 'chunked' ? ($head, chunks($body))
        :                     unpack "(a$how)*", $head . $body;

    $exchange->send(@pieces);

    return $exchange;
}


sub compose ($self, $method, $path, $more)
{
    my $body = $more->{body};
    my $type = $more->{type};

    if (exists $more->{data}) {
        $body = ref $more->{data} ? $JSON->encode($more->{data})
                                  : $more->{data};
        $type //= 'application/json';
    }

    $path = "$self->{mount}/$path" if $path !~ m{^/};

    my @headers = ("Host: $self->{host}", "User-Agent: test");

    push @headers, 'Connection: close' if !$more->{keepalive};
    push @headers, "Content-Type: $type" if defined $type && $type ne '';
    push @headers, 'Cookie: ' . $self->cookies if $self->cookies;

    if (($more->{how} // '') eq 'chunked') {
        push @headers, 'Transfer-Encoding: chunked';

    } elsif (defined $body) {
        push @headers, 'Content-Length: '
            . ($more->{length} // length $body);
    }

    push @headers, $self->{headers}->@*, ($more->{headers} // [])->@*;

    my $head = join("\r\n", "$method $path HTTP/1.1", @headers) . "\r\n\r\n";

    utf8::encode($head) if utf8::is_utf8($head);

    return ($head, $body // '');
}


# Of odd sizes, so that delimiters are cut everywhere.

sub chunks ($body)
{
    my @pieces;
    my ($at, $size) = (0, 1);

    while ($at < length $body) {
        my $piece = substr $body, $at, $size;

        push @pieces, sprintf("%x\r\n%s\r\n", length $piece, $piece);
        $at += $size;
        $size = $size > 20_000 ? 7 : $size * 3 + 1;
    }

    return (@pieces, "0\r\n\r\n");
}


sub connect ($self)
{
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $self->{port},
        LocalAddr => $self->{from} // '127.0.0.1',
        Timeout => 5)
        // croak "connect to port $self->{port}: $@";

    $socket->sockopt(Socket::SO_KEEPALIVE(), 1);
    setsockopt $socket, Socket::IPPROTO_TCP(), Socket::TCP_NODELAY(), 1;

    return $socket;
}


sub cookies ($self)
{
    return join '; ', map { "$_=$self->{cookies}{$_}" }
        sort keys $self->{cookies}->%*;
}


sub take ($self, $method, $path, $answer)
{
    $self->keep_cookies($answer);
    $self->{observe}->($method, $path, $answer) if $self->{observe};
}


sub keep_cookies ($self, $answer)
{
    for my $line ($answer->headers('Set-Cookie')) {
        my ($name, $value) = $line =~ /^([^=]+)=([^;]*)/ or next;

        if ($value eq '' || $line =~ /;\s*Max-Age=0\b/i) {
            delete $self->{cookies}{$name};

        } else {
            $self->{cookies}{$name} = $value;
            $self->{seen}{$value}   = $name;
        }
    }
}


# HTTP/2 with prior knowledge, by curl.

sub curl ($self, $method, $path, %more)
{
    my ($head, $body) = $self->compose($method, $path, \%more);
    my (undef, @headers) = split /\r\n/, $head;
    my $dir = $self->{dir} // croak 'dir is needed for curl';
    my $in  = "$dir/curl-body-$$";
    my $out = "$dir/curl-out-$$";

    open my $file, '>:raw', $in or croak "$in: $!";
    print $file $body;
    close $file;

    $path = "$self->{mount}/$path" if $path !~ m{^/};

    my @command = ('curl', '-s', '-i', '--http2-prior-knowledge',
        '--max-time', $self->{seconds}, '-X', $method, '-o', $out,
        map { ('-H', $_) } grep { !/^(?:Host|Connection|Content-Length)/i }
            @headers);

    push @command, '--data-binary', "\@$in" if $head =~ /Content-Length/;

    # When nginx answers before it has read a body, it resets the stream with
    # NO_ERROR (RFC 9113, 8.1), which curl 7.88 may take for a failure.

    for (1 .. 10) {
        system @command, "http://127.0.0.1:$self->{http2_port}$path";
        last if $? >> 8 != 92;
    }

    open $file, '<:raw', $out or croak "curl wrote nothing: $?";
    local $/;

    my $answer = Test::Registration::Answer->parse(scalar <$file>,
                                                   $method);
    unlink $in, $out;
    $self->take($method, $path, $answer);

    return $answer;
}


package Test::Registration::Exchange {

    use Time::HiRes qw(time);

    # A server that rejects early may close: that is no failure here.

    sub send ($self, @pieces)
    {
        local $SIG{PIPE} = 'IGNORE';

        for my $piece (@pieces) {
            my $at = 0;

            while ($at < length $piece) {
                my $n = syswrite $self->{socket}, $piece,
                    length($piece) - $at, $at;

                return $self if !defined $n;
                $at += $n;
            }
        }

        return $self;
    }


    # Takes the answer; undef when the connection ends without one.

    sub finish ($self)
    {
        my $end = time + $self->{seconds};
        my $answer;

        until ($answer = $self->answer) {
            if (!$self->fill($end - time)) {
                $answer = $self->answer(1);
                last;
            }
        }

        $self->{client}->take($self->{method}, $self->{path}, $answer)
            if $answer;

        return $answer;
    }


    sub fill ($self, $seconds)
    {
        return 0 if $seconds <= 0
            || !IO::Select->new($self->{socket})->can_read($seconds);

        my $n = sysread $self->{socket}, $self->{buffer}, 65536,
            length $self->{buffer};

        return $n;
    }


    # Whole answers only, unless the connection has ended.

    sub answer ($self, $ended = 0)
    {
        return if $self->{buffer} !~ /\r\n\r\n/;

        $self->{buffer} =~ s{^HTTP/1.1 100 .*?\r\n\r\n}{}s;
        return if $self->{buffer} !~ /\r\n\r\n/;

        return Test::Registration::Answer->parse($self->{buffer},
                                                 $self->{method}, $ended);
    }


    # Whether the server has closed: 1, or 0 when it did not within seconds.

    sub closed ($self, $seconds = 3)
    {
        my $end = time + $seconds;

        while (IO::Select->new($self->{socket})->can_read($end - time)) {
            return 1 if !sysread $self->{socket}, my $more, 65536;
            return 0 if time > $end;
        }

        return 0;
    }


    sub abort ($self)
    {
        # RST instead of FIN: what a lost phone connection looks like

        setsockopt $self->{socket}, Socket::SOL_SOCKET(),
            Socket::SO_LINGER(), pack 'II', 1, 0;
        close $self->{socket};
    }
}


package Test::Registration::Answer {

    sub parse ($class, $text, $method, $ended = 1)
    {
        my ($head, $body) = split /\r\n\r\n/, $text, 2;
        my ($line, @lines) = split /\r\n/, $head;
        my ($status, $reason)
            = $line =~ m{^HTTP/[\d.]+ (\d+)(?: (.*))?}
            or Carp::croak("no HTTP answer: $line");

        my $self = bless {
            status  => $status,
            headers => [ map { [ /^([^:]+):\s*(.*?)\s*$/ ] } @lines ],
            body    => $body,
        }, $class;

        my $whole = $self->complete($method);

        return $whole || $ended ? $self : undef;
    }


    sub complete ($self, $method)
    {
        return 1 if $method eq 'HEAD' || $self->{status} =~ /^(?:204|304)$/;

        if (($self->header('Transfer-Encoding') // '') =~ /chunked/i) {
            return $self->join_chunks;
        }

        my $length = $self->header('Content-Length') // return 0;

        return length $self->{body} >= $length;
    }


    sub join_chunks ($self)
    {
        my ($in, $out) = ($self->{body}, '');

        while ($in =~ s/^([0-9a-f]+)[^\r\n]*\r\n//i) {
            my $size = hex $1;

            if ($size == 0) {
                $self->{body} = $out;
                return 1;
            }

            return 0 if length $in < $size + 2;
            $out .= substr $in, 0, $size;
            substr $in, 0, $size + 2, '';
        }

        return 0;
    }


    sub status ($self) { $self->{status} }
    sub body   ($self) { $self->{body} // '' }

    sub text ($self)
    {
        my $text = $self->body;
        utf8::decode($text);
        return $text;
    }


    sub headers ($self, $name)
    {
        return map { $_->[1] } grep { lc $_->[0] eq lc $name }
            $self->{headers}->@*;
    }


    sub header ($self, $name) { ($self->headers($name))[0] }


    # Decoded once; undef when the body is not JSON.

    sub json ($self)
    {
        $self->{json} //= eval {
            $Test::Registration::Client::JSON->decode($self->body);
        };
        return $self->{json};
    }


    # "field code" of a problem, sorted as text: one line to compare.

    sub errors ($self)
    {
        my $json = $self->json // {};
        return '' if ref $json ne 'HASH';

        return join ', ', sort map { "$_->{field} $_->{code}" }
            ($json->{errors} // [])->@*;
    }
}


1;
