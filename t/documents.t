# Pictures: uploaded in every way, refused for every reason, kept without
# anything that is not the picture.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Client;
use Test::Registration::Picture;

start(directives => { draft => 'uploads=100' },
      parts => { upload => <<'CONF' });
                client_max_body_size 6m;
                client_body_buffer_size 16k;
CONF

my $client = client();


# In every way that a body can come

for my $way ([ 'with a length' ], [ 'chunked', how => 'chunked' ],
             [ 'one byte a write', how => 'bytes' ],
             [ 'in pieces of 1000 bytes', how => 1000 ],
             [ 'over HTTP/2', http2 => 1 ])
{
    my ($name, %way) = @$way;
    my $browser = client();
    my $picture = picture();
    my $answer  = $browser->upload('licence', $picture, %way);

    status_is($answer, 201, "an upload $name") or next;

    my $json = $answer->json;

    is($json->{kind}, 'licence', 'its kind');
    is($json->{filename}, 'licence.jpg', 'its name');
    is("$json->{width}x$json->{height}", '640x600', 'its size');

    my $stored = $browser->get("documents/$json->{id}");

    status_is($stored, 200, 'it can be had');
    is($stored->header('Content-Type'), 'image/jpeg', 'as JPEG');
    is($stored->header('Cache-Control'), 'no-store', 'not to be kept');
    is(length $stored->body, $json->{bytes}, 'as many bytes as was said');
    is(same($stored->body, $picture), 1, 'it is the same picture');

    my ($listed) = $browser->get('draft')->json->{documents}->@*;

    delete $json->{recognition};
    is_deeply($listed, $json, 'the draft lists it');
}

sub same ($got, $expected)
{
    my ($a, $b) = map { Test::Registration::Picture::decode($_) }
        $got, $expected;

    return $a && $b && $a->{pixels} eq $b->{pixels} ? 1 : 0;
}


# The parts' order is the client's, and so is the name's form.

sub parts ($browser, @parts)
{
    my ($type, $body) = Test::Registration::Client::multipart(\@parts);

    return $browser->request('POST', 'documents', body => $body,
                             type => $type);
}

sub file_part ($picture = picture(), %more)
{
    return { name => 'file', filename => 'a.jpg', type => 'image/jpeg',
             body => $picture, %more };
}

sub kind_part ($kind = 'licence') { { name => 'kind', body => $kind } }

status_is(parts(client(), file_part(), kind_part()), 201,
          'the file before its kind');

for ([ 'form-data; name="file"; filename="a\\"b.jpg"', 'a"b.jpg',
       'a quoted quote' ],
     [ 'form-data; name=file; filename=c.jpg', 'c.jpg', 'tokens' ],
     [ "form-data; name=\"file\"; filename*=UTF-8''%E8%AF%81.jpg", '证.jpg',
       'filename*' ],
     [ 'form-data; name="file"; filename="证件.jpg"', '证件.jpg', 'UTF-8' ],
     [ 'form-data; name="file"; filename="C:\\\\dir\\\\d.jpg"', 'd.jpg',
       'a path of Windows' ],
     [ 'form-data; name="file"; filename="../../e.jpg"', 'e.jpg',
       'a path that climbs' ])
{
    my ($disposition, $filename, $name) = @$_;
    my $answer = parts(client(), kind_part(),
                       file_part(picture(), disposition => $disposition));

    status_is($answer, 201, "a file name: $name") or next;
    is($answer->json->{filename}, $filename, 'as it was meant');
}


# What is wrong with a form

for ([ [ file_part() ], 'kind required', 'no kind' ],
     [ [ kind_part('portrait'), file_part() ], 'kind unknown',
       'an unknown kind' ],
     [ [ kind_part() ], 'file required', 'no file' ],
     [ [ kind_part(), file_part(), { name => 'more', body => '1' } ],
       'more unknown_member', 'a part that nobody knows' ],
     [ [ { name => 'm' x 32, body => '1' }, kind_part(), file_part() ],
       'm' x 32 . ' unknown_member', 'one of a long name' ],
     [ [ { name => 'm' x 33, body => '1' }, kind_part(), file_part() ],
       'file unknown_member', 'one of a name that is none of a field' ],
     [ [ { name => '<b>', body => '1' }, kind_part(), file_part() ],
       'file unknown_member', 'nor is this' ],
     [ [ kind_part(), file_part(), file_part() ], 'file unknown_member',
       'two files' ],
     [ [ kind_part(), kind_part(), file_part() ], 'kind unknown_member',
       'two kinds' ])
{
    my ($parts, $errors, $name) = @$_;

    problem_is(parts(client(), @$parts), 422, $errors, $name);
}

my ($type, $body) = Test::Registration::Client::multipart(
    [ kind_part(), file_part() ]);

sub broken ($name, $status, $body, $type_ = $type, %more)
{
    problem_is(client()->request('POST', 'documents', body => $body,
                                 type => $type_, %more),
               $status, undef, $name);
}

status_is(client()->request('POST', 'documents', body => $body,
                            type => $type =~ s/;/\t;\t/r),
          201, 'tabs around the semicolon of the type');

broken('no closing delimiter', 400, substr $body, 0, -4);
broken('LF instead of CRLF', 400, $body =~ s/\r\n/\n/gr);
broken('another boundary', 400, $body =~ s/--registration/--other/gr);
broken('an empty body', 400, '');
broken('nothing but the end', 400, '------registration-test-boundary--');
broken('no boundary', 400, $body, 'multipart/form-data');
broken('a boundary that is too long', 400, $body,
       'multipart/form-data; boundary=' . 'x' x 71);
broken('a part without a name', 400, $body =~ s/; name="kind"//r);
broken('17 headers in a part', 400,
       $body =~ s/(Content-Type:)/join('', "X: y\r\n" x 16) . $1/er);
broken('5 KiB of headers in a part', 400,
       $body =~ s/(Content-Type:)/'X: ' . 'y' x 5000 . "\r\n$1"/er);
broken('multipart/mixed', 415, $body, $type =~ s/form-data/mixed/r);
broken('a coded body', 415, $body, $type,
       headers => [ 'Content-Encoding: gzip' ]);


# What is wrong with a picture

sub refused ($name, $status, $code, $picture)
{
    my $browser = client();

    problem_is($browser->upload('licence', $picture), $status, "file $code",
               $name);
    is_deeply($browser->get('draft')->json->{documents}, [],
              'and not kept');
}

my $good = picture();

refused('a PNG', 415, 'not_jpeg', "\x89PNG\r\n\x1a\n" . 'x' x 1000);
refused('a PDF', 415, 'not_jpeg', "%PDF-1.4\n" . 'x' x 1000);
refused('an empty file', 422, 'required', '');
refused('only the first marker', 422, 'truncated', "\xff\xd8\xff");
refused('half a picture', 422, 'truncated',
        substr $good, 0, length($good) / 2);
refused('a picture without its last bytes', 422, 'truncated',
        substr $good, 0, length($good) - 40);
refused('an end in the middle', 422, 'truncated',
        substr($good, 0, length($good) / 2) . "\xff\xd9"
        . substr $good, length($good) / 2);
refused('599 pixels a side', 422, 'too_small',
        picture(width => 599, height => 700));
refused('12001 pixels a side', 422, 'too_large',
        picture(width => 12_001, height => 600, grey => 1, quality => 10));
refused('more than 40 Mpx', 422, 'too_many_pixels',
        picture(width => 8000, height => 5010, grey => 1, quality => 5));
refused('more than 16 Mpx progressive', 422, 'too_many_pixels',
        picture(width => 4100, height => 4100, grey => 1, quality => 5,
                progressive => 1));

status_is(client()->upload('licence', picture(progressive => 1)), 201,
          'a small progressive picture is welcome');
status_is(client()->upload('licence', picture(grey => 1)), 201,
          'so is a grey one');
status_is(client()->upload('licence', picture(width => 600)), 201,
          'so is one of 600 pixels');


# 5 MiB, not a byte more

my $limit = 5 * 1024 * 1024;

status_is(client()->upload('licence',
              Test::Registration::Picture::padded($good, $limit)),
          201, 'a file of 5 MiB');
problem_is(client()->upload('licence',
               Test::Registration::Picture::padded($good, $limit + 1)),
           413, 'file too_large', 'a byte more');

for my $way ([ 'with a length' ], [ 'chunked', how => 'chunked' ]) {
    my ($name, %way) = @$way;
    my $body     = 'x' x (7 * 1024 * 1024);
    my $exchange = client()->begin('POST', 'documents', body => $body,
        type => $type, keepalive => 1, %way);

    problem_is($exchange->finish, 413, undef,
               "more than client_max_body_size, $name");
    ok($exchange->closed(10), 'and the connection is closed');
}

# curl 7.88 gives up when nginx resets the stream: the log tells the status.

eval {
    client(observe => undef)->request('POST', 'documents', http2 => 1,
        body => 'x' x 7_000_000, type => $type);
};

like(Test::Registration::Servers::slurp(servers()->{dir} . '/access.log'),
     qr{ POST /api/documents 413\n\z}, 'the same over HTTP/2');


# Upright, and nothing but the picture

my %corner = (                  # of the original: where it is when upright
    1 => [ 'tl', 'tr' ], 2 => [ 'tr', 'tl' ], 3 => [ 'br', 'bl' ],
    4 => [ 'bl', 'br' ], 5 => [ 'tl', 'bl' ], 6 => [ 'bl', 'tl' ],
    7 => [ 'br', 'tr' ], 8 => [ 'tr', 'br' ],
);

for my $orientation (1 .. 8) {
    my $plain   = picture(width => 640, height => 608, quality => 90);
    my $picture = Test::Registration::Picture::exif($plain, $orientation);
    my $browser = client();
    my $comment = Test::Registration::Picture::with_segment($picture, 0xfe,
                                                            'COMMENTCANARY');
    my $answer  = $browser->upload('licence', $comment . 'TRAILINGCANARY');

    status_is($answer, 201, "orientation $orientation") or next;

    my $json   = $answer->json;
    my $stored = $browser->get("documents/$json->{id}")->body;
    my $size   = $orientation < 5 ? '640x608' : '608x640';

    is("$json->{width}x$json->{height}", $size, 'its upright size');
    unlike($stored, qr/Exif|EXIFCANARY|COMMENTCANARY|TRAILINGCANARY/,
           'no metadata, comment or trailer');
    is(substr($stored, -2), "\xff\xd9", 'it ends with its end marker');

    my $upright  = Test::Registration::Picture::decode($stored);
    my $original = Test::Registration::Picture::decode($plain);

    is("$upright->{width}x$upright->{height}", $size, 'and so it decodes');
    ok(alike(corner($upright, 'tl'),
             corner($original, $corner{$orientation}[0])),
       'upper left is where it belongs');
    ok(alike(corner($upright, 'tr'),
             corner($original, $corner{$orientation}[1])), 'upper right too');
}

sub corner ($p, $where)
{
    my $x = $where =~ /l/ ? 8 : $p->{width} - 9;
    my $y = $where =~ /t/ ? 8 : $p->{height} - 9;

    return [ unpack 'C3', substr $p->{pixels},
             3 * ($y * $p->{width} + $x), 3 ];
}

sub alike ($x, $y)
{
    return !grep { abs($x->[$_] - $y->[$_]) > 6 } 0 .. 2;
}


# One picture, one kind

{
    my $browser = client();
    my $picture = picture();
    my $first   = $browser->upload('id_card_portrait', $picture)->json->{id};

    problem_is($browser->upload('id_card_emblem', $picture), 422,
               'file duplicate_document', 'the same picture as another kind');
    problem_is($browser->upload('id_card_emblem',
                   Test::Registration::Picture::exif($picture, 1)), 422,
               'file duplicate_document', 'also with other metadata');

    my $again = $browser->upload('id_card_portrait', $picture);

    status_is($again, 201, 'the same kind may have it again');
    is(scalar $browser->get('draft')->json->{documents}->@*, 1,
       'and has it once');

    my $other = $browser->upload('id_card_portrait', picture());

    status_is($other, 201, 'another picture replaces it');
    status_is($browser->get('documents/' . $again->json->{id}), 404,
              'the old one is gone');
    ok(wait_for(sub { !stored($again->json->{id}) }, 5), 'and its file');
    status_is($browser->upload('id_card_emblem', $picture), 201,
              'so the first picture may be another kind\'s now');
    status_is(client()->upload('id_card_emblem', $picture), 201,
              'and another draft\'s at any time');
}


# Others' pictures

{
    my $mine   = client();
    my $other  = client();
    my $id     = $mine->upload('licence', picture())->json->{id};

    $other->put('draft', { postcode => '450000' });

    for my $browser ($other, client()) {
        problem_is($browser->get("documents/$id"), 404, '',
                   'another\'s picture is not there');
        problem_is($browser->get("documents/$id/recognition"), 404, '',
                   'nor its recognition');
        problem_is($browser->delete("documents/$id"), 404, '',
                   'nor can it be deleted');
    }

    for my $wrong ('x', 'A' x 22, '%2e%2e', 'A' x 500) {
        status_is($mine->get("documents/$wrong"), 404, "no id: $wrong");
    }

    my $recognition = $mine->get("documents/$id/recognition?wait=10");

    is_deeply($recognition->json,
              { state => 'unavailable', fields => {}, warnings => [] },
              'without a recogniser nothing is waited for');

    status_is($mine->delete("documents/$id"), 204, 'the owner may delete it');
    status_is($mine->get("documents/$id"), 404, 'then it is gone');
    ok(wait_for(sub { !stored($id) }, 5), 'and its file');
    is_deeply($mine->get('draft')->json->{documents}, [],
              'the draft lists it no more');
}


# What is given up leaves nothing.

{
    my $browser = client();
    my $before  = files();

    for (1 .. 3) {
        my ($type, $body) = Test::Registration::Client::multipart(
            [ kind_part(), file_part($good) ]);
        my $exchange = $browser->begin('POST', 'documents', body => $body,
            type => $type, how => 'half');
        sleep 0.05;
        $exchange->abort;
    }

    sleep 0.3;
    is(files(), $before, 'aborted uploads leave no file');
    is(scalar(() = glob servers()->{dir} . '/body/*'), 0,
       'and none of nginx');
    is_deeply($browser->get('draft')->json->{documents}, [],
              'nor anything in a draft');
}

sub files { scalar(() = glob servers()->{dir} . '/documents/*/*') }


# At rest they are sealed.

{
    my @clear = grep {
        Test::Registration::Servers::slurp($_) =~ /^\xff\xd8\xff|JFIF/
    } glob servers()->{dir} . '/documents/*/*';

    is_deeply(\@clear, [], 'no stored file is a picture in clear');
    isnt(files(), 0, 'though there are some');
}


# A lower limit is for new pictures.

{
    my $browser = client();
    my $id      = $browser->upload('licence', picture())->json->{id};

    is($browser->get('form')->json->{limits}{max_bytes}, $limit,
       'the form tells the limit');

    servers()->reload(directives => { document_max_size => '1k' });

    my $refused = $browser->upload('licence', picture());

    problem_is($refused, 413, 'file too_large', 'a lower limit');
    unlike($refused->json->{errors}[0]{message}, qr/\d/,
           'and no other figure');
    is($browser->get('form')->json->{limits}{max_bytes}, 1024,
       'is what the form tells');
    status_is($browser->get("documents/$id"), 200,
              'does not hide what was stored before');
}


# One pool for everything: its threads keep their priority.

servers()->reload(
    directives => { map { $_ . '_threads' => undef }
                    qw(password picture file) },
    parts => { threads => 'thread_pool default threads=1;' });

{
    my $browser = client();

    for (1 .. 4) {
        my $id = $browser->upload('licence', picture())->json->{id};

        status_is($browser->get("documents/$id"), 200, 'with one pool');
    }

    unlike(Test::Registration::Servers::slurp(servers()->{dir}
               . '/error.log'), qr/setpriority/, 'without a complaint');
}


# Limits of a draft

servers()->reload(directives => { draft => 'uploads=3 size=100m' });

{
    my $browser = client();

    status_is($browser->upload('licence', picture()), 201, "upload $_ of 3")
        for 1 .. 3;

    my $answer = $browser->upload('licence', picture());

    problem_is($answer, 422, 'file too_many_uploads',
               'a fourth is one too many');
    unlike($answer->json->{errors}[0]{message}, qr/验证码/,
           'which has nothing to do with a code');
    status_is($browser->put('draft', { postcode => '450000' }), 200,
              'the draft itself goes on');
}

servers()->reload(directives => { draft => 'uploads=30 size=20k' });

{
    my $browser = client();

    status_is($browser->upload('licence', picture()), 201,
              'bytes of a draft: within');
    problem_is($browser->upload('supporting', picture()), 422,
               'file too_many_uploads', 'and over');
}

checks();
