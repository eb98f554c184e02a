# What every test file ends with: nothing broke that nobody looked at, and
# nothing personal lies anywhere in clear.

package Test::Registration::Checks;

use v5.36;
use utf8;

use File::Find qw(find);
use Test::More;

use Test::Registration::Servers;

my @secrets;                    # cookies, codes: looked for like the values


sub secret (@values) { push @secrets, grep { length } @values }


# servers: what to check; except: kinds not to look at, with the reason.

sub all ($servers, %except)
{
    my %place = places($servers);

    if ($servers->{pid}{nginx}) {
        my $how = $servers->stop('nginx', 'QUIT');
        is($how, 'ended', 'nginx ends by itself');
    }

    my $dir = $servers->{dir};

    $place{'error log'} = Test::Registration::Servers::slurp(
        "$dir/error.log");
    $place{'standard error'} = Test::Registration::Servers::slurp(
        "$dir/nginx.out");
    $place{'access log'} = Test::Registration::Servers::slurp(
        "$dir/access.log");
    $place{'recogniser'} = Test::Registration::Servers::slurp(
        "$dir/recognizer.out") if -e "$dir/recognizer.out";

    no_alerts(\%place, $except{alerts});
    no_sanitizer_lines(\%place);
    no_personal_values(\%place, $except{places} // {});
    contract() if -e "$Test::Registration::Servers::ROOT/openapi.yaml";
}


# Where a value could have gone, while the servers still run.

sub places ($servers)
{
    my $dir = $servers->{dir};
    my %place;

    if ($servers->{pid}{postgres}) {
        $place{'PostgreSQL dump'} = $servers->dump_database;
        $place{'PostgreSQL log'}  = Test::Registration::Servers::slurp(
            "$dir/postgres.out");
    }

    if ($servers->{pid}{redis}) {
        $servers->redis('SAVE');
        $place{'Redis dump'} = Test::Registration::Servers::slurp(
            "$dir/redis/dump.rdb");
    }

    $place{documents} = documents("$dir/documents");

    return %place;
}


sub documents ($dir)
{
    return '' if !-d $dir;

    my $all = '';

    find(sub {
        $all .= "$_\n" . Test::Registration::Servers::slurp($_) if -f;
    }, $dir);

    return $all;
}


sub no_alerts ($place, $allowed)
{
    my @lines = grep { / \[(?:alert|emerg|crit)\] |exited with code [1-9]/ }
        split /\n/, $place->{'error log'};

    @lines = grep { !/$allowed/ } @lines if $allowed;

    is(join("\n", @lines), '', 'no alert in the error log');
}


sub no_sanitizer_lines ($place)
{
    my @lines = grep { /(?:Address|Leak|Thread|UndefinedBehavior)Sanitizer
                        |runtime\ error:/x }
        map { split /\n/, $place->{$_} } 'error log', 'standard error';

    is(join("\n", @lines), '', 'no sanitizer line');
}


sub no_personal_values ($place, $except)
{
    my %seen;
    my @values = grep { !$seen{$_}++ } @secrets,
        @Test::Registration::Applicant::canaries;
    my @found;

    for my $name (sort keys %$place) {
        for my $value (@values) {
            next if $except->{$name} && $value =~ $except->{$name};

            my $pattern = pattern($value);
            push @found, "$name: $value" if $place->{$name} =~ $pattern;
        }
    }

    is(join("\n", @found), '',
       'no personal value in ' . join ', ', sort keys %$place);
}


# A short number may stand in a longer one by chance: not then.

sub pattern ($value)
{
    utf8::encode(my $bytes = $value);

    return qr{(?<![\w+/.-])$bytes(?![\w+/=-])} if $bytes =~ /^\d{6}$/;
    return qr{\Q$bytes\E};
}


sub contract
{
    my %seen;

    is(join("\n", grep { !$seen{$_}++ }
            Test::Registration::Contract::faults()), '',
       'every answer is as openapi.yaml describes it');
}


1;
