# Pictures that something is wrong with: which warnings they get.

package Recognition::Faults;

use v5.36;
use utf8;

# Kind, fault, and the warnings of which one has to come; no word: the picture
# is refused whole.

my @faults = (
    [ 'id_card_portrait', 'wrong_side',  'wrong_side' ],
    [ 'id_card_emblem',   'wrong_side',  'wrong_side' ],
    [ 'licence',          'wrong_side',  'wrong_kind' ],
    [ 'passport_page',    'wrong_side',  'wrong_kind' ],
    [ 'id_card_portrait', 'blank',       'unreadable' ],
    [ 'licence',          'nothing',     'unreadable' ],
    [ 'id_card_handheld', 'nothing',     'no_card' ],
    [ 'id_card_portrait', 'cropped',     'cropped', 'incomplete' ],
    [ 'id_card_emblem',   'cropped',     'cropped', 'incomplete' ],
    [ 'licence',          'cropped',     'cropped', 'incomplete' ],
    [ 'passport_page',    'cropped',     'cropped', 'incomplete' ],
    [ 'id_card_portrait', 'blurred',     'unreadable', 'incomplete' ],
    [ 'licence',          'blurred',     'unreadable', 'incomplete' ],
    [ 'id_card_portrait', 'glare',       'glare', 'incomplete' ],
    [ 'licence',          'glare',       'glare', 'incomplete' ],
    [ 'id_card_portrait', 'small',       'too_small', 'unreadable' ],
    [ 'licence',          'small',       'too_small', 'unreadable' ],
    [ 'id_card_emblem',   'expired',     'expired' ],
    [ 'licence',          'expired',     'expired' ],
    [ 'passport_page',    'expired',     'expired' ],
    [ 'id_card_portrait', 'check_digit', 'checksum' ],
    [ 'licence',          'check_digit', 'checksum' ],
    [ 'passport_page',    'check_digit', 'checksum' ],
    [ 'id_card_portrait', 'screen',      'screen' ],
    [ 'licence',          'screen',      'screen' ],
    [ 'id_card_portrait', 'garbage' ],
);


sub new ($class, $pictures, $reader)
{
    return bless { pictures => $pictures, reader => $reader, rows => [] },
        $class;
}


sub measure ($self, $first, $n)
{
    for my $fault (@faults) {
        my ($kind, $name, @codes) = @$fault;
        my %row = (kind => $kind, fault => $name, n => $n, caught => 0,
                   codes => \@codes, seen => {});

        for my $truth ($self->{reader}->read_all($self->{pictures}->draw(
            $first, $n, kind => $kind, level => 'easy', fault => $name)))
        {
            count(\%row, $truth->{found});
            unlink $truth->{file};
        }

        push $self->{rows}->@*, \%row;
        print '.';
    }
}


sub count ($row, $found)
{
    my %got = map { $_->{code} => 1 } $found->{result}{warnings}->@*;

    $got{"($found->{code})"} = 1 if $found->{code} ne 'ok';
    $row->{seen}{$_}++ for keys %got;

    $row->{caught}++ if $row->{codes}->@*
        ? grep { $got{$_} } $row->{codes}->@*
        : $found->{code} eq 'bad_picture';
}


sub print_table ($self)
{
    printf "%-30s%-26s%8s  %s\n", 'faulty', 'expected', 'caught', 'all seen';

    for my $row ($self->{rows}->@*) {
        printf "%-30s%-26s%8s  %s\n", "$row->{kind} $row->{fault}",
            join('|', $row->{codes}->@*) || '(bad_picture)',
            "$row->{caught}/$row->{n}",
            join ' ', map { "$_:$row->{seen}{$_}" } sort keys $row->{seen}->%*;
    }

    say '';
}


1;
