# Pictures that nobody owns go; those that somebody owns stay, whatever is
# down meanwhile.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

start(directives => { draft => 'lifetime=4s sweep=1s' });

my $dir = servers()->{dir};


# Submitted ones are never swept.

my $person = register();
my @ids    = values $person->{body}{documents}->%*;

# An abandoned draft, one that is alive, and what a crash left behind

my $abandoned = client()->upload('licence', picture())->json->{id};
my $living    = client();
my $alive     = $living->upload('licence', picture())->json->{id};

my $orphan = 'B' x 22;
my ($folder) = stored($ids[0]) =~ m{(.*)/};

Test::Registration::Servers::spew("$folder/$orphan", 'x' x 100);
chown +(stat $folder)[4, 5], "$folder/$orphan";

ok(stored($abandoned), 'an upload is stored');

for (1 .. 9) {
    $living->put('draft', { postcode => '450000' });
    sleep 1;
}

ok(wait_for(sub { !stored($abandoned) }, 5),
   'an abandoned draft\'s picture is swept');
ok(wait_for(sub { !-e "$folder/$orphan" }, 5),
   'so is a file that nobody ever owned');
ok(stored($alive), 'a draft in use keeps its picture');
status_is($living->get("documents/$alive"), 200, 'and can show it');
is(scalar(grep { stored($_) } @ids), scalar @ids,
   'an application keeps all of its');


# Nobody can be asked: nothing is removed.

servers()->stop('postgres', 'INT');

for (1 .. 6) {
    $living->put('draft', { postcode => '450000' });
    sleep 1;
}

is(scalar(grep { stored($_) } @ids), scalar @ids,
   'PostgreSQL is down: an application\'s pictures stay');

servers()->start_postgres;
servers()->pause('redis');
sleep 3;
ok(stored($alive), 'Redis hangs: a draft\'s picture stays');
servers()->resume('redis');

ok(wait_for(sub { !stored($alive) }, 15),
   'both are back: sweeping goes on with what was left');
is(scalar(grep { stored($_) } @ids), scalar @ids,
   'and the application\'s pictures are still there');

decide($person->{number}, 'approved');
sign_in($person->{client}, $person->{values});
status_is($person->{client}->get("documents/$ids[0]"), 200,
          'their owner can see them');

checks();
