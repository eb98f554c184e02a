# JPEG pictures for the tests, made by cjpeg from a drawing of a few colours
# (each seed another), and segments to put into them.

package Test::Registration::Picture;

use v5.36;
use utf8;

use Carp qw(croak);

our $DIR;                       # where pictures are kept between calls


# Options: seed, width, height, quality, progressive, grey.

sub picture (%option)
{
    state %made;
    my %o = (seed => 1, width => 640, height => 600, quality => 60,
             progressive => 0, grey => 0, %option);
    my $key = join ',', map { "$_=$o{$_}" } sort keys %o;

    return $made{$key} //= cjpeg(\%o, pnm(\%o));
}


# Blocks of colours, so that another seed is another picture after decoding.

sub pnm ($o)
{
    my ($w, $h) = $o->@{qw(width height)};
    my $planes  = $o->{grey} ? 1 : 3;
    my $state   = $o->{seed} * 2654435761 % 4294967296;
    my $side    = 40;
    my $rows    = '';

    for (my $y = 0; $y < $h; $y += $side) {
        my $row = '';

        for (my $x = 0; $x < $w; $x += $side) {
            my $color = '';

            for (1 .. $planes) {
                $state = ($state * 1664525 + 1013904223) % 4294967296;
                $color .= chr($state >> 24);
            }

            $row .= $color x ($x + $side > $w ? $w - $x : $side);
        }

        $rows .= $row x ($y + $side > $h ? $h - $y : $side);
    }

    return ($o->{grey} ? 'P5' : 'P6') . "\n$w $h\n255\n$rows";
}


sub cjpeg ($o, $pnm)
{
    my $in = ($DIR // '/tmp') . "/picture-$$.pnm";

    open my $file, '>:raw', $in or croak "$in: $!";
    print $file $pnm;
    close $file;

    my @command = ('cjpeg', '-quality', $o->{quality},
        $o->{progressive} ? '-progressive' : '-baseline', $in);

    open my $jpeg, '-|:raw', @command
        or croak 'cjpeg is missing: apt-get install libjpeg-turbo-progs';
    local $/;
    my $text = <$jpeg>;
    close $jpeg or croak 'cjpeg failed';
    unlink $in;

    return $text;
}


# Puts a segment right behind the start marker.

sub with_segment ($jpeg, $marker, $data)
{
    return substr($jpeg, 0, 2)
        . pack('CCn', 0xff, $marker, 2 + length $data) . $data
        . substr $jpeg, 2;
}


# EXIF 2.32 with an orientation (1 to 8), a position and a maker's note.

sub exif ($jpeg, $orientation, $note = 'EXIFCANARY')
{
    my $gps  = 8 + 2 + 3 * 12 + 4;              # behind the first directory
    my $data = $gps + 2 + 2 * 12 + 4;

    my $tiff = pack('a2vV', 'II', 42, 8)
        . pack('v', 3)
        . pack('vvVvv', 0x0112, 3, 1, $orientation, 0)
        . pack('vvVV', 0x010f, 2, 1 + length $note, $data + 24)
        . pack('vvVV', 0x8825, 4, 1, $gps)
        . pack('V', 0)
        . pack('v', 2)
        . pack('vvVa4', 0x0001, 2, 2, "N\0")
        . pack('vvVV', 0x0002, 5, 3, $data)
        . pack('V', 0)
        . pack('V6', 34, 1, 45, 1, 678, 10)
        . "$note\0";

    return with_segment($jpeg, 0xe1, "Exif\0\0$tiff");
}


# A comment's segments until the file has that many bytes.

sub padded ($jpeg, $bytes)
{
    while ((my $left = $bytes - length $jpeg) > 0) {
        croak 'too little room for a segment' if $left < 4;

        my $size = $left > 65_000 ? 60_000 : $left;
        $jpeg = with_segment($jpeg, 0xfe, 'x' x ($size - 4));
    }

    return $jpeg;
}


# Width and height by djpeg, which also proves that it decodes.

sub decode ($jpeg)
{
    my $in = ($DIR // '/tmp') . "/picture-$$.jpg";

    open my $file, '>:raw', $in or croak "$in: $!";
    print $file $jpeg;
    close $file;

    open my $pnm, '-|:raw', 'djpeg', '-pnm', $in or croak 'djpeg is missing';
    local $/;
    my $text = <$pnm>;
    close $pnm or return;
    unlink $in;

    my ($width, $height, $pixels)
        = $text =~ /^P[56]\s(\d+)\s(\d+)\s\d+\s(.*)/s or return;

    return { width => $width, height => $height, pixels => $pixels };
}


1;
