# Mail by TLS and with a login: nothing goes to a server that is not the one
# that was meant, nothing in clear where TLS is demanded, and the log says
# what is wrong.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Checks;
use Test::Registration::Mail;
use Test::Registration::Servers;

start(without => [ qw(postgres inbox) ], workers => 1);

my $dir      = servers()->{dir};
my $password = 'sesame-4711';

Test::Registration::Checks::secret($password, 'not-the-word');
Test::Registration::Servers::spew("$dir/password", "$password\n", 0600);
Test::Registration::Servers::spew("$dir/wrong", "not-the-word\n", 0600);


# An authority, and certificates of it.

sub openssl (@arguments)
{
    return Test::Registration::Servers::run('openssl', @arguments);
}


sub authority ($name)
{
    openssl(qw(req -x509 -nodes -days 2 -newkey ec -pkeyopt
               ec_paramgen_curve:prime256v1 -subj), "/CN=$name authority",
            '-keyout', "$dir/$name.key", '-out', "$dir/$name.pem");

    return "$dir/$name.pem";
}


sub certificate ($name, $host, $days = 2)
{
    Test::Registration::Servers::spew("$dir/$name.ext",
                                      "subjectAltName=$host\n");

    openssl(qw(req -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
               -subj), "/CN=$name", '-keyout', "$dir/$name.key",
            '-out', "$dir/$name.csr");
    openssl(qw(x509 -req -CAcreateserial -CA), "$dir/ours.pem", '-CAkey',
            "$dir/ours.key", '-in', "$dir/$name.csr", '-days', $days,
            '-extfile', "$dir/$name.ext", '-out', "$dir/$name.pem");

    return ("$dir/$name.pem", "$dir/$name.key");
}

my $ours      = authority('ours');
my $strangers = authority('strangers');
my @good      = certificate('good', 'IP:127.0.0.1');
my @elsewhere = certificate('elsewhere', 'DNS:mail.elsewhere.example');
my @expired   = certificate('expired', 'IP:127.0.0.1', -1);


sub log_text { Test::Registration::Servers::slurp("$dir/error.log") }


sub asked ($name)
{
    my $address = person()->{email};

    status_is(client()->post('email-codes',
        { email => $address, purpose => 'registration' }), 202, $name);

    return $address;
}


# Each server has a port of its own: mail that waits for one is not sent to
# the next, which may well be the right one.

my $port;

sub serve (@how)
{
    servers()->stop('inbox') if servers()->{pid}{inbox};
    $port = servers()->{smtp_port} = Test::Registration::Servers::free_port();
    servers()->start_inbox(@how);
}


sub arrives ($name, $parameters, @how)
{
    serve(@how);
    servers()->reload(directives => { smtp => "127.0.0.1:$port $parameters" });

    my ($mail) = mails(asked($name), 1, 5);

    ok($mail, "$name: the mail arrives");
    Test::Registration::Checks::secret(Test::Registration::Mail::code($mail));
}


my @never;                              # addresses that nothing may come to

sub refused ($name, $pattern, $parameters, @how)
{
    serve(@how) if @how;
    servers()->reload(directives => { smtp => "127.0.0.1:$port $parameters" });

    # an old worker may still have something to say of an old server

    my ($pid) = servers()->workers;
    my $line  = qr/\[error\] $pid\#.*mail server is not available \((.*)\); /;

    push @never, asked($name);

    my $said = wait_for(sub { log_text() =~ $line && $1 }, 5);

    like($said // 'nothing', $pattern, "$name: the log says what is wrong");
}


arrives('TLS', "tls=on ca_file=$ours", '--tls', @good);
arrives('STARTTLS', "tls=starttls ca_file=$ours", '--starttls', @good);

my @login = ('--auth', 'clerk', $password);
my $login = "user=clerk password_file=$dir/password";

arrives('a login by TLS', "tls=starttls ca_file=$ours $login",
        '--starttls', @good, @login);
arrives('a login without TLS', $login, @login);

for my $way ([ 'on', '--tls' ], [ 'starttls', '--starttls' ]) {
    my ($tls, $option) = @$way;

    refused("tls=$tls, another host's certificate",
            qr/certificate subject name.*'127\.0\.0\.1'/,
            "tls=$tls ca_file=$ours", $option, @elsewhere);
    refused("tls=$tls, a certificate that has expired",
            qr/certificate has expired/,
            "tls=$tls ca_file=$ours", $option, @expired);
    refused("tls=$tls, a stranger's authority",
            qr/unable to get local issuer|unable to get issuer/,
            "tls=$tls ca_file=$strangers", $option, @good);
    refused("tls=$tls, none of the system's authorities",
            qr/certificate/, "tls=$tls", $option, @good);
}

refused('a wrong password', qr/[Ll]ogin denied.*reply 535/,
        "tls=starttls ca_file=$ours user=clerk password_file=$dir/wrong",
        '--starttls', @good, @login);
serve();
refused('a server that speaks no TLS', qr/SSL|TLS/,
        "tls=on ca_file=$ours timeout=2s");


# Without STARTTLS a server learns nothing: no login, no address.

servers()->stop('inbox');

sub script (@answers)
{
    unlink "$dir/record";
    servers()->stop('script') if servers()->{pid}{script};
    $port = Test::Registration::Servers::free_port();
    servers()->spawn('script', '/usr/bin/python3',
        "$Test::Registration::Servers::ROOT/t/lib/smtp_script.py",
        '--port', $port, '--record', "$dir/record",
        map { ('--answer', @$_) } @answers);
    wait_for(sub { Test::Registration::Servers::listens($port) });
}

for my $case (
    [ 'STARTTLS is not offered', qr/STARTTLS/,
      [ 'EHLO', '250-localhost\r\n250 AUTH PLAIN LOGIN\r\n' ] ],
    [ 'STARTTLS is refused', qr/STARTTLS/,
      [ 'EHLO', '250-localhost\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n' ],
      [ 'STAR', '454 not now\r\n' ] ],
    [ 'an answer comes ahead of TLS', qr/code 8,/,
      [ 'EHLO', '250-localhost\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n' ],
      [ 'STAR', '220 go on\r\n250-localhost\r\n250 AUTH PLAIN\r\n' ] ])
{
    my ($name, $pattern, @answers) = @$case;

    script(@answers);
    refused($name, $pattern, "tls=starttls ca_file=$ours timeout=2s $login");

    my $record = Test::Registration::Servers::slurp("$dir/record");

    like($record, qr/^EHLO /m, 'it is asked');
    unlike($record, qr/^(?:AUTH|MAIL|RCPT|DATA)\b/m, 'and told nothing');
}

servers()->stop('script');


# By now what could come late has come.

is(scalar(map { mail_to($_) } @never), 0, 'no mail left for those servers');
unlike(log_text(), qr/\Q$password\E|not-the-word/, 'the log has no password');

checks();
