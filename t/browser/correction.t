# A returned application as its applicant corrects it.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Browser;

start_pages(directives => { code => 'per_address=100000 interval=2s' });
play('correction.mjs', person_of => sub ($number) {
    servers()->sql("select status || version from registration.application
                     where number = '$number'");
});
checks();
