# Recognition as clients see it: told by any worker, in time, and never in
# anybody's way, whatever the recogniser does.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Applicant;
use Test::Registration::Servers;

my ($name, $number, $address)
    = map { Test::Registration::Applicant::canary($_) }
    Test::Registration::Applicant::random_han(4),
    Test::Registration::Applicant::resident_id(),
    Test::Registration::Applicant::random_han(12);

my %env = (OCR_NAME => $name, OCR_NUMBER => $number, OCR_ADDRESS => $address,
           OCR_BIRTH => '1990-03-07', OCR_SEX => 'F');

utf8::encode($_) for values %env;

my $socket = 'unix:%DIR%/recognizer/socket';
my $status = 'location = /status { registration_status; }';

start(directives => { recognizer => $socket, draft => 'uploads=1000' },
      parts => { server => $status, upload => <<'CONF' });
                client_max_body_size 6m;
CONF

my $servers = servers();

$servers->start_recognizer(env => \%env, queue => 4);


# What the engine does with a picture goes by its width (scripted_ocr.c).

my %width = (read => 640, second => 601, hangs => 602, dies => 603,
             fails => 604, blurred => 605, turned => 606, nonsense => 607);

sub scripted ($what) { picture(width => $width{$what}) }

sub upload ($browser, $what, $kind = 'id_card_portrait')
{
    my $answer = $browser->upload($kind, scripted($what));

    status_is($answer, 201, "an upload: $what") or return;
    return $answer->json;
}

sub recognized ($browser, $id, $wait = 20)
{
    return $browser->get("documents/$id/recognition?wait=$wait");
}

sub state_is ($browser, $id, $state, $text, $wait = 20)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $answer = recognized($browser, $id, $wait);

    is($answer ? $answer->json->{state} : 'no answer', $state, $text)
        or diag($answer ? $answer->text : '');
    return $answer ? $answer->json : {};
}

sub log_text { Test::Registration::Servers::slurp("$servers->{dir}/error.log") }

sub metric ($text)
{
    my ($line) = client()->request('GET', '/status')->text
        =~ /^\Q$text\E (\S+)$/m;
    return $line // 'none';
}


# The picture fills in the form.

{
    my $browser = client();
    my $json    = upload($browser, 'read');

    is($json->{recognition}, 'pending', 'the upload does not wait for it');

    my $result = state_is($browser, $json->{id}, 'done', 'it is read');

    is_deeply($result->{fields}{name},
              { value => $name, confidence => 0.969,
                vouched => JSON::PP::false }, 'a guess, and said to be one');
    is_deeply($result->{fields}{id_number},
              { value => $number, confidence => 0.969,
                vouched => JSON::PP::true }, 'a value that is vouched for');
    is_deeply($result->{warnings}, [], 'nothing to warn of');
    is($result->{seen}, 'id_card_portrait', 'and what it looks like');

    # any of the workers

    state_is($browser, $json->{id}, 'done', 'told again', 0) for 1 .. 8;

    for my $other (client()) {
        $other->put('draft', { postcode => '450000' });
        problem_is(recognized($other, $json->{id}), 404, '',
                   'to nobody else');
    }

    problem_is($browser->get("documents/$json->{id}/recognition?wait=$_"),
               422, 'wait format', "no time to wait: $_")
        for '31', '-1', 'x', '1.5';

    is($browser->get("documents/$json->{id}/recognition?wait=")->json->{state},
       'done', 'an empty argument is none');

    like(metric('registration_recognitions_total{result="done"}'),
         qr/^[1-9]/, 'it is counted');
    like(metric('registration_recognition_seconds_count'), qr/^[1-9]/,
         'and its time');
}


# Those who wait are woken; who does not wait is told how things stand.

{
    my $browser = client();
    my $id      = upload($browser, 'second')->{id};

    state_is($browser, $id, 'pending', 'not yet', 0);

    my @waiting = map { $browser->begin('GET',
        "documents/$id/recognition?wait=20") } 1 .. 4;

    $_->abort for splice @waiting, 0, 2;

    is($_->finish->json->{state}, 'done', 'woken when it is read')
        for @waiting;

    state_is($browser, $id, 'done', 'over HTTP/2, too');
    is($browser->get("documents/$id/recognition?wait=20",
                     http2 => 1)->json->{state}, 'done', 'it is told');
}

{
    my $browser = client();
    my $id      = upload($browser, 'hangs')->{id};

    my @waiting = map { $browser->begin('GET',
        "documents/$id/recognition?wait=1") } 1 .. 20;
    my %got;

    $got{$_->finish->status}++ for @waiting;

    ok($got{429}, 'not all of too many may wait');
    ok($got{200} && $got{200} >= 8, 'but enough may');

    ok(wait_for(sub {
        my $again = client();
        my $try = $again->upload('licence', scripted('read'))->json;

        $try->{recognition} eq 'pending'
            && recognized($again, $try->{id})->json->{state} eq 'done'
    }, 40), 'the other thread goes on');

    ok(wait_for(sub {
        Test::Registration::Servers::slurp("$servers->{dir}/recognizer.out")
            =~ /a thread hangs: starting anew/
    }, 60), 'and the one that hangs is got rid of');
    reads_again('and replaced');
}


# What else may come of a picture

{
    my $browser = client();
    my $blurred = state_is($browser, upload($browser, 'blurred')->{id},
                           'unreadable', 'a picture that cannot be read');

    is($blurred->{warnings}[0]{code}, 'unreadable', 'says so');
    like($blurred->{warnings}[0]{message}, qr/\p{Han}/, 'in Chinese');

    my $english = $browser->get('documents/'
        . upload($browser, 'blurred')->{id} . '/recognition?wait=20',
        headers => [ 'Accept-Language: en' ])->json;

    like($english->{warnings}[0]{message}, qr/sharp/, 'or in English');

    state_is($browser, upload($browser, $_)->{id}, 'unavailable',
             "an engine that $_") for qw(fails nonsense);
}

{
    my $browser  = client();
    my $portrait = upload($browser, 'turned')->{id};
    my $alone    = state_is($browser, $portrait, 'unreadable',
                            'the other side of the card');

    is($alone->{warnings}[0]{code}, 'wrong_side', 'is told for one');

    my $emblem = upload($browser, 'turned', 'id_card_emblem')->{id};

    for my $id ($emblem, $portrait) {
        my $both = state_is($browser, $id, 'unreadable', 'both sides');

        is($both->{warnings}[0]{code}, 'swapped', 'are told to be swapped');
    }
}

is(client()->upload('supporting', picture())->json->{recognition},
   'unavailable', 'what nobody reads is not waited for');


# A picture that is replaced or removed takes its result with it.

{
    my $browser = client();
    my $first   = upload($browser, 'second')->{id};
    my $second  = upload($browser, 'blurred')->{id};

    problem_is(recognized($browser, $first), 404, '', 'the first is gone');
    state_is($browser, $second, 'unreadable', 'the second is read');
    sleep 1.5;
    state_is($browser, $second, 'unreadable', 'and stays what it is');

    my $third = upload($browser, 'second')->{id};

    status_is($browser->delete("documents/$third"), 204, 'one is deleted');
    sleep 1.5;
    problem_is(recognized($browser, $third), 404, '', 'without a trace');
    is_deeply($browser->get('draft')->json->{documents}, [],
              'in the draft, too');

    unlike($servers->redis('KEYS', '*'), qr/reading|recognition/,
           'or of its own in Redis');
}


# What was read goes with the application, and is compared for reviewers.

sub reviewed ($number)
{
    state $reviewer = do {
        my $dir = $servers->{dir};

        Test::Registration::Servers::spew("$dir/password",
                                          "seven quiet harbours 41\n");
        Test::Registration::Servers::run('sh', '-c',
            "exec \"\$@\" < $dir/password", 'sh',
            Test::Registration::Servers::registrationctl(), 'reviewer', 'add',
            'li.si', '--database',
            "host=$dir/postgres dbname=registration user=postgres");

        my $client = client(mount => '/admin/api');

        $client->post('sessions', { name => 'li.si',
                                    password => 'seven quiet harbours 41' });
        $client;
    };

    return $reviewer->get("registrations/$number")->json;
}

sub compared ($review, $kind)
{
    my ($document) = grep { $_->{kind} eq $kind && !$_->{replaced_at} }
        $review->{documents}->@*;

    return { map { $_->{field} => $_->{result} }
             $document->{recognition}{compared}->@* };
}

{
    my $browser = client();
    my $values  = person(name => $name, id_number => $number,
                         address => "$address!");
    my %documents;

    for my $kind (kinds('resident_id_card')) {
        $documents{$kind} = upload($browser,
            $kind eq 'id_card_emblem' ? 'blurred' : 'read', $kind)->{id};
        recognized($browser, $documents{$kind});
    }

    my $answer = submit($browser, fill($browser, {
        %$values, documents => \%documents,
        email_code => code_for($browser, $values->{email}) }));

    status_is($answer, 201, 'an application with what was read');

    my $review = reviewed($answer->json->{number});

    is_deeply(compared($review, 'id_card_portrait'),
              { name => 'same', id_number => 'same', address => 'same' },
              'typed as it was read');
    is_deeply(compared($review, 'id_card_emblem'),
              { valid_from => 'not_read', valid_until => 'not_read' },
              'and what was not read');
    is_deeply({ map { $_->{check} => $_->{result} }
                $review->{checks}{card}->@* },
              { number_birth => 'same', number_sex => sex($number),
                number_region => 'different', term_age => 'not_read',
                number_handheld => 'same' }, 'the card against itself');
    like($review->{checks}{card}[0]{message}, qr/\p{Han}/, 'in words');

    # a correction of what was typed, and of one picture

    $servers->sql("update registration.application set open_fields =
        '{name,documents.id_card_emblem}' where number = '"
        . $answer->json->{number} . "'");
    decide($answer->json->{number}, 'returned');
    sign_in($browser, $values);

    my $emblem = upload($browser, 'read', 'id_card_emblem')->{id};

    recognized($browser, $emblem);
    status_is($browser->put('correction', { version => 2,
        name => Test::Registration::Applicant::canary(
            Test::Registration::Applicant::random_han(4)),
        documents => { id_card_emblem => $emblem } }), 200, 'it is corrected');

    $review = reviewed($answer->json->{number});

    is(compared($review, 'id_card_portrait')->{name}, 'different',
       'another name is not what was read');

    my ($old) = grep { $_->{replaced_at} } $review->{documents}->@*;

    is($old->{recognition}{state}, 'unreadable',
       'the picture that was replaced keeps what was read');
    is_deeply($old->{recognition}{compared}, [], 'with nothing to compare');

    # whoever does not wait submits without

    my $hasty = register();

    is(reviewed($hasty->{number})->{documents}[0]{recognition}{state},
       'done', 'it may be there without being waited for')
        or diag('too fast for it');
}

sub sex ($number) { substr($number, 16, 1) % 2 ? 'different' : 'same' }


# The recogniser dies, again and again: it is back by itself.

# By every worker: each finds out for itself.

sub reads_again ($text)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    ok(wait_for(sub {
        for (1 .. 6) {
            my $browser = client();
            my $json = $browser->upload('licence', scripted('read'))->json;

            return 0 if $json->{recognition} ne 'pending'
                || recognized($browser, $json->{id})->json->{state} ne 'done';
        }

        return 1;
    }, 60), $text);
}

{
    my $browser = client();

    state_is($browser, upload($browser, 'dies')->{id}, 'unavailable',
             'a picture that kills the engine');
    reads_again('it is back after that');

    my $child = $servers->recognizer_child;

    kill 'KILL', $child;
    is($browser->upload('licence', scripted('read'))->status, 201,
       'uploads go on without a recogniser');
    status_is($browser->get('form'), 200, 'and all else');
    reads_again('it is back after kill -9');
    isnt($servers->recognizer_child, $child, 'as another process');
}

{
    my $browser = client();

    kill 'STOP', $servers->recognizer_child;

    my $json = upload($browser, 'read');

    state_is($browser, $json->{id}, 'unavailable', 'one that is stopped');
    status_is($browser->get('form'), 200, 'stops nothing else');
    is($browser->upload('licence', scripted('read'))->status, 201,
       'no upload either');
    reads_again('it is replaced');
    like(Test::Registration::Servers::slurp(
             "$servers->{dir}/recognizer.out"), qr/is silent: it is killed/,
         'because it was silent');
}


# More pictures than it can take

{
    my @browsers = map { client() } 1 .. 16;
    my @uploads  = map { [ $_, upload($_, 'second') ] } @browsers;
    my %got;

    for (@uploads) {
        my ($browser, $json) = @$_;
        $got{recognized($browser, $json->{id})->json->{state}}++;
    }

    ok($got{done}, 'a full queue: some are read');
    ok($got{unavailable}, 'the others are not');
    is(join(' ', grep { !/^(?:done|unavailable)$/ } keys %got), '',
       'and nothing else is said of any');
    reads_again('then it has time again');
}


# A worker that dies leaves nobody waiting.

{
    my $browser = client();
    my $id      = upload($browser, 'second')->{id};

    kill 'KILL', $servers->workers;
    wait_for(sub { $servers->workers == $servers->{workers} });

    state_is($browser, $id, 'unavailable', 'a worker died: in time');
}


# One that quits ends what it has begun.

{
    my $browser = client();
    my $id      = upload($browser, 'second')->{id};

    $servers->reload;
    state_is($browser, $id, 'done', 'a reload loses no picture');
}


# It ends in order: what is in work is finished.

{
    my $browser = client();
    my $id      = upload($browser, 'second')->{id};

    sleep 0.3;
    is($servers->stop('recognizer', 'TERM'), 'ended', 'it ends when told to');
    state_is($browser, $id, 'done', 'after the picture in work');

    my $none = upload($browser, 'read');

    state_is($browser, $none->{id}, 'unavailable', 'then there is none');
    ok(!-e "$servers->{dir}/recognizer/socket", 'nor a socket');
    like(log_text(), qr/\[error\].*the recognizer at "unix:.*until it is back/,
         'which the log says');
}


# Without models it says so, and waits for them.

{
    unlink "$servers->{dir}/recognizer/models";
    $servers->start_recognizer(env => \%env, missing => 1);

    ok(wait_for(sub {
        Test::Registration::Servers::slurp("$servers->{dir}/recognizer.out")
            =~ /there are no models/
    }), 'missing models are told');

    my $browser = client();

    state_is($browser, upload($browser, 'read')->{id}, 'unavailable',
             'nothing is read without');

    Test::Registration::Servers::spew("$servers->{dir}/recognizer/models",
                                      "none\n");
    reads_again('until they are there');
}


# What speaks to its socket without being nginx

{
    my @wrong = ('', 'GET / HTTP/1.1', "\0\0\0\1\1\0\0\0\0\0\0\1",
                 "\xff\xff\xff\xff\1\0\0\0\0\0\1\0", "\0" x 100);

    for my $text (@wrong) {
        my $peer = IO::Socket::UNIX->new(
            Peer => "$servers->{dir}/recognizer/socket");
        $peer->syswrite($text);
        shutdown $peer, 1;
        sysread $peer, my $answer, 100;
        is(length $answer, 0, 'gets no answer');
    }

    # slowly, and in great number

    my @idle = map { IO::Socket::UNIX->new(
        Peer => "$servers->{dir}/recognizer/socket") } 1 .. 200;

    @idle = ();
    reads_again('and stops nobody');
}


# The directive

my $wrong = 'invalid|needs';

for my $value ('127.0.0.1:80', "$socket timeout=0", "$socket timeout=61s",
               "$socket queue=0", "$socket queue=2000", "$socket more=1",
               "$socket connections=x")
{
    my ($accepted, $text) = $servers->try_config(
        directives => { recognizer => $value });

    ok(!$accepted, "not accepted: $value");
    like($text, qr/\[emerg\].*(?:$wrong)/, 'and why');
}

$servers->write_config;


# Nothing of a picture or a field lies anywhere.

{
    my @open = glob '/proc/' . $servers->recognizer_child . '/fd/*';
    my @files = grep { m{^/} && !m{^/dev/null|recognizer\.out} }
        map { readlink // '' } @open;

    is(join(' ', @files), '', 'the recogniser has no file open');

    my $status = Test::Registration::Servers::slurp(
        '/proc/' . $servers->recognizer_child . '/status');

    like($status, qr/^Seccomp:\s*2$/m, 'and may open none');
    like($status, qr/^NoNewPrivs:\s*1$/m, 'nor become another');

    my @left = grep { !m{/(?:socket|models|registration-recognizer)$} }
        glob "$servers->{dir}/recognizer/{*,.[!.]*}";

    is(join(' ', @left), '', 'it leaves no file behind');
}

checks(alerts => qr/exited on signal 9/);
