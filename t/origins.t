# A write that a browser sends on behalf of another origin's page is refused.

use lib 't/lib';
use Test::Registration;

start();

my $client = client();

run_blocks($client, port => $client->{port});

# Every write, not only one of them.

$client = client();

for ([ 'PUT', 'draft' ], [ 'DELETE', 'draft' ], [ 'POST', 'documents' ],
     [ 'DELETE', 'documents/AAAAAAAAAAAAAAAAAAAAAA' ],
     [ 'POST', 'email-codes' ], [ 'POST', 'registrations' ],
     [ 'POST', 'sessions' ], [ 'DELETE', 'session' ],
     [ 'PUT', 'correction' ], [ 'POST', 'password-resets' ])
{
    my ($method, $path) = @$_;
    my %body = $method eq 'DELETE' ? () : (data => {});

    problem_is($client->request($method, $path, %body,
                   headers => [ 'Origin: https://evil.example' ]),
               403, '', "$method $path from another origin");
    problem_is($client->request($method, $path, %body,
                   http2 => $method eq 'DELETE',
                   headers => [ 'Sec-Fetch-Site: cross-site' ]),
               403, '', "$method $path across sites");
}

is_deeply($client->{cookies}, {}, 'a refused write makes no draft');

checks();

__DATA__

=== the same origin
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: http://localhost

=== no browser at all
--- request
PUT /api/draft
{"postcode": "450000"}

=== another host
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: https://evil.example
--- error_code: 403

=== a host that ends like ours
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: http://evil-localhost
--- error_code: 403

=== a host that begins like ours
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: http://localhost.evil.example
--- error_code: 403

=== another port is another origin
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: http://localhost:1
--- error_code: 403

=== a sandboxed page
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: null
--- error_code: 403

=== an origin that is none
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Origin: /
--- error_code: 403

=== a sister host, as the browser says
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Sec-Fetch-Site: same-site
--- error_code: 403

=== our own page, as the browser says
--- request
PUT /api/draft
{"postcode": "450000"}
--- more_headers
Content-Type: application/json
Sec-Fetch-Site: same-origin

=== reading is nobody's business but CORS'
--- request
GET /api/form
--- more_headers
Origin: https://evil.example
Sec-Fetch-Site: cross-site
