# The way of one application from its submission to the platform behind nginx:
# returned once, corrected, approved.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Reviewer;

start(parts => { http => <<'HTTP', server => <<'SERVER' });
    server {
        listen unix:%DIR%/platform.sock;
        access_log off;

        location / {
            return 200 "$http_x_account $http_x_number $http_x_status";
        }
    }
HTTP
location /platform/ {
    registration_require    approved;
    registration_login_page /login;

    proxy_pass       http://unix:%DIR%/platform.sock;
    proxy_set_header X-Account $registration_account;
    proxy_set_header X-Number  $registration_number;
    proxy_set_header X-Status  $registration_status;
}
SERVER

reviewer('add', 'li.si');

my $person   = register();
my $number   = $person->{number};
my $values   = $person->{values};
my $browser  = client();
my $reviewer = enter('li.si');

sub platform { $browser->get('/platform/works', @_) }


# Submitted

is(sign_in($browser, $values)->json->{status}, 'pending', 'it is pending');
problem_is(platform(), 401, '', 'the platform is closed');


# Returned, for two fields

my @items = (item('name'), item('documents.id_card_handheld', '照片不清晰'));

status_is(claim($reviewer, $number), 200, 'a reviewer takes it');
status_is(decision($reviewer, $number, 1, 'return', items => \@items), 200,
          'and returns it');
is(sign_in($browser, $values)->json->{status}, 'returned',
   'sign-in leads to the correction');

my $correction = $browser->get('correction')->json;

is_deeply($correction->{items}, \@items, 'which says what is wrong');
problem_is(platform(), 403, '', 'the platform is closed still');

{
    my $page = platform(headers => [ 'Accept: text/html' ]);

    status_is($page, 302, 'a browser');
    like($page->header('Location'), qr{/login\?next=%2Fplatform%2Fworks$},
         'is led to the login');
}


# Corrected

my $name    = person()->{name};
my $picture = $browser->upload('id_card_handheld', picture())->json->{id};
my %change  = (version => $correction->{version}, name => $name,
               documents => { id_card_handheld => $picture });

problem_is($browser->put('correction', { %change, mobile => '13800000001' }),
           422, 'mobile not_open', 'a field that was not opened is refused');
is($reviewer->get("registrations/$number")->json->{status}, 'returned',
   'and nothing is changed by it');

my $answer = $browser->put('correction', \%change);

status_is($answer, 200, 'what was opened is taken');
is($answer->json->{status}, 'pending', 'it is pending again');


# Reviewed again

my $seen = $reviewer->get("registrations/$number")->json;

is_deeply($seen->{changes}[0]{fields},
          [ { field => 'name', old => $values->{name}, new => $name } ],
          'old and new stand side by side');
is($seen->{changes}[0]{documents}[0]{new}, $picture, 'of pictures, too');
status_is(decision($reviewer, $number, $seen->{version}, 'approve'), 200,
          'approved');


# Let in

is(sign_in($browser, $values)->json->{status}, 'approved', 'a full session');

my $account = servers()->sql("select account_id
    from registration.application where number = '$number'");
my $page = platform(headers => [ 'X-Account: 1', 'X-Status: forged' ]);

status_is($page, 200, 'the platform opens');
is($page->body, "$account $number approved", 'and is told who comes');

status_is($browser->delete('session'), 204, 'signed out');
problem_is(platform(), 401, '', 'the platform is closed again');

checks();
