# People and organisations that do not exist, with numbers that hold: each new
# one has values of its own, which the checks at the end look for.

package Test::Registration::Applicant;

use v5.36;
use utf8;

use JSON::PP ();
use POSIX qw(strftime);

our @canaries;                  # every personal value ever given out

my $serial = $$ * 1000;


sub random_digits ($n) { join '', map { int rand 10 } 1 .. $n }


# Han characters, so that a name is neither a word nor another's name.

sub random_han ($n)
{
    return join '', map { chr(0x4e00 + int rand 0x5000) } 1 .. $n;
}


sub random_word ($n)
{
    return join '', map { chr(97 + int rand 26) } 1 .. $n;
}


sub canary (@values)
{
    push @canaries, @values;
    return $values[0];
}


# GB 11643-1999: the check character by ISO 7064 MOD 11-2.

sub resident_id (%of)
{
    my $birth  = $of{birth} // '19900307';
    my $region = $of{region} // '410102';
    my $body   = $region . $birth . ($of{serial} // random_digits(3));

    return $body . resident_check($body);
}


sub resident_check ($body)
{
    my @weight = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2);
    my $sum = 0;

    $sum += $weight[$_] * substr $body, $_, 1 for 0 .. 16;

    return substr '10X98765432', $sum % 11, 1;
}


# GB 32100-2015 over an organisation code of GB 11714-1997.

sub credit_code ($leading = '91', $region = '410100')
{
    my $organisation = join '', map { int rand 10 } 1 .. 8;
    my @weight = (3, 7, 9, 10, 5, 8, 4, 2);
    my $sum = 0;

    $sum += $weight[$_] * substr $organisation, $_, 1 for 0 .. 7;
    $organisation .= substr '0X987654321', $sum % 11, 1;

    my $body = "$leading$region$organisation";
    my $set  = '0123456789ABCDEFGHJKLMNPQRTUWXY';

    $sum = 0;
    $sum += index($set, substr $body, $_, 1) * 3 ** $_ % 31 for 0 .. 16;

    # 3 ** 16 is still exact; the weights are powers of 3 modulo 31

    return $body . substr $set, (31 - $sum % 31) % 31, 1;
}


sub years_from_now ($years, $days = 0)
{
    my @now = gmtime time + 8 * 3600;

    return strftime('%Y-%m-%d', 0, 0, 12, $now[3] + $days, $now[4],
                    $now[5] + $years);
}


# The members of POST /registrations for a natural person, but for documents
# and email_code; more members may be given, undef takes one away.

sub person (%more)
{
    my $n    = ++$serial;
    my $word = random_word(8);

    return with(\%more, {
        username       => canary("$word$n"),
        password       => canary('P0-' . random_word(12) . '-' . $n),
        residence      => 'in_province',
        applicant_type => 'natural_person',
        document_type  => 'resident_id_card',
        name           => canary(random_han(4)),
        id_number      => canary(resident_id()),
        valid_from     => years_from_now(-4),
        valid_until    => years_from_now(16),
        region         => '410102',
        address        => canary(random_han(12) . random_digits(6) . '号'),
        postcode       => '450000',
        contact_name   => canary(random_han(5)),
        mobile         => canary('139' . random_digits(8)),
        landline       => canary('0371-6' . random_digits(7)),
        email          => canary("$word.$n\@applicant.example"),
    });
}


sub organisation (%more)
{
    return with(\%more, {
        person()->%*,
        applicant_type => 'enterprise',
        document_type  => 'business_licence',
        name           => canary(random_han(6) . '有限公司'),
        id_number      => canary(credit_code()),
        valid_from     => years_from_now(-3),
        long_term      => JSON::PP::true,
        valid_until    => undef,
    });
}


sub with ($more, $values)
{
    my %all = (%$values, %$more);

    for my $name (keys %$more) {
        canary($more->{$name})
            if $name =~ /^(?:username|password|name|id_number|address|
                          contact_name|mobile|landline|email)$/x
               && length($more->{$name} // '') >= 8;
    }

    delete @all{ grep { !defined $all{$_} } keys %all };
    return \%all;
}


# The kinds of pictures that a document type needs (api.md).

sub kinds ($type)
{
    return $type =~ /^(?:resident_id_card|hmt_residence_permit|
                         permanent_residence_card)$/x
        ? qw(id_card_portrait id_card_emblem id_card_handheld)
        : $type =~ /_permit$|^passport$/
        ? qw(passport_page id_card_handheld)
        : qw(licence);
}


1;
