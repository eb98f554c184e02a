# What the other tests of the pages rely on: a fault on a page is seen.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Browser;

my $bad = '<!DOCTYPE html><html lang=en><title>Bad</title><main><h1>Bad</h1>'
    . '<img src=/missing.png><p style=\"color:red\">styled</p>'
    . '<script>alert(1)</script><button>x</button>'
    . '<img src=http://127.0.0.1:1/elsewhere.png alt=elsewhere>';
my $good = '<!DOCTYPE html><html lang=en><title>Good</title>'
    . '<meta name=viewport content=\"width=device-width\">'
    . '<link rel=icon href=data:,><main><h1>Good</h1></main>';

start_pages(parts => { server => <<"CONF" });
        location = /bad {
            default_type text/html;
            return 200 "$bad";
        }

        location = /good {
            default_type text/html;
            return 200 "$good";
        }
CONF

play('harness.mjs');
checks();
