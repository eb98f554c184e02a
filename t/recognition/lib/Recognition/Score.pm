# What was read against what is written on the picture, counted by kind, level
# and field; the goals beside it.

package Recognition::Score;

use v5.36;
use utf8;

use Unicode::Normalize qw(NFKC);

# The fields of each kind, in the order of the table.

our %fields = (
    id_card_portrait => [qw(id_number birth_date sex ethnicity name address)],
    id_card_emblem   => [qw(valid_from valid_until authority)],
    id_card_handheld => [],
    licence          => [qw(id_number established valid_until type name
                            legal_person address)],
    passport_page    => [qw(id_number birth_date sex nationality valid_until
                            name)],
);

# Least shares of right values, in hundredths: numbers and dates have 97 on
# hard photographs.

my %goal = (
    id_number   => 99, birth_date => 99, sex         => 99, valid_from => 99,
    valid_until => 99, established => 99, nationality => 99,
    ethnicity   => 95, authority  => 95, type        => 95,
    'id_card_portrait address' => 95, 'id_card_portrait name' => 90,
    'licence name' => 92, 'licence address' => 92,
    'licence legal_person' => 87, 'passport_page name' => 90,
);

use constant VOUCHED_WRONG => 1;        # hundredths of what is vouched for


# characters: the models' own, a string; names with others are counted apart.

sub new ($class, $characters)
{
    my %known = map { $_ => 1 } split //, NFKC($characters);

    return bless { known => \%known, cells => [], cell => {} }, $class;
}


sub goal ($kind, $level, $field)
{
    my $goal = $goal{"$kind $field"} // $goal{$field} // return;

    return $goal == 99 && $level eq 'hard' ? 97 : $goal;
}


# Width and kind of brackets, blanks and dots are not what a field means.

sub plain ($value)
{
    return '' if !defined $value;

    return NFKC($value) =~ s/\s+//gr =~ tr/•・‧∙⋅/·/r;
}


# No end and no date is a value of its own: a licence that prints none.

sub wanted ($truth, $field)
{
    return plain($truth->{fields}{$field})
        if $field ne 'valid_until' || !$truth->{fields}{long_term};

    return 'long_term';
}


sub found ($truth, $field)
{
    my $fields = $truth->{found}{result}{fields} // {};

    return ($fields->{long_term} ? 'long_term' : '', $fields->{long_term})
        if $field eq 'valid_until' && !$fields->{valid_until};

    return (plain($fields->{$field}{value}), $fields->{$field});
}


# Adds one picture; returns the fields that are wrong.

sub add ($self, $truth)
{
    my @wrong;

    for my $field ($fields{$truth->{kind}}->@*) {
        my $wanted = wanted($truth, $field);
        my ($found, $answer) = found($truth, $field);
        my $right = $wanted eq $found;
        my $apart = $field =~ /^(name|legal_person)$/
            && !$self->known($wanted) ? " (rare)" : '';
        my $cell = $self->cell($truth->{kind}, $truth->{level}, $field, $apart);

        $cell->{all}++;
        $cell->{right}++ if $right;

        if ($answer && $answer->{vouched}) {
            $cell->{vouched}++;
            $cell->{vouched_wrong}++ if !$right;
        }

        push @wrong, { field => $field, wanted => $wanted, found => $found,
                       vouched => $answer && $answer->{vouched} ? 1 : 0 }
            if !$right;
    }

    return @wrong;
}


sub known ($self, $text)
{
    return !grep { !$self->{known}{$_} } split //, $text;
}


sub cell ($self, $kind, $level, $field, $apart)
{
    return $self->{cell}{"$kind $field$apart $level"} //= do {
        push $self->{cells}->@*, my $new = {
            kind => $kind, level => $level, field => "$field$apart",
            goal => $apart ? undef : goal($kind, $level, $field),
            all => 0, right => 0, vouched => 0, vouched_wrong => 0,
        };
        $new;
    };
}


sub cells ($self) { return $self->{cells}->@* }


sub share ($cell) { return 100 * $cell->{right} / $cell->{all} }


sub met ($cell)
{
    return !defined $cell->{goal} || share($cell) >= $cell->{goal};
}


1;
