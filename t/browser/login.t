# Signing in as applicants see it: every answer, a forgotten password, and the
# way on.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Browser;

# One mailbox gets a registration's code, and soon after one for its password.

start_pages(directives => { code => 'per_address=100000 interval=3s' });
play('login.mjs');


# The console is for the offices' networks

{
    my $outside = client(from => '127.0.0.9');
    my $answer  = $outside->get('/admin/');

    status_is($answer, 403, 'the console, from elsewhere');
    like($answer->text, qr/无法访问此页面/, 'and what to do');
    problem_is($outside->get('/admin/api/session'), 403, '',
               'its calls answer as calls do');
}


# Redis is down: pages say so as pages

servers()->stop('redis');

{
    my $answer = client()->get('/platform/', headers => [
        'Accept: text/html', 'Cookie: registration-session=' . 'A' x 43 ]);

    status_is($answer, 503, 'a guarded page without Redis');
    like($answer->text, qr/服务繁忙/, 'and what to do');
    status_is(client()->get('/'), 200, 'the login page is there');
}

checks();
