# openapi.yaml describes the whole interface, and nothing that is not there.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Contract;
use Test::Registration::Servers;

start();

my $root     = $Test::Registration::Servers::ROOT;
my $document = Test::Registration::Contract::document();
my $client   = client();

is($document->{openapi}, '3.1.0', 'OpenAPI 3.1');

{
    my $answer = $client->get('openapi.yaml');

    status_is($answer, 200, 'it is served');
    is($answer->body,
       Test::Registration::Servers::slurp("$root/openapi.yaml"),
       'as it stands in the repository');
}


# Every reference leads somewhere.

my @lost;

sub follow ($node, $where)
{
    if (ref $node eq 'HASH') {
        push @lost, "$where: $node->{'$ref'}" if exists $node->{'$ref'}
            && !eval { Test::Registration::Contract::resolve($node) };
        follow($node->{$_}, "$where/$_") for sort keys %$node;

    } elsif (ref $node eq 'ARRAY') {
        follow($_, $where) for @$node;
    }
}

follow($document, '#');
is_deeply(\@lost, [], 'every $ref leads somewhere');


sub fill_path ($path)
{
    return $path =~ s/\{id\}/'A' x 22/er =~ s/\{number\}/'0' x 15/er;
}


# What it describes, the module has: nothing is 404 or 405.

my %described;

for my $path (sort keys $document->{paths}->%*) {
    my $item = $document->{paths}{$path};
    my $base = ($item->{servers} // $document->{servers})->[0]{url} =~ s{/$}{}r;

    for my $method (grep { /^(?:get|put|post|delete)$/ } sort keys %$item) {
        my %body = $method =~ /^p/ ? (data => {}) : ();
        my $there = fill_path("$base$path");
        my $answer = $client->request(uc $method, $there, %body);

        $described{$path}{uc $method} = 1;
        next if $path =~ /\{id\}/ && $answer->status == 404;

        ok($answer->status !~ /^(?:404|405)$/, uc($method) . " $path")
            or diag($answer->status);
    }
}


# What it does not describe, the module has not: 405, and Allow says the rest.

for my $path (sort grep { $_ ne '/openapi.yaml' } keys %described) {
    my $item   = $document->{paths}{$path};
    my $base   = ($item->{servers} // $document->{servers})->[0]{url} =~ s{/$}{}r;
    my @known  = sort keys $described{$path}->%*;
    my $answer = $client->request('PATCH', fill_path("$base$path"));

    problem_is($answer, 405, '', "PATCH $path");

    my @allow = sort grep { $_ ne 'HEAD' }
        split /, /, $answer->header('Allow') // '';

    is("@allow", "@known", "$path allows what is described");
}


# The module's own table of routes, read from its source.

{
    my $source = Test::Registration::Servers::slurp(
        "$root/src/http/ngx_http_registration_request.c");
    my @routes = $source
        =~ /(review_endpoints\[\])|\{ ngx_string\("([^"]+)"\), NGX_HTTP_(GET|PUT|POST|DELETE)\b/g;
    my ($mount, @missing) = ('');

    cmp_ok(scalar @routes, '>', 20, 'the table of routes was found');

    while (my ($table, $path, $method) = splice @routes, 0, 3) {
        if ($table) {
            $mount = '/admin/api';
            next;
        }

        my $template = "$mount/" . ($path =~ s/^registrations\K\/\*/\/{number}/r
                                          =~ s/\*/{id}/r);

        push @missing, "$method $template"
            if !$described{$template}{$method};
    }

    is_deeply(\@missing, [], 'every route is described');
}

checks();
