# Two requests at once, or one that comes at the wrong moment.

use lib 't/lib';
use Test::Registration;

start(workers => 1,
      parts => { threads => "thread_pool passwords threads=1;\n"
                          . "thread_pool pictures threads=1;\n"
                          . "thread_pool files threads=1;" });


# While PostgreSQL has a submission in hand, its draft's pictures are taken
# away.  The application has them all the same.

sub disturbed ($name, $disturb)
{
    my $client = client();
    my $body   = draft_for($client, person());
    my @ids    = sort values $body->{documents}->%*;

    $client->{before} = { $client->{cookies}->%* };
    servers()->pause('postgres');

    my $submission = $client->begin('POST', 'registrations', data => $body);

    sleep 1;
    $disturb->($client, $body->{documents});
    sleep 0.5;
    servers()->resume('postgres');

    status_is($submission->finish, 201, "$name: submitted");
    is(scalar(grep { stored($_) } @ids), scalar @ids,
       'the application has all of its pictures');
    is(servers()->redis('EXISTS', map { "registration:document:$_" } @ids), 0,
       'which PostgreSQL alone looks after')
        if $name eq 'nothing happens';
}

disturbed('nothing happens', sub { });

disturbed('a picture is deleted', sub ($client, $documents) {
    status_is($client->delete("documents/$documents->{id_card_emblem}"), 204,
              'a picture is deleted meanwhile');
});

disturbed('a picture is replaced', sub ($client, $documents) {
    status_is($client->upload('id_card_emblem', picture()), 201,
              'a picture is replaced meanwhile');
});

disturbed('the draft is deleted', sub ($client, $documents) {
    status_is($client->delete('draft'), 204, 'the draft is deleted meanwhile');
});


# The same when the answer was lost and the draft's end with it.

{
    my $client = client();
    my $body   = draft_for($client, person());
    my @ids    = sort values $body->{documents}->%*;

    $client->{before} = { $client->{cookies}->%* };
    servers()->pause('postgres');

    my $submission = $client->begin('POST', 'registrations', data => $body);

    sleep 1;
    servers()->pause('redis');
    servers()->resume('postgres');
    status_is($submission->finish, 201, 'Redis hangs: submitted');
    servers()->resume('redis');

    $client->{cookies} = { $client->{before}->%* };
    wait_for(sub { $client->delete('draft')->status == 204 });
    sleep 0.5;
    is(scalar(grep { stored($_) } @ids), scalar @ids,
       'deleting the draft deletes no picture of the application');
}

checks();
