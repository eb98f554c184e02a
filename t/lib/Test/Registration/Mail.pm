# Reads the mails that the inbox received: one .eml file each.

package Test::Registration::Mail;

use v5.36;
use utf8;

use Encode qw(decode);
use MIME::Base64 qw(decode_base64);


# All mails to an address, oldest first.

sub to ($directory, $address)
{
    my @mails = map { parse($_) }
        sort glob "$directory/*.eml";

    return grep { ($_->{header}{to} // '') =~ /(?:^|<)\Q$address\E(?:>|$)/i }
        @mails;
}


sub parse ($path)
{
    my $raw = Test::Registration::Servers::slurp($path);
    my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;

    $head =~ s/\r?\n[ \t]+/ /g;

    my %header = map { /^([^:]+):\s*(.*)$/ ? (lc $1, $2) : () }
        split /\r?\n/, $head;

    $body = decode_base64($body)
        if ($header{'content-transfer-encoding'} // '') =~ /base64/i;

    return {
        path    => $path,
        raw     => $raw,
        header  => \%header,
        subject => decode('MIME-Header', $header{subject} // ''),
        text    => decode('UTF-8', $body // ''),
    };
}


# The code that a mail carries.

sub code ($mail)
{
    my ($code) = $mail->{text} =~ /(?<!\d)(\d{6})(?!\d)/;
    return $code;
}


1;
