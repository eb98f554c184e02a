# Pictures that something is wrong with: which warnings they get.  One that
# was read right all the same (an edge cut off that says nothing) needs none.

package Recognition::Faults;

use v5.36;
use utf8;

use Recognition::Score;

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
    [ 'id_card_portrait', 'cropped',     'cropped', 'incomplete', 'unreadable' ],
    [ 'id_card_emblem',   'cropped',     'cropped', 'incomplete', 'unreadable' ],
    [ 'licence',          'cropped',     'cropped', 'incomplete', 'unreadable' ],
    [ 'passport_page',    'cropped',     'cropped', 'incomplete', 'unreadable' ],
    [ 'id_card_portrait', 'blurred',     'unreadable', 'incomplete' ],
    [ 'licence',          'blurred',     'unreadable', 'incomplete' ],
    [ 'id_card_portrait', 'glare',       'glare', 'incomplete', 'unreadable' ],
    [ 'licence',          'glare',       'glare', 'incomplete', 'unreadable' ],
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


# Faults that may leave everything to be read

my %harmless = map { $_ => 1 } qw(cropped blurred glare small);


sub new ($class, $pictures, $reader, $characters)
{
    return bless { pictures => $pictures, reader => $reader, rows => [],
                   characters => $characters }, $class;
}


sub measure ($self, $first, $n)
{
    for my $fault (@faults) {
        my ($kind, $name, @codes) = @$fault;
        my %row = (kind => $kind, fault => $name, n => $n, caught => 0,
                   harmless => 0, codes => \@codes, seen => {});

        for my $truth ($self->{reader}->read_all($self->{pictures}->draw(
            $first, $n, kind => $kind, level => 'easy', fault => $name)))
        {
            $self->count(\%row, $truth);
            unlink $truth->{file};
        }

        push $self->{rows}->@*, \%row;
        print '.';
    }
}


sub count ($self, $row, $truth)
{
    my $found = $truth->{found};
    my %got   = map { $_->{code} => 1 } $found->{result}{warnings}->@*;
    my $score = Recognition::Score->new($self->{characters});

    $got{"($found->{code})"} = 1 if $found->{code} ne 'ok';
    $row->{seen}{$_}++ for keys %got;

    if ($row->{codes}->@* ? grep { $got{$_} } $row->{codes}->@*
                          : $found->{code} eq 'bad_picture')
    {
        $row->{caught}++;

    } elsif ($harmless{$row->{fault}} && !$score->add($truth)) {
        $row->{harmless}++;
    }
}


sub print_table ($self)
{
    printf "%-30s%-30s%8s%12s  %s\n", 'faulty', 'expected', 'caught',
        'read right', 'all seen';

    for my $row ($self->{rows}->@*) {
        printf "%-30s%-30s%8s%12s  %s\n", "$row->{kind} $row->{fault}",
            join('|', $row->{codes}->@*) || '(bad_picture)',
            "$row->{caught}/$row->{n}", $row->{harmless} || '',
            join ' ', map { "$_:$row->{seen}{$_}" } sort keys $row->{seen}->%*;
    }

    say '';
}


1;
