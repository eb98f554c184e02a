# What mail servers may answer, by RFC 5321 and against it: each mail is
# sent once, refused, or tried again later; no answer stops the worker.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Checks;
use Test::Registration::Servers;

start(without => [ qw(postgres inbox) ], workers => 1);

use constant FAST => 0.9;               # others' most: less than a try's timeout

my $dir = servers()->{dir};
my $n   = 0;

# Ports and records are each server's own: mail that waits for one must not
# come to the next.

sub script (@how)
{
    my $port = Test::Registration::Servers::free_port();

    servers()->stop('script') if servers()->{pid}{script};
    servers()->spawn('script', '/usr/bin/python3',
        "$Test::Registration::Servers::ROOT/t/lib/smtp_script.py",
        '--port', $port, '--record', "$dir/record." . ++$n,
        map { ref ? ('--answer', @$_) : $_ } @how);
    wait_for(sub { Test::Registration::Servers::listens($port) });

    servers()->reload(directives => {
        smtp => "127.0.0.1:$port timeout=1s connections=1" });
}


sub record { Test::Registration::Servers::slurp("$dir/record.$n") }


# What the worker that serves now has logged about mail, in a few words.

sub outcomes
{
    my ($pid) = servers()->workers;
    my $log   = Test::Registration::Servers::slurp("$dir/error.log");
    my @words;

    for (split /\n/, $log) {
        next if !/ $pid#/;
        push @words, "sent $1"    if /mail was sent \((\d+)\)/;
        push @words, "refused $1" if /mail was refused .*\((\d+)\)/;
        push @words, "later $1"   if /not taken .*\(reply (\d+),/;
        push @words, 'down'       if /server is not available/;
    }

    return @words;
}


# Two mails, one after the other; what becomes of them, and of others' time.

sub case ($name, $expected, @how)
{
    script(@how);

    for (1 .. 2) {
        status_is(client()->post('email-codes', {
            email => person()->{email}, purpose => 'registration' }), 202,
            $name);
    }

    my @expected = split /, /, $expected;
    my $slowest  = 0;
    my @got;

    wait_for(sub {
        my $took = elapsed(sub { client()->get('form') });

        $slowest = $took if $took > $slowest;
        @got = outcomes();
        @got >= @expected;
    }, 5);

    splice @got, @expected if @got > @expected;
    is(join(', ', @got), $expected, "$name: what is logged");
    cmp_ok($slowest, '<', FAST, "$name: others do not wait");
    cmp_ok(scalar(() = record() =~ /^EHLO /gm), '<=', 4,
           "$name: few connections");
}


# As the standard has it

case('answers of several lines', 'sent 250, sent 250',
     [ MAIL => '250-one\r\n250-two\r\n250 three\r\n' ],
     [ RCPT => '250-one\r\n250 two\r\n' ],
     [ TEXT => '250-a\r\n250 b\r\n' ]);

my @commands = map { /^(MAIL|RCPT|DATA|EHLO|--)/ } split /\n/, record();
my ($text)   = record() =~ /^DATA\r\n(.*?)^\.\r\n/ms;

# the first connection is the one that waited for the server

is("@commands[1 .. $#commands]", '-- EHLO' . ' MAIL RCPT DATA' x 2,
   'both on one connection, nothing said twice');
unlike($text, qr/^\./m, 'no line of the text begins with a dot');
like(record(), qr/^MAIL FROM:<noreply\@registration\.example>\r$/m,
     'the sender, bare');

case('answers byte by byte', 'sent 250, sent 250', '--drip');
case('a sender refused for now', 'later 451, later 451',
     [ MAIL => '451 not now\r\n' ]);

# what is wrong then is wrong for every mail, and an administrator mends it

case('a sender refused for good', 'later 553, later 553',
     [ MAIL => '553 not yours\r\n' ]);

# its words, which name somebody, are not for the log

Test::Registration::Checks::secret('somebody@applicant.example');

case('a recipient refused for good', 'refused 550, refused 550',
     [ RCPT => '550 no <somebody@applicant.example>\r\n' ]);
case('a greeting that names somebody', 'down',
     [ GREETING => '554 not you, somebody@applicant.example\r\n' ]);
case('a text refused for good', 'refused 552, refused 552',
     [ TEXT => '552 too big\r\n' ]);
case('a text refused for now', 'later 452, later 452',
     [ TEXT => '452 no space\r\n' ]);
case('a server that goes away', 'later 421, later 421',
     [ TEXT => '421 bye\r\n' ]);
case('a server that is closed', 'down', [ GREETING => '421 closed\r\n' ]);
case('a server that takes no mail', 'down', [ GREETING => '554 no mail\r\n' ]);


# Against it

case('line feeds only', 'sent 250, sent 250', [ MAIL => '250 fine\n' ]);
case('hanging up after MAIL', 'later 0, later 0', [ MAIL => 'hangup' ]);
case('hanging up after a mail, unseen', 'sent 250, sent 250',
     [ MAIL => '250 OK\r\n then hangup' ]);
case('hanging up after the text', 'later 0, later 0', [ TEXT => 'hangup' ]);
case('hanging up before a greeting', 'down', [ GREETING => 'hangup' ]);
case('no greeting', 'down', [ GREETING => 'silence' ]);
case('no answer to MAIL', 'later 0, later 0', [ MAIL => 'silence' ]);
case('no answer to the text', 'later 0', [ TEXT => 'silence' ]);
case('words', 'later 0, later 0', [ MAIL => 'hello world\r\n' ]);
case('a line without end', 'later 0, later 0', [ RCPT => '2 x 200000' ]);
case('lines without end', 'later 0, later 0',
     [ RCPT => '250-x\r\n x 20000' ]);
case('250 to DATA', 'later 250, later 250', [ DATA => '250 what\r\n' ]);
case('no RSET', 'refused 550, refused 550', [ RCPT => '550 no\r\n' ],
     [ RSET => 'hangup' ]);

servers()->stop('script');

checks();
