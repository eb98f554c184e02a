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

# An abandoned draft, one that is alive, and what a crash between storing a
# picture and entering it into its draft leaves behind

my $abandoned = client()->upload('licence', picture())->json->{id};
my $orphan    = client()->upload('licence', picture())->json->{id};
my $living    = client();
my $alive     = $living->upload('licence', picture())->json->{id};

servers()->redis('DEL', "registration:document:$orphan");
ok(stored($_), 'an upload is stored') for $abandoned, $orphan, $alive;

sub keep_alive ($condition, $seconds)
{
    for (1 .. $seconds) {
        $living->put('draft', { postcode => '450000' });
        return 1 if $condition->();
        sleep 1;
    }

    return $condition->();
}

keep_alive(sub { 0 }, 7);

ok(keep_alive(sub { !stored($abandoned) }, 5),
   'an abandoned draft\'s picture is swept');
ok(keep_alive(sub { !stored($orphan) }, 5),
   'so is a file that nobody owns');
ok(stored($alive), 'a draft in use keeps its picture');
status_is($living->get("documents/$alive"), 200, 'and can show it');
is(scalar(grep { stored($_) } @ids), scalar @ids,
   'an application keeps all of its');


# Nobody can be asked: nothing is removed.

servers()->stop('postgres', 'INT');

keep_alive(sub { 0 }, 6);
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

# An answer that does not fit the question is none.

my $known = servers()->sql("select pg_get_functiondef(
    'registration.documents_known(text[])'::regprocedure)");

servers()->sql($known =~ s/(SELECT d\.id::text)/SELECT '!' || d.id::text/r);
sleep 4;
is(scalar(grep { stored($_) } @ids), scalar @ids,
   'PostgreSQL answers something else: the pictures stay');
servers()->sql($known);

decide($person->{number}, 'approved');
sign_in($person->{client}, $person->{values});
status_is($person->{client}->get("documents/$ids[0]"), 200,
          'their owner can see them');

servers()->sql("update registration.document set data_key = null
                 where id = '$ids[0]'");
problem_is($person->{client}->get("documents/$ids[0]"), 404, '',
           'until its key is destroyed');

unlike(Test::Registration::Servers::slurp("$dir/error.log"), qr/setpriority/,
       'no thread is asked to raise its priority again');

checks();
