# Reviewers: made by registrationctl, signed in, deciding.

package Test::Registration::Reviewer;

use v5.36;
use utf8;

use Exporter qw(import);
use Test::Registration ();
use Test::Registration::Servers;

our @EXPORT = qw(PASSWORD admin reviewer enter claim decision item);

use constant PASSWORD => 'seven quiet harbours 41';


# A browser before the reviewers' interface.

sub admin (%option)
{
    return Test::Registration::client(mount => '/admin/api', %option);
}


# registrationctl reviewer ...; the password is on its standard input.  Gives
# what it printed.

sub reviewer ($command, $name, @more)
{
    my $dir = Test::Registration::servers()->{dir};

    Test::Registration::Servers::spew("$dir/password", PASSWORD . "\n");

    my ($status, $text) = Test::Registration::Servers::try_run('sh', '-c',
        'exec "$@" < ' . "$dir/password", 'sh',
        Test::Registration::Servers::registrationctl(), 'reviewer', $command,
        $name, '--database',
        "host=$dir/postgres dbname=registration user=postgres", @more);

    die "reviewer $command $name: $text" if $status;
    return $text;
}


# One who is signed in.

sub enter ($name, %more)
{
    my $client = admin();
    my $answer = $client->post('sessions',
        { name => $name, password => PASSWORD, %more });

    die "$name: " . $answer->status . ' ' . $answer->body
        if $answer->status != 200;
    return $client;
}


sub claim ($client, $number, $query = '')
{
    return $client->request('PUT', "registrations/$number/claim$query");
}


# What a decision says, but for items.

sub decision ($client, $number, $version, $decision, %more)
{
    return $client->post("registrations/$number/decisions",
        { version => $version, decision => $decision,
          ($decision ne 'approve' ? (reason => '请核对') : ()), %more });
}


sub item ($field, $reason = '与证件不一致')
{
    return { field => $field, reason => $reason };
}


1;
