# Lets a node script drive a browser against a test's servers: what it finds
# becomes this test's results, and what it asks for is done here, where the
# servers are.
#
# The script (t/browser/NAME.mjs over t/browser/lib) writes a JSON object a
# line to its standard output:
#
#     {"ok":BOOL,"name":TEXT,"diag":TEXT}     a result
#     {"note":TEXT}                           something to tell
#     {"id":N,"call":NAME,"args":[…]}         answered on its standard input by
#                                             {"id":N,"value":…} or "error"
#     {"end":true}                            the last line

package Test::Registration::Browser;

use v5.36;
use utf8;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(basename);
use IPC::Open2 qw(open2);
use JSON::PP ();
use Test::More;

use Test::Registration;
use Test::Registration::Sample;

our @EXPORT = qw(start_pages play);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $servers;
my %reviewers;


# The sample configuration and its pages; options as those of start().

sub start_pages (%option)
{
    my $name = 'browser-' . basename($0, '.t');

    return $servers = start(class => 'Test::Registration::Sample',
                            name => $name, %option);
}


# Runs t/browser/SCRIPT; more calls than those below may be given.

sub play ($script, %calls)
{
    my $build = $Test::Registration::Servers::BUILD;
    my %call  = (%{ standard_calls() }, %calls);
    my $done;

    local $ENV{BROWSER_URL}   = "http://localhost:$servers->{port}";
    local $ENV{BROWSER_WORK}  = "$servers->{dir}/browser";
    local $ENV{BROWSER_SHOTS} = "$build/screenshots";
    local $ENV{BROWSER_DRAW}  = "$build/specimens/draw";
    local $SIG{PIPE} = 'IGNORE';

    my $pid = open2(my $from, my $to, 'node', "$build/browser/$script");

    $to->autoflush(1);

    while (my $line = <$from>) {
        my $message = eval { $json->decode($line) };

        if (ref $message ne 'HASH') {
            chomp $line;
            fail("$script writes JSON only: $line");

        } elsif (exists $message->{ok}) {
            ok($message->{ok}, $message->{name})
                or diag($message->{diag} // 'no more is known');

        } elsif (exists $message->{note}) {
            note($message->{note});

        } elsif (exists $message->{call}) {
            print $to answer(\%call, $message);

        } else {
            $done = $message->{end};
        }
    }

    waitpid $pid, 0;
    ok($done && $? == 0, "$script came to its end")
        or diag("node's status: $?");
}


sub answer ($call, $message)
{
    my $name  = $message->{call};
    my $value = eval {
        ($call->{$name} // die "no call $name\n")->($message->{args}->@*);
    };

    return $json->encode({ id => $message->{id},
        $@ ? (error => "$name: $@") : (value => $value) }) . "\n";
}


sub standard_calls
{
    return {
        # values of somebody who does not exist, for the page's fields
        person       => sub ($more = {}) { person(%$more) },
        organisation => sub ($more = {}) { organisation(%$more) },

        # an application from end to end, past the pages
        register => sub ($more = {}) { registered($more) },

        # {name, role, totp}: gives {name, password, secret}
        reviewer => \&reviewer,

        # (number, version, decision, reason, {field: reason}): a reviewer's
        decide => \&decision,

        # the text of the newest mail, or the code in it, once there are that
        # many to the address
        mail => sub ($address, $count = 1) {
            (mails($address, $count))[-1]{text}
        },
        code => \&code,

        # what may stand in no log
        secret => sub (@values) {
            Test::Registration::Checks::secret(@values);
            return 1;
        },

        sql    => sub ($text) { $servers->sql($text) },
        stop   => sub ($name, $signal = 'TERM') {
            $servers->stop($name, $signal)
        },
        start  => sub ($name) {
            my $start = "start_$name";
            $servers->$start;
            return 1;
        },
        pause  => sub ($name) { $servers->pause($name);  return 1 },
        resume => sub ($name) { $servers->resume($name); return 1 },
        reload => sub ($option = {}) {
            $servers->reload(%$option);
            return 1;
        },
    };
}


sub registered ($more)
{
    my $values = ($more->{applicant_type} // '') =~ /enterprise/
        ? organisation(%$more) : person(%$more);
    my $made = register(values => $values);

    return { number => $made->{number}, values => $values,
             $made->{answer}->json->%* };
}


sub code ($address, $count = 1)
{
    my @mails = mails($address, $count);
    my $code  = @mails >= $count
        && Test::Registration::Mail::code($mails[-1])
        || die "no code for $address\n";

    Test::Registration::Checks::secret($code);
    return $code;
}


sub ctl (@command)
{
    return Test::Registration::Servers::run(
        Test::Registration::Servers::registrationctl(), @command,
        '--database', "host=$servers->{dir}/postgres dbname=registration "
                      . 'user=postgres');
}


sub reviewer ($of = {})
{
    my $name = $of->{name} // 'anna';
    my $text = ctl('reviewer', 'add', $name, '--generate',
        '--role', $of->{role} // 'reviewer',
        $of->{totp} ? ('--totp', '--key-file', "$servers->{dir}/keys") : ());

    my ($password) = $text =~ /^password: (\S+)$/m;
    my ($secret)   = $text =~ /[?&]secret=([A-Z2-7]+)/;

    Test::Registration::Checks::secret($password, $secret // ());

    return { name => $name, password => $password, secret => $secret };
}


# By a reviewer of its own, with the interface that reviewers use.

sub decision ($number, $version, $decision, $reason, $items = {})
{
    my $name = 'decider';

    if (!$reviewers{$name}) {
        my $who    = reviewer({ name => $name });
        my $client = client(mount => '/admin/api');
        my $answer = $client->post('sessions',
            { name => $name, password => $who->{password} });

        die $answer->status . ' ' . $answer->text if $answer->status != 200;
        $reviewers{$name} = $client;
    }

    my $answer = $reviewers{$name}->post("registrations/$number/decisions", {
        version  => $version,
        decision => $decision,
        reason   => $reason,
        %$items ? (items => [ map { { field => $_, reason => $items->{$_} } }
                              sort keys %$items ]) : (),
    });

    die $answer->status . ' ' . $answer->text if $answer->status !~ /^2/;
    return $answer->json;
}


1;
