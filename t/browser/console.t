# The reviewers' console as reviewers use it: signing in with a code, the
# queue, whole reviews with and without a correction, two reviewers at once, a
# session that ends amid the work.

use lib 't/lib';
use Digest::SHA qw(hmac_sha1);
use Test::Registration;
use Test::Registration::Browser;

# Beside the sample's console one whose reviewers nginx names itself.

my $servers = start_pages(parts => { http => <<'HTTP', server => <<'SERVER' });
    map $http_x_name $reviewer_name {
        default $http_x_name;
    }
HTTP
        location /named/ {
            rewrite ^/named/$ /admin/index.html last;
        }

        location /named/api/ {
            registration_review $reviewer_name;
        }
SERVER

my %applicants;


# An application with pictures of specimens, on which stands what was typed.

sub specimen ($kind, $seed, $values, %more)
{
    my $file = "$servers->{dir}/specimen.jpg";
    my %o = (name => $values->{name}, number => $values->{id_number}, %more);

    utf8::encode($_) for values %o;
    system("$Test::Registration::Servers::BUILD/specimens/draw", '--kind',
           $kind, '--seed', $seed, (map { ("--$_", $o{$_}) } sort keys %o),
           $file) == 0 or die "no specimen of $kind\n";

    return Test::Registration::Servers::slurp($file);
}


sub apply ($more = {})
{
    state $seed = 100;
    my $values = ($more->{applicant_type} // '') =~ /enterprise/
        ? organisation(%$more) : person(%$more);
    my $made = register(values => $values, pictures => {
        map { $_ => specimen($_, ++$seed, $values) }
            kinds($values->{document_type})
    });

    $applicants{$made->{number}} = $values;
    return { number => $made->{number}, values => $values };
}


# The applicant's part after a return: values, and kinds to be drawn anew.

sub correct ($number, $version, $change, @kinds)
{
    my $client = client();
    my $values = $applicants{$number};
    my %documents;

    sign_in($client, $values);

    for my $kind (@kinds) {
        my $answer = $client->upload($kind,
                                     specimen($kind, 900 + $version, $values));

        $documents{$kind} = $answer->json->{id};
    }

    my $answer = $client->put('correction', { version => $version, %$change,
        @kinds ? (documents => \%documents) : () });

    die $answer->status . ' ' . $answer->text if $answer->status != 200;
    return 1;
}


# What an authenticator shows (RFC 6238); each step is good once.

sub totp ($secret, $shift = 0)
{
    my %value = map { substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $_, 1) => $_ }
        0 .. 31;
    my $bits  = join '', map { sprintf '%05b', $value{$_} } split //, $secret;
    my $hash  = hmac_sha1(pack('Q>', int(time / 30) + $shift),
                          pack 'B*', substr $bits, 0, length($bits) & ~7);
    my $at    = ord(substr $hash, -1) & 15;

    return sprintf '%06d',
        (unpack('N', substr $hash, $at, 4) & 0x7fffffff) % 1_000_000;
}


sub external ($name)
{
    $servers->sql("insert into registration.reviewer (name)
                   values ('$name')");
    return $name;
}

play('console.mjs', apply => \&apply, correct => \&correct, totp => \&totp,
     external => \&external);
checks();
