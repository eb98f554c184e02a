# Mail in good and bad times: servers that are slow, hang, come back, say
# "later" or "never", a full queue, and workers that end with mail under way.
# Nobody else ever waits for mail.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Checks;
use Test::Registration::Mail;
use Test::Registration::Servers;

# One worker: the queue and the connections are each worker's own.

start(workers => 1);

# Other requests' most on a busy machine, but for once: a call that blocks takes
# the 30 s of a try; how long mail may hold a worker that is to exit, and what
# the machine may need on top of it.

use constant { FAST => 1, ONCE => 3, EXIT => 10, SLACK => 6 };

my $dir  = servers()->{dir};
my $port = servers()->{smtp_port};


# A request for a code; gives the new address and the answer.

sub ask ($client = client(), $address = person()->{email})
{
    return ($address, $client->post('email-codes',
        { email => $address, purpose => 'registration' }));
}


sub asked ($name)
{
    my ($address, $answer) = ask();

    status_is($answer, 202, $name);
    return $address;
}


# Whether a mail with a code, and only one, has come to each address.

sub arrives ($name, $seconds, @addresses)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @counts;

    for my $address (@addresses) {
        my @mails = mails($address, 1, $seconds);

        Test::Registration::Checks::secret(
            map { Test::Registration::Mail::code($_) // () } @mails);
        push @counts, scalar @mails;
    }

    is("@counts", join(' ', (1) x @addresses), $name);
}


sub others_are_fast ($name)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    state $browser = do {
        my $client = client();
        $client->put('draft', { postcode => '450000' });
        $client;
    };

    for my $path (qw(form draft)) {
        my %status;
        my @took = sort { $b <=> $a } map {
            elapsed(sub { $status{$browser->get($path)->status}++ })
        } 1 .. 10;

        is(join(',', keys %status), '200', "$name: GET /$path");
        ok($took[0] < ONCE && $took[1] < FAST, 'at once')
            or diag("@took[0, 1] s");
    }
}


sub inbox (@how)
{
    servers()->stop('inbox') if servers()->{pid}{inbox};
    servers()->start_inbox(@how);
}


sub smtp ($parameters)
{
    servers()->reload(directives => { smtp => "127.0.0.1:$port $parameters" });
}


# What the error log says from here on.

sub logged
{
    state $seen = 0;
    my $log = Test::Registration::Servers::slurp("$dir/error.log");
    my $new = substr $log, $seen;

    $seen = length $log;
    return $new;
}


sub log_says ($pattern, $seconds = 5)
{
    my $text = '';

    return wait_for(sub { ($text .= logged()) =~ $pattern }, $seconds)
        ? $text : '';
}


# The mail itself, read by somebody else's parser, which objects to every
# defect; and what it is for.

my $read_mail = <<'PYTHON';
import email, email.policy, email.utils, json, sys

data = open(sys.argv[1], "rb").read()
mail = email.message_from_bytes(data, policy=email.policy.strict)
defects = [str(d) for part in mail.walk() for d in part.defects]
defects += [str(d) for value in mail.values() for d in value.defects]

print(json.dumps({
    "defects": defects,
    "to": [a.addr_spec for a in mail["To"].addresses],
    "from": [a.addr_spec for a in mail["From"].addresses],
    "type": mail.get_content_type(),
    "age": abs(email.utils.localtime() - mail["Date"].datetime).seconds,
    "bare": data.replace(b"\r\n", b"").count(b"\n")
            + data.replace(b"\r\n", b"").count(b"\r"),
    "ascii": data.isascii(),
    "longest": max(map(len, data.split(b"\r\n"))),
    "text": mail.get_content(),
}))
PYTHON

{
    my $person = register();
    my ($mail) = mail_to($person->{values}{email});
    my $parsed = JSON::PP->new->decode(Test::Registration::Servers::run(
        '/usr/bin/python3', '-c', $read_mail, $mail->{path}));

    status_is($person->{answer}, 201, 'a code from a mail registers');
    is_deeply($parsed->{defects}, [], 'a strict parser finds no defect');
    is_deeply($parsed->{to}, [ $person->{values}{email} ], 'To');
    is_deeply($parsed->{from}, [ 'noreply@registration.example' ], 'From');
    is($parsed->{type}, 'text/plain', 'Content-Type');
    cmp_ok($parsed->{age}, '<', 30, 'Date');
    is($parsed->{bare}, 0, 'every line ends by CR LF');
    ok($parsed->{ascii}, 'it passes servers without 8BITMIME');
    cmp_ok($parsed->{longest}, '<=', 998, 'no line is too long');
    like($parsed->{text}, qr/\b$person->{body}{email_code}\b/, 'the code');
    like(logged(), qr/a mail was sent \(250\)/, 'the log tells of it');
}


# A server that takes its time

inbox('--delay', 1);
my @slow = map { asked('a slow server') } 1 .. 3;
others_are_fast('a slow server');
arrives('mail arrives by and by', 10, @slow);


# A server that restarts: the connection from before is of no use any more.

inbox();
arrives('one that started again', 5, asked('one that started again'));


# A server that is down, then back

servers()->stop('inbox');
logged();

{
    my @waiting = map { asked('no server') } 1 .. 3;

    ok(log_says(qr/\[error\].*mail server is not available \(.*onnect/),
       'the log tells what is wrong');
    others_are_fast('no server');
    servers()->start_inbox;
    arrives('mail arrives when it is back, nobody asks again', 10, @waiting);
}


# A server that hangs, and a queue that fills up: one is being sent, two wait.

smtp('connections=1 queue=2');
servers()->pause('inbox');

{
    my @addresses = map { asked("a server that hangs: mail $_") } 1 .. 3;
    my $browser   = client();
    my ($address, $answer) = ask($browser);

    problem_is($answer, 503, '', 'no room for another');
    others_are_fast('a server that hangs');

    servers()->resume('inbox');
    arrives('mail arrives when it goes on', 10, @addresses);

    (undef, $answer) = ask($browser, $address);
    status_is($answer, 202, 'what was refused can be asked for at once');
    arrives('and arrives', 10, $address);
}

# It hangs for longer than a try may take: there is another.

smtp('timeout=1s');
servers()->pause('inbox');
logged();

{
    my $address = asked('a server that hangs for long');

    ok(log_says(qr/not available \(Timeout.*code 28/), 'a try ends');
    servers()->resume('inbox');
    arrives('another is made', 10, $address);
}

smtp('');


# "Later" (greylisting), and "never"

inbox('--temporary', 1);
logged();

my $later = asked('a server that says 451');

ok(log_says(qr/\[warn\].*not taken .*\(reply 451,/), 'the log tells');
arrives('a mail that is to come later comes later', 10, $later);

inbox('--refuse', '@applicant');
logged();

my $never = asked('a server that says 550');

ok(log_says(qr/\[error\].*mail was refused .*\(550\)/), 'the log tells');
arrives('the next one is not held up', 5,
        (ask(client(), Test::Registration::Applicant::canary(
            "someone.$$\@another.example")))[0]);


# Workers that end: what is under way still arrives, also what waits.

inbox('--delay', 1);

{
    my ($old)  = servers()->workers;
    my @before = map { asked('before a reload') } 1 .. 6;

    servers()->reload;

    my @after = map { asked('after it') } 1 .. 2;

    others_are_fast('a reload');
    arrives('mail outlives a reload', 10, @before, @after);
    ok(wait_for(sub { !-d "/proc/$old" }, SLACK), 'then the old worker ends');
}

{
    my @before = map { asked('before a QUIT') } 1 .. 6;
    my $took   = elapsed(sub {
        is(servers()->stop('nginx', 'QUIT', EXIT), 'ended',
           'nginx ends by itself') });

    arrives('after its mail was sent', 0.1, @before);
    cmp_ok($took, '<', 2 + SLACK, 'and soon');
    servers()->start_nginx;
}

# A server that hangs holds an old worker for a while; the new one works.

servers()->pause('inbox');
logged();

{
    my ($old) = servers()->workers;

    asked('a server that hangs') for 1 .. 3;

    my $took = elapsed(sub {
        servers()->reload;
        others_are_fast('an old worker that waits');
        ok(wait_for(sub { !-d "/proc/$old" }, EXIT + SLACK),
           'the old worker gives up');
    });

    cmp_ok($took, '>', 5, 'not at once');
    like(logged(), qr/\[error\].*\b3 mail\(s\) dropped: .*exits/,
         'and the log tells how many were lost');
}

servers()->resume('inbox');


# No mail at all, for load tests

servers()->reload(directives => { smtp => 'discard' });
logged();

my $nowhere = asked('discard');

sleep 0.5;
is(scalar mail_to($nowhere), 0, 'nothing is sent');
is(logged() =~ s/^.*\[(?:info|notice)\].*\n//gmr, '', 'nor complained of');


# By now a mail too many would have come.

is(scalar mail_to($later), 1, 'what was taken the second time came once');
is(scalar mail_to($never), 0, 'what was refused never came');
is(scalar(() = Test::Registration::Servers::slurp("$dir/error.log")
              =~ /mail was refused/g), 1, 'nor was it tried again');

checks();
