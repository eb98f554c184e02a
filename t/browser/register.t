# The registration wizard, from the login page to the application's number.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Browser;

start_pages();
play('register.mjs');
checks();
