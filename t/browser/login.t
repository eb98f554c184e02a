# Signing in as applicants see it: every answer, a forgotten password, and the
# way on.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Browser;

# One mailbox gets a registration's code, and soon after one for its password.

start_pages(directives => { code => 'per_address=100000 interval=3s' });
play('login.mjs');
checks();
