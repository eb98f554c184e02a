# nginx -t refuses what would not work, and says what, where and what to do.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

start(without => [ qw(postgres redis inbox nginx) ]);

my $dir  = servers()->{dir};
my $root = $Test::Registration::Servers::ROOT;

sub file ($name, $text, $mode = 0644)
{
    Test::Registration::Servers::spew("$dir/$name", $text, $mode);
    return "$dir/$name";
}

servers()->prepare_files;

my $keys = Test::Registration::Servers::slurp("$dir/keys");
my $form = Test::Registration::Servers::slurp("$root/conf/form.json");

{
    my ($accepted, $text) = servers()->try_config;

    ok($accepted, 'the configuration of the tests is accepted') or diag($text);
    unlike($text, qr/\[(?:warn|emerg)\]/, 'without a warning');
}

(my $comma = $form) =~ s/,\n/,,\n/;
(my $line) = map { 1 + tr/\n// } $form =~ /^(.*?),\n/s;

my @mail = map { "$dir/mail-$_" } qw(broken empty);

mkdir $_ for @mail;

for my $path (glob "$root/conf/mail/*") {
    my ($name) = $path =~ m{([^/]+)$};
    my $text = Test::Registration::Servers::slurp($path);

    Test::Registration::Servers::spew("$mail[0]/$name",
                                      $text . "{nonsense}\n");
}

run_blocks(undef, dir => $dir,
    group   => file('keys-group', $keys, 0640),
    public  => file('keys-public', $keys, 0644),
    empty   => file('empty', '', 0600),
    garbage => file('garbage', "lookup xyz\n", 0600),
    broken  => file('form.json', $comma), line => $line,
    list    => file('list.json', '[]'),
    mail    => $mail[0], nomail => $mail[1]);

# What is right is accepted.

my $password = file('password', "secret\n", 0600);

for my $right ([ 'smtp' => '127.0.0.1:25 tls=off' ],
               [ 'smtp' => '127.0.0.1:25 tls=starttls' ],
               [ 'smtp' => 'localhost:465 tls=on' ],
               [ 'smtp' => "127.0.0.1 tls=on user=a password_file=$password" ],
               [ 'smtp' => 'discard' ],
               [ 'redis' => '127.0.0.1:6379 timeout=500ms db=3' ],
               [ 'redis' => 'localhost' ],
               [ 'database' => '"host=localhost dbname=x" connections=2 '
                 . 'timeout=2s' ],
               [ 'mail_from' => 'a@b.example' ],
               [ 'code' => 'lifetime=1d interval=30s hourly=9 daily=20' ],
               [ 'draft' => 'lifetime=1h uploads=5 size=10m' ],
               [ 'session' => 'idle=10m lifetime=2h' ],
               [ 'document_max_size' => '1m' ],
               [ 'secure_cookies' => 'on' ])
{
    my ($name, $value) = @$right;

    my ($accepted, $text) = servers()->try_config(
        directives => { $name => $value });

    ok($accepted, "accepted: registration_$name $value") or diag($text);
}

unlike(Test::Registration::Servers::slurp("$dir/test.log"),
       qr/secret|\Q${\ ($keys =~ m{(\w{64})})[0] }\E/,
       'no message tells a secret');

checks();

__DATA__

=== no thread pool of that name
--- directives
picture_threads nowhere
--- emerg
nowhere

=== a code that is good for longer than a day
--- directives
code lifetime=25h
--- emerg
"25h" of "lifetime" is more than a day.*nginx\.conf:\d+

=== more than a day between two mails
--- directives
code interval=2d
--- emerg
"2d" of "interval" is more than a day.*nginx\.conf:\d+

=== no key file
--- directives
key_file
--- emerg
registration_key_file.*nginx\.conf:\d+

=== no database
--- directives
database
--- emerg
registration_database.*nginx\.conf:\d+

=== no Redis
--- directives
redis
--- emerg
"registration_review" needs .*registration_redis.*nginx\.conf:\d+

=== no Redis for a guard
--- directives
redis
--- server
location /guarded/ { registration_require any; }
--- emerg
"registration_require" needs .*registration_redis.*nginx\.conf:\d+

=== no mail server
--- directives
smtp
--- emerg
registration_smtp.*nginx\.conf:\d+

=== no sender
--- directives
mail_from
--- emerg
registration_mail_from

=== no mail templates
--- directives
mail_templates
--- emerg
registration_mail_templates

=== no documents
--- directives
documents
--- emerg
registration_documents

=== no form
--- directives
form
--- emerg
registration_form

=== no regions
--- directives
regions
--- emerg
registration_regions

=== no holidays
--- directives
holidays
--- emerg
registration_holidays

=== a key file that is not there
--- directives
key_file {{dir}}/nothing
--- emerg
{{dir}}/nothing.*No such file

=== a key file that a group may read
--- directives
key_file {{group}}
--- emerg
{{group}}

=== a key file that everybody may read
--- directives
key_file {{public}}
--- emerg
{{public}}

=== an empty key file
--- directives
key_file {{empty}}
--- emerg
{{empty}}

=== a key file that is none
--- directives
key_file {{garbage}}
--- emerg
{{garbage}}:1

=== a broken form file: file and line
--- directives
form {{broken}}
--- emerg
{{broken}}:{{line}}

=== a form file that is something else
--- directives
form {{list}}
--- emerg
{{list}}

=== a form file that is not there
--- directives
form {{dir}}/nothing.json
--- emerg
{{dir}}/nothing\.json

=== regions that are none
--- directives
regions {{list}}
--- emerg
{{list}}

=== holidays that are none
--- directives
holidays {{list}}
--- emerg
{{list}}

=== a mail template with a name that has no value
--- directives
mail_templates {{mail}}
--- emerg
{{mail}}/[^:]+:\d+.*nonsense

=== no template in the directory
--- directives
mail_templates {{nomail}}
--- emerg
{{nomail}}/

=== a sender that is no address
--- directives
mail_from "nobody"
--- emerg
registration_mail_from.*nginx\.conf:\d+

=== a sender with a second header
--- directives
mail_from "a@b.example\nBcc: c@d.example"
--- emerg
registration_mail_from

=== a database that libpq does not understand
--- directives
database "hots=/tmp"
--- emerg
hots

=== a Redis address without a host
--- directives
redis :99999
--- emerg
port|99999

=== a mail server that does not resolve
--- directives
smtp nowhere.invalid
--- emerg
nowhere\.invalid

=== an unknown kind of TLS
--- directives
smtp 127.0.0.1:25 tls=perhaps
--- emerg
perhaps

=== a user without a password
--- directives
smtp 127.0.0.1:25 user=a
--- emerg
password

=== a password file that is not there
--- directives
smtp 127.0.0.1:25 user=a password_file={{dir}}/nothing
--- emerg
{{dir}}/nothing

=== an unknown parameter
--- directives
code tries=3
--- emerg
tries=3

=== a time that is none
--- directives
code lifetime=soon
--- emerg
soon

=== a number that is none
--- directives
draft uploads=0
--- emerg
"0" of "uploads"

=== a size that is none
--- directives
document_max_size big
--- emerg
document_max_size

=== pictures that no memory holds
--- directives
document_max_size 129m
--- emerg
"registration_document_max_size" directive must be at most 128m in

=== no working day
--- directives
review_term 0
--- emerg
value must be between 1 and 365 in

=== more than a year of them
--- directives
review_term 366
--- emerg
value must be between 1 and 365 in

=== a claim that ends at once
--- directives
review_claim 999ms
--- emerg
"registration_review_claim" directive must be between 1s and 1d in

=== a directive twice
--- http
registration_form x;
--- emerg
registration_form.*duplicate

=== figures twice
--- http
registration_session idle=10m;
registration_session lifetime=2h;
--- emerg
"registration_session" directive is duplicate

=== and all but the same
--- http
registration_code daily=3;
registration_code daily=4;
--- emerg
"registration_code" directive is duplicate

=== a mount that is no prefix
--- server
location ~ ^/other { registration; }
--- emerg
prefix

=== a mount for one path only
--- server
location = /other/ { registration; }
--- emerg
prefix

=== a mount that does not end in "/"
--- server
location /other { registration; }
--- emerg
/

=== a parameter that "registration" does not have
--- server
location /other/ { registration now; }
--- emerg
invalid number of arguments

=== a reviewers' mount that is named by no variable
--- server
location /other/ { registration_review li.si; }
--- emerg
needs a variable

=== a mount for both
--- server
location /other/ { registration; registration_review; }
--- emerg
registration_review.*duplicate

=== a claim that never ends
--- directives
review_claim 2d
--- emerg
registration_review_claim.*between
