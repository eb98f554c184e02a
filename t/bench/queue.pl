# The queue's first page against its 10,000th, at a million applications:
#
#     perl -It/lib t/bench/queue.pl [ROWS]
#
# Prints what each costs inside PostgreSQL (medians, milliseconds) and their
# ratio; fails when that is over 2.

use v5.36;

use Test::Registration::Servers;

use constant PAGE => 50;
use constant GOAL => 2;

my $rows    = shift // 1_000_000;
my $pages   = int($rows * 0.6 / PAGE);
my $deep    = $pages < 10_000 ? $pages : 10_000;
my $servers = Test::Registration::Servers->new->start_postgres;

$servers->sql("\\set rows $rows\n"
    . Test::Registration::Servers::slurp(
          "$Test::Registration::Servers::ROOT/t/bench/queue.sql"));

my ($due, $number) = split /\|/, $servers->sql(
    'SELECT due_date, number FROM registration.application '
    . "WHERE status = 'pending' ORDER BY due_date, number OFFSET "
    . (($deep - 1) * PAGE - 1) . ' LIMIT 1');


sub queue (%given)
{
    my @arguments = map { $given{$_} // 'NULL' }
        qw(status office type overdue name id_number mobile email number due
           after);

    local $" = ', ';
    return "registration.queue('bench', NULL, @arguments, " . PAGE
        . ", '2026-11-24')";
}


my %after = (due => "'$due'", after => "'$number'");
my @calls = (
    ['first page'         => queue(status => "'pending'")],
    ["page $deep"         => queue(status => "'pending'", %after)],
    ['any status'         => queue()],
    ['any status, deep'   => queue(%after)],
    ['one office'         => queue(office => "'office-3'")],
    ['a rare type'        => queue(type => "'foundation_certificate'")],
    ['overdue'            => queue(overdue => 'true')],
    ['a name'             => queue(name => "sha256('name7')")],
    ['an address'         => queue(email => "sha256('email7')")],
    ['a number'           => queue(number => "'$number'")],
    ['counts'             => 'registration.queue_counts(\'bench\', NULL, '
                             . "'2026-11-24')"],
);

# All in turn, so that what else the machine does strikes all of them.

my $measure = "DO \$\$ DECLARE start timestamptz; n bigint; BEGIN\n"
    . "CREATE TEMP TABLE took (call int, ms float8);\n"
    . "FOR round IN 1 .. 110 LOOP\n"
    . join('', map {
          "start := clock_timestamp();\n"
          . "SELECT count(sealed) INTO n FROM $calls[$_][1] q;\n" =~
            s/sealed/$calls[$_][0] eq 'counts' ? 'q.n' : 'q.sealed'/er
          . "INSERT INTO took SELECT $_, extract(epoch FROM "
          . "clock_timestamp() - start) * 1000 WHERE round > 10;\n"
      } 0 .. $#calls)
    . "END LOOP; END \$\$;\n"
    . 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM took '
    . 'GROUP BY call ORDER BY call';

my @median = split /\n/, $servers->sql($measure);
my $ratio  = $median[1] / $median[0];

printf "queue, %d applications, pages of %d, median ms:\n", $rows, PAGE;
printf "  %-20s %8.2f\n", $calls[$_][0], $median[$_] for 0 .. $#calls;
printf "  page %d / first page: %.2f (goal: at most %d)\n", $deep, $ratio,
    GOAL;

exit($ratio > GOAL);
