# Recognition from end to end with the real recogniser and drawn specimens,
# where it has been built (make recognizer); without it, what then is told.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Applicant;
use Test::Registration::Servers;

my $build    = $Test::Registration::Servers::BUILD;
my ($binary) = grep { -x } "$build/registration-recognizer";
my ($draw)   = grep { -x } "$build/specimens/draw";

# The machine may be busy: how fast it is, make recognition-report tells.

start(directives => {
    recognizer => 'unix:%DIR%/recognizer/socket timeout=60s',
    draft => 'uploads=100' });

my $servers = servers();


# Without it, nobody waits, and people type.

{
    my $browser = client();
    my $answer  = $browser->upload('licence', picture());

    status_is($answer, 201, 'an upload without a recogniser');

    my $told = $browser->get("documents/" . $answer->json->{id}
                             . '/recognition?wait=30');

    is_deeply($told->json,
              { state => 'unavailable', fields => {}, warnings => [] },
              'nothing is read');
}

if (!$binary || !$draw) {
    diag('registration-recognizer or the specimens are not built (make '
         . 'recognizer specimens): tested without');
    checks();
    exit;
}

$servers->start_recognizer(binary => $binary,
                           models => "$build/recognizer/models");

my %shown = ('男' => 'M', '女' => 'F', '长期' => 'true');


# A fresh picture of nobody; its fields as they are drawn.

sub specimen ($kind, %more)
{
    my $path = "$servers->{dir}/specimen.jpg";
    my ($drawn, $bytes);

    # some are smaller or have more bytes than an upload may

    do {
        $drawn = $Test::Registration::Client::JSON->decode(
            Test::Registration::Servers::run($draw, '--kind', $kind,
                '--level', 'scan', '--seed', 1 + int rand 1e6,
                map({ ("--$_", $more{$_}) } keys %more), $path));
        $bytes = -s $path;
    } while ($drawn->{width} < 600 || $drawn->{height} < 600
             || $bytes > 5 * 1024 * 1024);

    my $picture = Test::Registration::Servers::slurp($path);

    unlink $path;
    Test::Registration::Applicant::canary(grep { length >= 8 && !/^\d{4}-/ }
        grep { !ref } values $drawn->{fields}->%*);

    return ($picture, $drawn->{fields});
}

sub recognized ($browser, $kind, $picture)
{
    my $answer = $browser->upload($kind, $picture);

    status_is($answer, 201, "a specimen: $kind") or return {};
    is($answer->json->{recognition}, 'pending', 'it is to be read');

    my $path = "documents/" . $answer->json->{id} . '/recognition?wait=30';
    my $told;

    wait_for(sub {
        $told = $browser->get($path)->json;
        $told->{state} ne 'pending';
    }, 90);

    return $told;
}

for ([ 'id_card_portrait', qw(id_number birth_date sex) ],
     [ 'id_card_emblem', 'valid_from' ],
     [ 'licence', 'id_number' ],
     [ 'passport_page', 'id_number' ])
{
    my ($kind, @fields) = @$_;
    my ($picture, $drawn) = specimen($kind);
    my $told = recognized(client(), $kind, $picture);

    is($told->{state}, 'done', "$kind is read") or next;

    for my $field (@fields) {
        my $expected = $drawn->{$field} // 'not drawn';

        is($told->{fields}{$field}{value}, $shown{$expected} // $expected,
           "$kind: $field");
    }
}

# Cards that papers around them hid: askew on one, far away and lying across.

for ([ 'id_card_emblem', 'medium', 15419811, 'valid_from' ],
     [ 'id_card_portrait', 'hard', 66105, 'id_number' ])
{
    my ($kind, $level, $seed, $field) = @$_;
    my ($picture, $drawn) = specimen($kind, level => $level, seed => $seed);
    my $told = recognized(client(), $kind, $picture);

    is($told->{fields}{$field}{value}, $drawn->{$field},
       "$kind $level $seed: found among papers");
}

{
    my $browser = client();
    my ($emblem) = specimen('id_card_emblem');
    my $told = recognized($browser, 'id_card_portrait', $emblem);
    my %warned = map { $_->{code} => $_->{message} } $told->{warnings}->@*;

    ok($warned{wrong_side}, 'the other side of the card is noticed')
        or diag(join ' ', keys %warned);
}

{
    my $told = recognized(client(), 'id_card_portrait',
                          picture(width => 1200, height => 900));

    is($told->{state}, 'unreadable', 'blocks of colours cannot be read');
    ok($told->{warnings}->@* && $told->{warnings}[0]{message},
       'which is said');
}

# 39 Mpx of nothing, as large as an upload may be

{
    my $told = recognized(client(), 'licence',
                          picture(width => 7800, height => 5000,
                                  quality => 30));

    like($told->{state}, qr/^(?:unreadable|unavailable)$/, 'a huge picture');
}

# What pictures took it keeps for the next ones, and soon gives it back.

sub status ()
{
    return Test::Registration::Servers::slurp(
        '/proc/' . $servers->recognizer_child . '/status');
}

like(status(), qr/^Seccomp:\s*2$/m, 'the engine runs behind its filter');

ok(wait_for(sub { status() =~ /^VmRSS:\s*(\d+) kB$/m && $1 < 150 * 1024 }, 20),
   'with nothing to do it takes less than 150 MB') or diag(status());

{
    my ($picture) = specimen('id_card_portrait');
    my $browser = client();

    kill 'KILL', $servers->recognizer_child;

    ok(wait_for(sub {
        my $json = $browser->upload('id_card_portrait', $picture)->json;

        $json->{recognition} eq 'pending'
            && $browser->get("documents/$json->{id}/recognition?wait=30")
                       ->json->{state} eq 'done'
    }, 120), 'after kill -9 it reads again');
}

checks();
