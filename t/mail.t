# Mail servers of every kind: TLS, STARTTLS, a login, refusals; and never a
# code by a way that was not meant.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

start(without => [ qw(postgres inbox) ],
      directives => { code => 'interval=0s per_address=100000' });

my $dir  = servers()->{dir};
my $port = servers()->{smtp_port};
my $log  = "$dir/error.log";

sub certificate ($name, $host)
{
    Test::Registration::Servers::run(qw(openssl req -x509 -nodes -days 2
        -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj),
        "/CN=$name", '-addext', "subjectAltName=$host",
        '-keyout', "$dir/$name.key", '-out', "$dir/$name.pem");

    return ("$dir/$name.pem", "$dir/$name.key");
}

my @good  = certificate('good', 'IP:127.0.0.1');
my @other = certificate('other', 'IP:127.0.0.2');

Test::Registration::Servers::spew("$dir/password", "sesame-4711\n", 0600);
Test::Registration::Servers::spew("$dir/wrong", "not-sesame-4711\n", 0600);


# Whether a code arrives that is asked for with this directive, from a server
# with these options.

sub arrives ($smtp, $inbox, $seconds)
{
    servers()->stop('inbox') if servers()->{pid}{inbox};
    servers()->start_inbox(@$inbox);
    servers()->reload(directives => { smtp => "127.0.0.1:$port $smtp" });

    my $address = person()->{email};
    my $answer  = client()->post('email-codes',
        { email => $address, purpose => 'registration' });

    status_is($answer, 202, "registration_smtp $smtp");

    my ($mail) = mails($address, 1, $seconds);

    return $mail && $mail->{text} =~ /\d{6}/ ? 1 : 0;
}

is(arrives('tls=on ca_file=' . $good[0], [ '--tls', @good ], 10), 1,
   'TLS from the first byte');
is(arrives("tls=starttls ca_file=$good[0]", [ '--starttls', @good ], 10), 1,
   'STARTTLS');
is(arrives("tls=starttls ca_file=$good[0] user=clerk "
           . "password_file=$dir/password",
           [ '--starttls', @good, '--auth', 'clerk', 'sesame-4711' ], 10), 1,
   'with a login');

is(arrives("tls=starttls ca_file=$good[0] user=clerk "
           . "password_file=$dir/wrong",
           [ '--starttls', @good, '--auth', 'clerk', 'sesame-4711' ], 3), 0,
   'not with a wrong password');
is(arrives("tls=starttls ca_file=$good[0]", [], 3), 0,
   'not in clear where STARTTLS is demanded');
is(arrives("tls=on ca_file=$good[0]", [], 3), 0,
   'nor where TLS is');
is(arrives('tls=on', [ '--tls', @good ], 3), 0,
   'not to a server that nobody vouches for');
is(arrives("tls=on ca_file=$other[0]", [ '--tls', @other ], 3), 0,
   'not to a server by another name');

is(arrives('', [ '--temporary', 1 ], 40), 1,
   'a server that says "later" is asked again');
is(arrives('', [ '--refuse', 'applicant' ], 3), 0,
   'one that says "never" is not believed to have taken it');

like(Test::Registration::Servers::slurp($log), qr/550/,
     'the log tells its code');
unlike(Test::Registration::Servers::slurp($log), qr/sesame/,
       'and no password');

checks();
