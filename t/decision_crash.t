# Whatever dies at whatever point of a decision, it has happened, with its
# audit row and its mail, or it has not, and can be taken again.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Reviewer;
use Test::Registration::Hold;

start();
reviewer('add', 'li.si');

my $li   = enter('li.si');
my @word = qw(approve return reject);
my $n    = 0;


# A decision to be taken: another kind and another application each time.

sub planned
{
    my $word   = $word[$n++ % 3];
    my $person = register();

    return {
        person => $person,
        number => $person->{number},
        word   => $word,
        items  => [ $word eq 'return' ? (items => [ item('name') ]) : () ],
    };
}


sub begin ($decision)
{
    $decision->{sent} = $li->begin('POST',
        "registrations/$decision->{number}/decisions", data => {
            version => 1, decision => $decision->{word},
            $decision->{items}->@*,
            ($decision->{word} eq 'approve' ? () : (reason => '请核对')) });

    return $decision;
}


# What of it is in PostgreSQL: state, audit rows, mails.

sub traces ($decision)
{
    return servers()->sql(<<"SQL");
        select a.version,
               (select count(*) from registration.state_change c
                 where c.application_id = a.id and c.version = 2),
               (select count(*) from registration.audit t
                 where t.number = a.number and t.action = '$decision->{word}'),
               (select count(*) from registration.outbox o
                 where o.application_id = a.id and o.version = 2)
          from registration.application a
         where a.number = '$decision->{number}'
SQL
}

use constant { NOTHING => '1|0|0|0', ALL => '2|1|1|1' };


# Workers die, all of them, and are there again.

sub kill_workers
{
    my %old = map { $_ => 1 } servers()->workers;

    kill 'KILL', keys %old;
    wait_for(sub { grep { !$old{$_} } servers()->workers })
        or die 'no worker came back';
}


# PostgreSQL dies without a chance to write anything, and starts again.

sub kill_postgres
{
    kill 'KILL',
        Test::Registration::Servers::family(servers()->{pid}{postgres});
    servers()->stop('postgres', 'KILL');
    servers()->start_postgres;
}


# As a reviewer does: again until there is an answer.

my @finished;

sub finish ($decision)
{
    my $answer;

    wait_for(sub {
        $answer = decision($li, $decision->{number}, 1, $decision->{word},
                           $decision->{items}->@*);
        return $answer && $answer->status =~ /^(?:200|409)$/;
    }, 20);

    is(traces($decision), ALL, "$decision->{word}: done, and once");
    push @finished, $decision;
}


# A worker dies before PostgreSQL has heard of the decision

{
    my $decision = planned();

    servers()->pause('redis');
    begin($decision);
    sleep 0.2;
    kill_workers();
    servers()->resume('redis');

    is($decision->{sent}->finish, undef, 'a worker dies early: no answer');
    is(traces($decision), NOTHING, 'nothing has happened');
    finish($decision);
}


# A worker dies in the middle of the transaction

{
    my $decision = planned();
    my $hold     = Test::Registration::Hold->new;

    begin($decision);
    ok($hold->waits, 'a decision is half written');
    kill_workers();
    is($decision->{sent}->finish, undef, 'a worker dies then: no answer');
    is(traces($decision), NOTHING, 'nobody sees a half of it');
    $hold->let_go;
    like(traces($decision), qr/^(?:\Q${\NOTHING}\E|\Q${\ALL}\E)$/,
         'all of it or nothing');
    finish($decision);
}


# A worker dies after the commit, before it has heard of it

{
    my $decision = planned();
    my $hold     = Test::Registration::Hold->new;

    begin($decision);
    ok($hold->waits, 'a decision is half written');
    kill 'STOP', servers()->workers;
    $hold->let_go;
    ok(wait_for(sub { traces($decision) eq ALL }), 'it is committed');
    kill_workers();
    is($decision->{sent}->finish, undef, 'a worker dies late: no answer');

    my $again = decision($li, $decision->{number}, 1, $decision->{word},
                         $decision->{items}->@*);

    problem_is($again, 409, '', 'the reviewer, who tries again,');
    is($again->json->{current}{version}, 2, 'learns that it is decided');
    finish($decision);
}


# PostgreSQL dies in the middle of the transaction

{
    my $decision = planned();
    my $hold     = Test::Registration::Hold->new;

    begin($decision);
    ok($hold->waits, 'a decision is half written');
    kill_postgres();
    status_is($decision->{sent}->finish, 503, 'PostgreSQL dies: told so');
    $hold->gone;
    is(traces($decision), NOTHING, 'nothing has happened');
    finish($decision);
}


# Workers and PostgreSQL die at any time at all

for my $round (1 .. 16) {
    my @decisions = map { planned() } 1 .. 3;

    begin($_) for @decisions;
    sleep 0.0004 * $round ** 1.6;
    $round % 4 ? kill_workers() : kill_postgres();

    for my $decision (@decisions) {
        my $answer = $decision->{sent}->finish;
        my $traces = traces($decision);

        like($traces, qr/^(?:\Q${\NOTHING}\E|\Q${\ALL}\E)$/,
             "round $round: all of it or nothing");
        is($traces, ALL, 'what was confirmed has happened')
            if $answer && $answer->status == 200;
    }

    finish($_) for @decisions;
}


# Each mail is sent: what a dead worker had taken, when its lease is over

my @unsent = grep {
    my $person = $_->{person};

    !wait_for(sub {
        servers()->sql('update registration.outbox set next_try = now()
            where sent_at is null');
        return mail_to($person->{values}{email}) >= 3;
    }, 20);
} @finished;

is(scalar @unsent, 0, 'code, receipt and decision have been sent to all');
is(servers()->sql('select registration.audit_check()'), '',
   'the audit trail is whole');

checks(alerts => qr/exited on signal 9/);
