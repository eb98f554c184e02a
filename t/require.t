# registration_require: other locations, open to those who are signed in, and
# what lies behind them is told who that is.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;


# The service behind: it says what it was told, and keeps what it is sent.

my $backend = <<'CONF';
log_format identity '$uri $status $registration_account,'
                    '$registration_number,$registration_status';
CONF

my $service = <<'CONF';
    server {
        listen unix:%DIR%/service.sock;
        client_max_body_size 8m;
        access_log off;

        location / {
            set $who "number=$http_x_registration_number";
            set $who "$who account=$http_x_registration_account";
            set $who "$who status=$http_x_registration_status";
            return 200 "$who uri=$request_uri\n";
        }

        location /files/ {
            root %DIR%/service;
            dav_methods PUT;
            create_full_put_path on;
            client_body_temp_path %DIR%/service/tmp;
        }

        location /own/ {
            default_type text/plain;
            error_page 401 = @own;
            return 401 "the service's own\n";
        }

        location @own {
            return 401 "the service's own\n";
        }

        location /cookies/ {
            return 200 "[$http_cookie]\n";
        }

        location /jump {
            add_header X-Accel-Redirect /files-of/hidden.txt;
            return 200;
        }
    }
CONF

my $server = <<'CONF';
access_log %DIR%/identity.log identity;

proxy_set_header X-Registration-Number  $registration_number;
proxy_set_header X-Registration-Account $registration_account;
proxy_set_header X-Registration-Status  $registration_status;

location /app/ {
    registration_require approved;
    registration_login_page /login;
    client_max_body_size 8m;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /returned/ {
    registration_require returned;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /any/ {
    registration_require any;
    registration_login_page https://login.example.org/in?from=app;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /open/ {
    proxy_pass http://unix:%DIR%/service.sock;
}

location /files/ {
    registration_require approved;
    client_max_body_size 8m;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /nested/ {
    registration_require approved;

    location /nested/public/ {
        registration_require off;
        proxy_pass http://unix:%DIR%/service.sock;
    }

    location /nested/own/ {
        proxy_pass http://unix:%DIR%/service.sock;
    }
}

location /either/ {
    satisfy any;
    allow 127.0.0.9;
    deny all;
    registration_require approved;
    registration_login_page /login;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /either-own/ {
    satisfy any;
    allow 127.0.0.9;
    deny all;
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock:/own/;
}

location /basic/ {
    satisfy any;
    auth_basic staff;
    auth_basic_user_file %DIR%/staff;
    registration_require approved;
    registration_login_page /login;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /both/ {
    allow 127.0.0.9;
    deny all;
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /page/ {
    registration_require approved;
    error_page 401 403 = /sorry;
    registration_login_page /page/login;
    proxy_pass http://unix:%DIR%/service.sock;
}

location = /sorry {
    return 200 "sorry\n";
}

location /static/ {
    registration_require approved;
    root %DIR%/service;
    index index.txt;
}

location /try/ {
    registration_require approved;
    root %DIR%/service;
    try_files $uri /try/fallback.txt @later;
}

location @later {
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /jump {
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /files-of/ {
    internal;
    registration_require approved;
    alias %DIR%/service/;
}

location = /ask {
    internal;
    client_max_body_size 8m;
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Registration-Number $registration_number;
}

location /asked/ {
    auth_request /ask;
    auth_request_set $asked $registration_number;
    proxy_set_header X-Registration-Number $asked;
    proxy_set_header Content-Length $http_content_length;
    client_max_body_size 8m;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /mirrored/ {
    registration_require approved;
    mirror /app/mirror;
    proxy_pass http://unix:%DIR%/service.sock;
}

location /cookies/ {
    proxy_set_header Cookie $registration_other_cookies;
    proxy_pass http://unix:%DIR%/service.sock;
}

location = /login {
    return 200 "the login page\n";
}

location /secure/ {
    registration_secure_cookies on;
    registration_require approved;
    proxy_pass http://unix:%DIR%/service.sock;
}
CONF

my $limited = <<'CONF';
registration_require approved;
CONF

start(parts => { http => $backend . $service, server => $server },
      without => [ 'nginx' ]);

my $dir = servers()->{dir};

for my $path (qw(service service/tmp service/files service/static
                 service/try)) {
    Test::Registration::Servers::make_directory_of('www-data', "$dir/$path",
                                                   0755);
}

Test::Registration::Servers::spew("$dir/$_->[0]", $_->[1])
    for [ 'staff', 'clerk:{PLAIN}office' . "\n" ],
        [ 'service/static/index.txt', "index\n" ],
        [ 'service/try/fallback.txt', "fallback\n" ],
        [ 'service/hidden.txt', "hidden\n" ];

servers()->start_nginx;


my @browser = (headers => [ 'Accept: text/html,application/xhtml+xml' ]);

my $approved = register();
my $returned = register();

decide($approved->{number}, 'approved');
decide($returned->{number}, 'returned');

my $in   = client();
my $back = client();
my $out  = client();

sign_in($in, $approved->{values});
sign_in($back, $returned->{values});

my $account = servers()->sql("select account_id from registration.application"
    . " where number = '$approved->{number}'");


# Who is let in, and what the service is told

{
    my $answer = $in->get('/app/page?x=1&y=2');

    status_is($answer, 200, 'an approved applicant');
    is($answer->body, "number=$approved->{number} account=$account "
       . "status=approved uri=/app/page?x=1&y=2\n", 'is named');

    status_is($in->get('/any/'), 200, '"any" is approved, too');
    like($back->get('/any/')->body, qr/status=returned/, 'or returned');
    like($back->get('/returned/')->body, qr/number=$returned->{number}/,
         'a guard for returned ones');
    problem_is($in->get('/returned/'), 403, '', 'is for no others');
    problem_is($back->get('/app/'), 403, '',
               'a status that is not enough: 403');
    problem_is($out->get('/app/'), 401, '', 'nobody: 401');
    problem_is($out->get('/any/'), 401, '', 'nobody, where any would do');
    like($out->get('/open/')->body, qr/^number= account= status= /,
         'elsewhere nobody is named');
    like($in->get('/open/')->body, qr/^number= account= status= /,
         'not even who is signed in');

    status_is($in->request('HEAD', '/app/'), 200, 'HEAD');
    like($out->get('/app/')->text, qr/\p{Han}/, 'the problem is in Chinese');
    problem_is($out->get('/app/', headers => [ 'Accept-Language: en' ]), 401,
               '', 'or in English');
}

for my $cookie ('x', 'A' x 43, 'A' x 3000) {
    problem_is(client()->get('/app/', headers => [
                   "Cookie: registration-session=$cookie" ]),
               401, '', 'a cookie that is none');
}

problem_is($in->get('/secure/'), 401, '',
           'over TLS the other cookie counts');


# What opens a session here is nothing for the service behind

for my $case ([ 'theme=dark', 'theme=dark' ],
              [ 'registration-session=a' ],
              [ '__Host-registration-session=a' ],
              [ 'Registration-Session=a' ],
              [ 'registration-draft=a; registration-review=b;' ],
              [ 'a=1; registration-session=x; b=2; c="3, 4"',
                'a=1; b=2; c="3, 4"' ],
              [ 'registration-session=x;a=1;;  b=2;registration-review=y',
                'a=1; b=2' ],
              [ 'registration=1; my-registration-session=2; b',
                'registration=1; my-registration-session=2; b' ],
              [ 'registration-session =x; registration-sessions=2',
                'registration-sessions=2' ],
              [ 'registration-theme=1; registration-draft',
                'registration-theme=1' ]) {
    my ($sent, $got) = $case->@*;

    is($out->get('/cookies/', headers => [ "Cookie: $sent" ])->body,
       '[' . ($got // '') . "]\n", "of \"$sent\"");
}

is($out->get('/cookies/', headers => [ 'Cookie: a=1',
                                       'Cookie: registration-session=x',
                                       'Cookie: b=2' ])->body,
   "[a=1; b=2]\n", 'of several lines');
is($out->get('/cookies/')->body, "[]\n", 'of none');


# Browsers are led to the login

sub location ($answer)
{
    my $location = $answer->header('Location') // 'none';

    return $location =~ s{^http://localhost:\d+}{}r;
}

{
    my $answer = $out->get('/app/a%20b?c=d&e=%E4%B8%AD', @browser);

    status_is($answer, 302, 'a browser is sent to the login');
    is(location($answer), '/login?next=%2Fapp%2Fa%2520b%3Fc%3Dd%26e%3D'
       . '%25E4%25B8%25AD', 'and back afterwards');
    is($answer->header('Cache-Control'), 'no-store', 'never cached');

    status_is($back->get('/app/', @browser), 302,
              'also with a status that is not enough');
    is(location($out->get('/any/x', @browser)),
       'https://login.example.org/in?from=app&next=%2Fany%2Fx',
       'a login of its own address');
    is(location($out->request('HEAD', '/app/', @browser)),
       '/login?next=%2Fapp%2F', 'HEAD, too');
    is(location($out->get('/returned/', @browser)),
       '/?next=%2Freturned%2F', 'by default to /');

    problem_is($out->post('/app/', { a => 1 }, @browser), 401, '',
               'a form that is sent: no');
    problem_is($out->get('/app/', headers => [ 'Accept: */*' ]), 401, '',
               'a script: no');
    is(location($out->get('/app/' . 'x' x 3000, @browser)), '/login?next=%2F',
       'an endless address is left out');
    is(location($out->get('//app/', @browser)),
       '/login?next=%2F', 'one of another site, too');
    is(location($out->get('/\\evil.example/../app/', @browser)),
       '/login?next=%2F', 'by a backslash, too');

    my $page = $out->get('/page/login', @browser);

    is($page->body, "sorry\n", 'a login page behind the guard is no circle');
    status_is($out->get('/page/x', @browser), 302, 'others there lead to it');
}


# Names from the client are not believed

{
    my @names = ('X-Registration-Number: 1', 'X-Registration-Account: 1',
                 'X-Registration-Status: approved');
    my $answer = $in->get('/app/', headers => \@names);

    like($answer->body, qr/^number=$approved->{number} account=$account /,
         'names that a client sends are replaced');
    like($out->get('/open/', headers => \@names)->body,
         qr/^number= account= status= /, 'or dropped');
    like(client()->get('/nested/public/', headers => \@names)->body,
         qr/^number= account= status= /, 'also where the guard is off');
}

problem_is($out->get('/nested/own/'), 401, '', 'an inherited guard');


# The body reaches what lies behind

my %body = (small => 'x' x 100, large => join '', map { chr $_ % 256 }
                                                      0 .. 3_000_000);

for my $name (sort keys %body) {
    for my $how ('whole', 'chunked', 1400) {
        next if $how eq 1400 && $name eq 'large';

        my $answer = $in->request('PUT', "/files/$name-$how",
            body => $body{$name}, how => $how);

        status_is($answer, 201, "a $name body, $how");
        ok(Test::Registration::Servers::slurp(
               "$dir/service/files/$name-$how") eq $body{$name},
           'arrives as it was');
    }

    my $answer = $in->request('PUT', "/files/$name-h2", body => $body{$name},
                              http2 => 1);

    status_is($answer, 201, "a $name body over HTTP/2");
    ok(Test::Registration::Servers::slurp("$dir/service/files/$name-h2")
       eq $body{$name}, 'arrives as it was');

    problem_is($out->request('PUT', "/files/$name-no", body => $body{$name}),
               401, '', 'refused with a body');
    ok(!-e "$dir/service/files/$name-no", 'which nobody gets');
}


# Kept connections: what was refused does not spoil the next request

{
    my $socket = $in->connect;
    my %keep = (socket => $socket, keepalive => 1);

    problem_is($out->request('PUT', '/app/', body => 'GET /open/ HTTP/1.1',
                             %keep), 401, '', 'refused, the body unread');
    status_is($in->get('/app/1', %keep), 200, 'the next one');
    status_is($out->get('/app/2', %keep, @browser), 302, 'sent away');
    like($in->get('/app/3', %keep)->body, qr{number=\d+ .*uri=/app/3\n},
         'the next one');
    like($out->get('/open/', %keep)->body, qr/^number= /,
         'nobody inherits a name');
}


# HTTP/2

like($in->get('/app/', http2 => 1)->body, qr/^number=$approved->{number} /,
     'HTTP/2');
problem_is($out->get('/app/', http2 => 1), 401, '', 'HTTP/2: nobody');
status_is($out->get('/app/', http2 => 1, @browser), 302,
          'HTTP/2: a browser');


# With nginx' own guards

{
    my $office = client(from => '127.0.0.9');

    like($office->get('/either/')->body, qr/^number= /,
         'satisfy any: by address, without a name');
    like($in->get('/either/')->body, qr/^number=$approved->{number} /,
         'by session');
    problem_is($out->get('/either/'), 401, '', 'by neither');
    problem_is($back->get('/either/'), 403, '', 'by neither, signed in');
    is(location($out->get('/either/x', @browser)),
       '/login?next=%2Feither%2Fx', 'by neither, a browser');
    is($out->get('/either/x', @browser)->status, 302, 'with 302');
    is($out->get('/either/x', @browser)->body, '', 'and nothing else');

    my $own = $office->get('/either-own/', @browser);

    status_is($own, 401, 'a 401 of the service stays its own');
    is($own->body, "the service's own\n", 'as it is');

    my $staff = [ 'Authorization: Basic Y2xlcms6b2ZmaWNl',
                  'Accept: text/html' ];

    status_is($out->get('/basic/', headers => $staff), 200,
              'auth_basic: by password');
    status_is($in->get('/basic/'), 200, 'by session');

    my $asked = $out->get('/basic/', @browser);

    status_is($asked, 401, 'by neither: the browser asks');
    like($asked->header('WWW-Authenticate'), qr/staff/, 'for the password');

    problem_is($out->get('/both/'), 401, undef, 'satisfy all: 401');
    is($in->get('/both/')->status, 403, 'the address is wrong: 403');

    my $inside = client(from => '127.0.0.9');

    $inside->{cookies} = { $in->{cookies}->%* };
    status_is($inside->get('/both/'), 200, 'both');
}


# Internal redirects

{
    is($out->get('/page/')->body, "sorry\n", 'error_page');
    is($in->get('/static/')->body, "index\n", 'index');
    problem_is($out->get('/static/'), 401, '', 'index, nobody');
    is($in->get('/try/nothing')->body, "fallback\n", 'try_files');
    problem_is($out->get('/try/nothing'), 401, '', 'try_files, nobody');
    unlink "$dir/service/try/fallback.txt";
    like($in->get('/try/nothing')->body, qr/^number=$approved->{number} /,
         'a named location knows the name, too');
    is($in->get('/jump')->body, "hidden\n", 'X-Accel-Redirect');
}


# Subrequests

like($in->get('/asked/')->body, qr/^number=$approved->{number} /,
     'auth_request asks a guarded location');
is($out->get('/asked/')->status, 401, 'which refuses');
is($back->get('/asked/')->status, 403, 'and tells why');
is($out->get('/asked/', @browser)->status, 401, 'a browser, too');
status_is($in->request('POST', '/asked/', body => $body{large}), 200,
          'with a body');
status_is($in->get('/mirrored/'), 200, 'a mirrored request');


# One question for a request, however far it is led

sub asked ($code)
{
    my $count = sub {
        servers()->redis('INFO', 'commandstats')
            =~ /cmdstat_getex:calls=(\d+)/ ? $1 : 0;
    };
    my $before = $count->();

    $code->();
    return $count->() - $before;
}

is(asked(sub { $in->get('/app/') }), 1, 'one question to Redis');
is(asked(sub { $in->get('/static/') }), 1, 'over an internal redirect');
is(asked(sub { $in->get('/jump') }), 1, 'over X-Accel-Redirect');
is(asked(sub { $in->get('/try/nothing') }), 1, 'over a named location');
is(asked(sub { $in->get('/mirrored/') }), 1, 'with a subrequest');
is(asked(sub { $out->get('/app/') }), 0, 'none without a cookie');


# What the log has

{
    my $log = Test::Registration::Servers::slurp("$dir/identity.log");

    like($log, qr{^/app/page 200 $account,$approved->{number},approved$}m,
         'the access log names who it was');
    like($log, qr{^/app/ 401 -,-,-$}m, 'or nobody');
    like($log, qr{^/app/ 403 \d+,$returned->{number},returned$}m,
         'also who was refused');
}


# A client that goes away while Redis is asked

servers()->pause('redis');

for (1 .. 20) {
    $in->begin('GET', '/app/')->abort;
    $in->begin('PUT', '/files/gone', body => $body{small}, how => 'half')
       ->abort;
}

my @held = map { $in->begin('GET', "/app/held$_", keepalive => 1) } 1 .. 5;

servers()->resume('redis');

status_is($_->finish, 200, 'one that waits') for @held;


# Redis is hung, or down: nobody is let in

servers()->pause('redis');
problem_is($in->get('/app/'), 503, '', 'Redis is hung: 503, Retry-After');
servers()->resume('redis');
ok(wait_for(sub { $in->get('/app/')->status == 200 }), 'it is back');

servers()->stop('redis');

wait_for(sub { $in->get('/app/')->status == 503 });
problem_is($in->get('/app/'), 503, '', 'Redis is down: 503, Retry-After');
problem_is($in->get('/app/', @browser), 503, '', 'also for browsers');
problem_is($in->get('/either/'), 503, '', 'with satisfy any');
status_is($in->get('/asked/'), 500, 'and auth_request does not open');
problem_is($out->get('/app/'), 401, '', 'without a cookie there is no doubt');

servers()->start_redis;
problem_is($in->get('/app/'), 401, '', 'an empty Redis: sign in again')
    if wait_for(sub { $in->get('/app/')->status != 503 });


# A guard for a whole server leaves the way in open

servers()->reload(parts => { http => $backend . $service,
                             server => $limited });

{
    my $client = client();

    status_is(sign_in($client, $approved->{values}), 200,
              'signing in under a guarded server');
    problem_is($out->get('session'), 401, '', 'the calls answer themselves');
    like($client->get('session')->body, qr/approved/, 'as ever');
}


run_blocks(undef);

checks();

__DATA__

=== a status that does not exist
--- server
registration_require pending;
--- emerg
must be "approved", "returned", "any" or "off"

=== twice
--- server
registration_require any;
registration_require any;
--- emerg
"registration_require" directive is duplicate

=== a login page of another site
--- server
registration_login_page //evil.example/;
--- emerg
must be a path that begins with one "/"

=== a landing page that is no address
--- server
registration_landing_page javascript:alert(1);
--- emerg
must be a path that begins with one "/"

=== a landing page that browsers read otherwise
--- server
registration_landing_page '/\\evil.example/';
--- emerg
written as "%XX"
