# GET /form and GET /regions: what the pages need to build the form.

use lib 't/lib';
use Test::Registration;

start(without => [ qw(postgres redis inbox) ]);

my $client = client();
my $form   = $client->get('form');
my $json   = $form->json;

run_blocks($client, form_etag => $form->header('ETag'),
           regions_etag => $client->get('regions')->header('ETag'));


# The form

is($form->header('Content-Type'), 'application/json', 'the form is JSON');
like($form->header('Cache-Control'), qr/no-cache|max-age=\d+/,
     'and may be cached');
is_deeply([ $form->headers('Set-Cookie') ], [], 'it makes no draft');

my %type = map { $_->{id} => $_ } $json->{document_types}->@*;

for my $id (qw(resident_id_card hmt_residence_permit
               permanent_residence_card hm_travel_permit tw_travel_permit
               passport business_licence public_institution_certificate
               government_certificate social_organization_certificate
               private_non_enterprise_certificate foundation_certificate))
{
    ok($type{$id}, "the form offers $id");
}

is(scalar keys %type, 12, 'and no other document type');

is_deeply([ sort map { $_->{id} } $json->{applicant_types}->@* ],
          [ qw(enterprise natural_person non_enterprise) ],
          'types of applicants');

ok($json->{notice}{version}, 'the notice has a version');
ok($json->{notice}{text}{'zh-CN'}, 'and a Chinese text');

is(scalar(grep { !$_->{id} || !$_->{name}{'zh-CN'} || !$_->{name}{en} }
       $json->{industries}->@*,
       map { $_->{offices}->@* } $json->{cities}->@*), 0,
   'industries and offices have ids and names in both languages');


# The regions

my @regions = $client->get('regions')->json->{regions}->@*;
my ($henan) = grep { $_->{code} eq '410000' } @regions;
my ($city)  = grep { $_->{code} eq '410100' } $henan->{children}->@*;

is(scalar @regions, 34, 'all provinces, Hong Kong, Macao and Taiwan too');
is($henan->{name}, '河南省', 'a province by its name');
is($city->{name}, '郑州市', 'a city in it');
ok((grep { $_->{code} eq '410102' } $city->{children}->@*),
   'a district in that');


# Neither needs a server behind nginx: none runs here.

status_is($client->get('form', http2 => 1), 200, 'over HTTP/2');
status_is($client->request('HEAD', 'form'), 200, 'HEAD');

checks();

__DATA__

=== a form that did not change is not sent again
--- request
GET /api/form
--- more_headers
If-None-Match: {{form_etag}}
--- error_code: 304
--- response_headers
ETag: {{form_etag}}

=== nor are the regions
--- request
GET /api/regions
--- more_headers
If-None-Match: {{regions_etag}}
--- error_code: 304

=== one of several tags will do, a weak one too (RFC 9110, 13.1.2)
--- request
GET /api/form
--- more_headers
If-None-Match: "other", W/{{form_etag}}
--- error_code: 304

=== any form will do
--- request
GET /api/form
--- more_headers
If-None-Match: *
--- error_code: 304

=== another form is sent
--- request
GET /api/form
--- more_headers
If-None-Match: "other"
--- response_headers
ETag: {{form_etag}}
Content-Type: application/json

=== a query is no other form
--- request
GET /api/form?x=1
--- response_headers
ETag: {{form_etag}}
