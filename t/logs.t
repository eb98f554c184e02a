# What nginx itself writes of a request holds no query: it may name somebody.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

my %part = (http => 'log_format whole \'$request "$http_referer"\';',
            server => <<'CONF');
location /closed/api/ {
    registration;
    deny all;
    access_log %DIR%/access.log whole;
}

location /closed/admin/ {
    registration_review;
    deny all;
    access_log %DIR%/access.log whole;
}

location /closed/moved/ {
    try_files /none /closed/admin/audit?$args;
}

location /closed/other/ {
    deny all;
    access_log %DIR%/access.log whole;
}
CONF

start(parts => \%part, without => [ qw(postgres redis inbox) ]);

my $dir = servers()->{dir};
my $id  = Test::Registration::Applicant::canary(
    Test::Registration::Applicant::resident_id());

sub logged ($file, $pattern)
{
    ok(wait_for(sub { Test::Registration::Servers::slurp("$dir/$file")
                          =~ $pattern }, 5), "$file has $pattern");
}

for my $http2 (0, 1) {
    my $version = $http2 ? '2.0' : '1.1';
    my $get = sub ($path, $page = "?q=$id&page=2") {
        status_is(client()->get($path, http2 => $http2, headers => [
            "Referer: http://localhost/console$page" ]), 403, $path);
    };

    $get->("/closed/admin/registrations?q=$id");
    $get->("/closed/api/availability?username=$id");
    $get->("/closed/moved/audit?reviewer=$id");
    $get->('/closed/admin/registrations');
    $get->('/closed/other/page?at=1', '?page=2');

    for (qw(admin/registrations api/availability moved/audit)) {
        logged('error.log', qr{forbidden.*"GET /closed/$_ HTTP/$version",});
        logged('access.log', qr{^\QGET /closed/$_ HTTP/$version\E
                                \ "http://localhost/console"$}mx);
    }

    logged('access.log', qr{^\QGET /closed/other/page?at=1 HTTP/$version\E
                            \ "http://localhost/console\?page=2"$}mx);
}

checks();
