# A new sealing key: what the old one sealed still opens, and what the new one
# seals is opened where it is staged.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

start();

my $keys   = servers()->{dir} . '/keys';
my $ctl    = Test::Registration::Servers::registrationctl();
my $person = register();
my $draft  = client();
my $values = person();
my $body   = draft_for($draft, $values);
my $old    = $body->{documents}{id_card_portrait};

$draft->put('draft', { name => $values->{name} });
decide($person->{number}, 'approved');

my $session = client();

sign_in($session, $person->{values});

my $seals = sub { scalar(() = Test::Registration::Servers::slurp($keys)
                              =~ /^seal /mg) };

is($seals->(), 1, 'one sealing key');
Test::Registration::Servers::run($ctl, 'key', 'rotate', $keys);
is($seals->(), 2, 'two after "key rotate"');
is((stat $keys)[2] & 07777, 0600, 'still its owner\'s alone');

servers()->reload;

is($draft->get('draft')->json->{values}{name}, $values->{name},
   'a draft of before');
status_is($draft->get("documents/$old"), 200, 'its pictures');
status_is($session->get('session'), 200, 'a session');
status_is($session->get('documents/'
              . $person->{body}{documents}{id_card_portrait}), 200,
          'an application\'s pictures');
status_is(sign_in(client(), $person->{values}), 200, 'an account');
problem_is(client()->get("availability?username="
               . 'x' x 33), 422, 'username too_long', 'no other name');
status_is(submit($draft, $body), 201, 'a code of before');

my $new = client()->upload('licence', picture());

status_is($new, 201, 'and new things');

# All records under the newest key

Test::Registration::Servers::run($ctl, 'key', 'rewrap', $keys,
    '--database', 'host=' . servers()->{dir}
    . '/postgres dbname=registration user=postgres');

status_is($session->get('documents/'
              . $person->{body}{documents}{id_card_portrait}), 200,
          'an application\'s pictures after "key rewrap"');

# Two machines, one after the other: what the one that seals with the next key
# has sealed, the one that knows it as staged opens.

Test::Registration::Servers::run($ctl, 'key', 'stage', $keys);
is($seals->(), 2, 'a staged key is none that seals');
Test::Registration::Servers::run('cp', '-p', $keys, "$keys.staged");
Test::Registration::Servers::run($ctl, 'key', 'rotate', $keys);
is($seals->(), 3, 'until "key rotate" puts it into use');
servers()->reload;

my $ahead = client();

status_is($ahead->upload('licence', picture()), 201, 'sealed by the one');

rename $keys, "$keys.rotated";
rename "$keys.staged", $keys;
servers()->reload;

is(scalar @{ $ahead->get('draft')->json->{documents} }, 1,
   'opened by the other');
status_is($session->get('session'), 200, 'a session of before');

rename "$keys.rotated", $keys;


# Keys of another: nothing opens, nothing crashes.

rename $keys, "$keys.away";
Test::Registration::Servers::run($ctl, 'key', 'new', $keys);
servers()->reload;

problem_is($session->get('session'), 401, '',
           'under other keys a session is none');
is_deeply($draft->get('draft')->json->{values}, {}, 'nor a draft');
problem_is($draft->get("documents/$old"), 404, '', 'nor its pictures');

rename "$keys.away", $keys;
servers()->reload;

status_is($session->get('session'), 200,
          'with the right keys all is as before');

checks();
