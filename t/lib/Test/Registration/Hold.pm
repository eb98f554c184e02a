# Holds the row that every audit row needs: what is to be audited waits in the
# middle of its transaction, its new state written, its audit row not.

package Test::Registration::Hold;

use v5.36;

use Test::Registration::Servers;

*wait_for = \&Test::Registration::Servers::wait_for;


sub new ($class)
{
    my $dir = Test::Registration::servers()->{dir};

    open my $psql, '|-',
        Test::Registration::Servers::as_user('postgres'),
        Test::Registration::Servers::pg_bin() . '/psql', '-XqAt',
        '-o', '/dev/null', '-h', "$dir/postgres", '-d', 'registration'
        or die "psql: $!";

    $psql->autoflush;
    print $psql "begin; select * from registration.audit_last for update;\n";

    wait_for(sub { activity("state = 'idle in transaction'") })
        or die 'the row is not held';

    return bless { psql => $psql }, $class;
}


sub waits ($self)
{
    return wait_for(sub { activity("wait_event_type = 'Lock'") });
}


sub let_go ($self)
{
    close delete $self->{psql};
    wait_for(sub { !activity("state <> 'idle'") });
}


# PostgreSQL has died.

sub gone ($self)
{
    local $SIG{PIPE} = 'IGNORE';
    close delete $self->{psql};
}


sub activity ($condition)
{
    return Test::Registration::servers()->sql(<<"SQL");
        select count(*) from pg_stat_activity
         where datname = 'registration' and pid <> pg_backend_pid()
           and ($condition)
SQL
}

1;
