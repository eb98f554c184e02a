# Every error under the mount is an RFC 9457 problem: the module's own, and
# those that nginx raises there.

use lib 't/lib';
use Test::Registration;

start(parts => {
    http => 'limit_req_zone $binary_remote_addr zone=one:64k rate=1r/m;',
    server => <<'CONF',
error_page 403 404 408 413 429 500 503 /sorry.html;
location = /sorry.html { return 200 "<html>sorry</html>"; }
location = /gone { return 404; }
CONF
    api  => <<'CONF',
client_body_timeout 1s;
client_body_in_file_only on;

location = /api/email-codes {
    limit_req zone=one;
    limit_req_status 429;
}

location = /api/sessions {
    limit_req zone=one;
}

location = /api/availability {
    deny all;
}

location = /api/closed {
    return 404;
}
CONF
});

my $client = client();

run_blocks($client, deep => '[' x 2000 . ']' x 2000,
           long => 'x' x 70_000, nul => '\u0000', tab => "\t");

# Bytes that are no UTF-8, and a NUL: the blocks are text.

for (["\xff\xfe", 'no UTF-8'], ["\xc0\xaf", 'an overlong form'],
     ["\xed\xa0\x80", 'a surrogate'], ["a\0b", 'a NUL byte'])
{
    my ($bytes, $name) = @$_;

    problem_is($client->put('draft', qq({"address":"$bytes"})), 400, undef,
               "$name in a body");
}

# What has been done is not denied: nginx looks at a precondition only when the
# answer is ready.

for ('If-Match: "another"',
     'If-Unmodified-Since: Tue, 01 Jan 2019 00:00:00 GMT')
{
    my $browser = client();
    my $answer  = $browser->put('draft', { postcode => '450000' },
                                headers => [$_]);

    status_is($answer, 200, "PUT with $_");
    is($browser->get('draft', headers => [$_])->json->{values}{postcode},
       '450000', 'is done, and says so');
}

# nginx' own refusals: 429 by limit_req, 503 by its default, 408, 400.

$client->post('email-codes', { email => 'x', purpose => 'x' });

my $limited = $client->post('email-codes', { email => 'x', purpose => 'x' });

problem_is($limited, 429, '',
           'limit_req 429 is a problem, with Retry-After');
is_deeply([ $limited->headers('Cache-Control') ], [ 'no-store' ],
          'which nobody keeps');
problem_is($client->post('sessions', { account => 'x', password => 'x' }),
           503, '', 'limit_req 503 is a problem, with Retry-After');

my $slow = $client->begin('PUT', 'draft', data => { postcode => '450000' },
                          how => 'half');
my $late = $slow->finish;

if ($late) {
    problem_is($late, 408, undef, 'a body that does not come: 408');

} else {
    pass('a body that does not come: nginx closes without an answer');
}

# nginx refuses this before it looks for a location: no mount is known then.

my $raw = client(observe => undef)->begin('PUT', 'draft', body => '{}',
    type => 'application/json', length => '2x');

status_is($raw->finish, 400, 'a length that is none');


# What is refused before its body was read leaves nothing to be taken for the
# next request.

for ([ 'POST', 'form', 405 ], [ 'POST', 'nowhere', 404 ],
     [ 'PUT', 'draft', 415 ])
{
    my ($method, $path, $status) = @$_;
    my $body = "GET /api/form HTTP/1.1\r\nHost: localhost\r\n\r\n";
    my $exchange = $client->begin($method, $path, body => $body,
        type => 'text/plain', keepalive => 1);

    problem_is($exchange->finish, $status, undef,
               "$method $path is refused early");
    ok($exchange->closed(8), 'and the connection closed');
    unlike($exchange->{buffer}, qr/HTTP.*HTTP/s, 'with one answer');
}

is(scalar(() = glob servers()->{dir} . '/body/*'), 0,
   'no body is left in a file, whatever nginx was told');


# A connection that is in order stays open.

{
    my $first = $client->begin('GET', 'form', keepalive => 1);

    status_is($first->finish, 200, 'keepalive: a first request');

    my $second = $client->begin('GET', 'regions', keepalive => 1,
                                socket => $first->{socket});
    status_is($second->finish, 200, 'and a second on the same connection');
}

# Languages.

my $fault = sub ($language) {
    my $answer = $client->put('draft', { postcode => 'x' },
        headers => [ "Accept-Language: $language" ]);
    return $answer->json->{fields}{postcode}{message};
};

like($fault->('zh-CN'), qr/\p{Han}/, 'messages are Chinese');
unlike($fault->('en'), qr/\p{Han}/, 'or English');
like($fault->('fr'), qr/\p{Han}/, 'Chinese when neither is wanted');
unlike($fault->('fr, en;q=0.5'), qr/\p{Han}/, 'what comes first in order');
like($fault->('en;q=0.2, zh;q=0.8'), qr/\p{Han}/, 'by weight');

checks();

__DATA__

=== an unknown path
--- request
GET /api/nowhere
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
--- response_json
{"status": 404}

=== the mount itself
--- request
GET /api/
--- error_code: 404
--- response_headers
Content-Type: application/problem+json

=== outside the mount nginx is as always
--- request
GET /
--- response_body_like
^outside$

=== where the site's own error pages are shown
--- request
GET /gone
--- error_code: 404
--- response_body_like
^<html>sorry

=== a precondition that does not hold
--- request
GET /api/form
--- more_headers
If-Match: "another"
--- error_code: 412
--- response_headers
Cache-Control: no-store
--- response_json
{"status": 412, "title": "Precondition Failed"}

=== below a path that is none
--- request
GET /api/form/more
--- error_code: 404
--- response_json
{"status": 404}

=== a wrong method says which are right
--- request
POST /api/form
{}
--- error_code: 405
--- response_headers
Allow: GET, HEAD
Content-Type: application/problem+json

=== several right methods
--- request
POST /api/draft
{}
--- error_code: 405
--- response_headers
Allow: GET, HEAD, PUT, DELETE

=== a method that nobody knows
--- request
BREW /api/form
--- error_code: 405
--- response_headers
Allow: GET, HEAD

=== for an upload
--- request
GET /api/documents
--- error_code: 405
--- response_headers
Allow: POST

=== a body that is not JSON by its type
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: text/plain
--- error_code: 415
--- response_headers
Content-Type: application/problem+json

=== a type that only begins like it
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/jsonp
--- error_code: 415

=== a form's body where JSON is due
--- request
POST /api/registrations
a=b
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- error_code: 415

=== JSON where a form is due
--- request
POST /api/documents
{}
--- error_code: 415

=== a parameter of the type does no harm
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json; charset=utf-8

=== nor does a tab before it (RFC 9110, 8.3.1)
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json{{tab}};{{tab}}charset=utf-8

=== the type's letters may be large
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: Application/JSON

=== a coded body
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Content-Encoding: gzip
--- error_code: 415

=== broken JSON
--- request
PUT /api/draft
{"postcode": "450000"
--- error_code: 400
--- response_headers
Content-Type: application/problem+json

=== no object
--- request
PUT /api/draft
["postcode"]
--- error_code: 400

=== something behind the object
--- request
PUT /api/draft
{"postcode": "450000"} {}
--- error_code: 400

=== a member twice
--- request
PUT /api/draft
{"postcode": "450000", "postcode": "450001"}
--- error_code: 400

=== a NUL by an escape
--- request
PUT /api/draft
{"postcode": "4500{{nul}}00"}
--- error_code: 400

=== half a surrogate pair
--- request
PUT /api/draft
{"address": "\ud800"}
--- error_code: 400

=== nested too deep
--- request
PUT /api/draft
{"a": {{deep}}}
--- error_code: 400

=== nested deeper than anything here is
--- request
PUT /api/draft
{"documents": {"licence": {"a": {"b": {"c": 1}}}}}
--- error_code: 400

=== too long for nginx
--- request
PUT /api/draft
{"address": "{{long}}"}
--- error_code: 413
--- response_headers
Content-Type: application/problem+json
Cache-Control: no-store

=== forbidden by nginx
--- request
GET /api/availability?username=somebody
--- error_code: 403
--- response_headers
Content-Type: application/problem+json
Cache-Control: no-store

=== closed by the administrator
--- request
GET /api/closed
--- error_code: 404
--- response_headers
Content-Type: application/problem+json
Cache-Control: no-store

=== an unknown member
--- request
PUT /api/draft
{"postcod": "450000"}
--- error_code: 422
--- response_errors
postcod unknown_member
