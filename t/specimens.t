#!/usr/bin/perl
# The specimens: the same seed draws the same bytes, and what is written on
# them holds by the rules of the documents.

use v5.36;
use utf8;

use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempdir);
use FindBin;
use JSON::PP qw(decode_json);
use Test::More;

my $build  = $ENV{REG_BUILD} // "$FindBin::Bin/../build";
my $drawer = "$build/specimens/draw";
my $file   = tempdir(CLEANUP => 1) . '/picture.jpg';
my $today  = '2026-11-27';
my $seeds  = 60;
my %region = map { $_->[0] => $_->[1] }
             decode_json(slurp("$build/data/regions.json"))->{regions}->@*;

binmode $_, ':utf8' for Test::More->builder->output,
    Test::More->builder->failure_output;


sub slurp ($path)
{
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;

    return readline $in;
}


sub draw (@words)
{
    open my $pipe, '-|', $drawer, '--today', $today, @words, $file
        or die "$drawer: $!\n";
    local $/;
    my $truth = decode_json(readline $pipe);
    close $pipe or die "$drawer failed\n";

    return $truth;
}


# Small: what is written does not depend on the size.

sub fields ($kind, $seed, @more)
{
    return draw('--kind', $kind, '--seed', $seed, '--size', '64x48', @more)
        ->{fields};
}


# GB 11643: ISO 7064 MOD 11-2, by its recursive method

sub resident_ok ($number)
{
    my $rest = 0;

    $rest = ($rest + $_) * 2 % 11 for split //, substr $number, 0, 17;

    return $number =~ /^\d{17}[\dX]$/
        && ($rest + substr($number, 17) =~ s/X/10/r) % 11 == 1;
}


# GB 32100: weights are the powers of 3 modulo 31; that of the last place is
# 1, and all of them together give 0.

sub credit_ok ($code)
{
    my %value;
    my ($sum, $weight) = (0, 1);

    @value{split //, '0123456789ABCDEFGHJKLMNPQRTUWXY'} = 0 .. 30;

    for my $character (split //, substr $code, 0, 17) {
        $sum += $value{$character} * $weight;
        $weight = $weight * 3 % 31;
    }

    return length $code == 18 && ($sum + $value{substr $code, 17}) % 31 == 0;
}


sub years ($from, $until)
{
    my ($y1, $rest1) = $from  =~ /^(\d{4})-(.*)/;
    my ($y2, $rest2) = $until =~ /^(\d{4})-(.*)/;

    return $rest1 eq $rest2 ? $y2 - $y1 : -1;
}


subtest 'the same seed draws the same bytes, another one does not' => sub {
    for my $kind (qw(id_card_portrait id_card_emblem id_card_handheld licence
                     passport_page))
    {
        my @drawing = ('--kind', $kind, '--level', 'hard', '--size',
                       '320x240');
        my @bytes = map { draw(@drawing, '--seed', $_);
                          sha256_hex(slurp($file)) } 5, 5, 6;

        is($bytes[0], $bytes[1], "$kind: the same");
        isnt($bytes[0], $bytes[2], "$kind: another");
    }
};


subtest 'resident identity cards' => sub {
    my (%ethnicities, %spans, @wrong);

    for my $seed (1 .. $seeds) {
        my $front = fields('id_card_portrait', $seed);
        my $back  = fields('id_card_emblem', $seed);
        my $number = $front->{id_number};
        my $span = $back->{long_term} ? 'long'
            : years($back->@{qw(valid_from valid_until)});
        my $age = substr($back->{valid_from} =~ s/-//gr, 0, 8)
            - $front->{birth_date} =~ s/-//gr;
        my $due = $age < 160000 ? 5 : $age < 260000 ? 10
            : $age < 460000 ? 20 : 'long';

        push @wrong, "seed $seed: $number" if !resident_ok($number)
            || substr($number, 6, 8) ne $front->{birth_date} =~ s/-//gr
            || !$region{substr $number, 0, 6}
            || $front->{sex} ne (substr($number, 16, 1) % 2 ? 'M' : 'F');
        push @wrong, "seed $seed: $span, not $due" if $span ne $due;
        push @wrong, "seed $seed: ended" if !$back->{long_term}
            && $back->{valid_until} le $today;
        push @wrong, "seed $seed: from $back->{valid_from}"
            if $back->{valid_from} gt $today;

        $ethnicities{$front->{ethnicity}}++;
        $spans{$span}++;
    }

    is_deeply(\@wrong, [], 'numbers, birth, sex and terms agree');
    cmp_ok(scalar keys %ethnicities, '>=', 5, 'several peoples');
    cmp_ok(scalar keys %spans, '>=', 3, 'several terms');
};


subtest 'licences' => sub {
    my (%types, @wrong);

    for my $seed (1 .. $seeds) {
        my $licence = fields('licence', $seed);

        push @wrong, "seed $seed: $licence->{id_number}"
            if !credit_ok($licence->{id_number})
            || !$region{substr $licence->{id_number}, 2, 6};
        push @wrong, "seed $seed: $licence->{valid_until}"
            if ($licence->{valid_until} // '9') le $today;

        $types{$licence->{type}}++;
    }

    is_deeply(\@wrong, [], 'codes and terms hold');
    cmp_ok(scalar keys %types, '>=', 8, 'several kinds of subjects');
};


subtest 'faults' => sub {
    my $expired = fields('id_card_emblem', 3, '--fault', 'expired');

    cmp_ok($expired->{valid_until}, 'lt', $today, 'expired');
    ok(!resident_ok(fields('id_card_portrait', 3, '--fault', 'check_digit')
                    ->{id_number}), 'a resident number that fails its check');
    ok(!credit_ok(fields('licence', 3, '--fault', 'check_digit')
                  ->{id_number}), 'a credit code that does');
    is(draw('--kind', 'id_card_portrait', '--size', '64x48', '--fault',
            'wrong_side')->{drawn}, 'id_card_emblem', 'the other side');
    is_deeply(fields('licence', 3, '--fault', 'blank'), {}, 'a blank sheet');
};


subtest 'what the command line says is written' => sub {
    my @words = ('--name', '样本戊', '--number', '410105197412058432',
        '--address', '样本路1号', '--from', '2024.03.15', '--until', '长期');

    utf8::encode($_) for @words;

    my $front = fields('id_card_portrait', 1, @words);
    my $back  = fields('id_card_emblem', 1, @words);

    is_deeply([ $front->@{qw(name id_number birth_date sex address)} ],
              [ '样本戊', '410105197412058432', '1974-12-05', 'M',
                '样本路1号' ], 'the portrait side');
    is_deeply($back, { authority => '郑州市公安局金水分局',
                       valid_from => '2024-03-15', long_term => JSON::PP::true },
              'the emblem side');
};


done_testing();
