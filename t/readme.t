# The README's session, run as it stands, registers somebody.

use lib 't/lib';
use Test::Registration;
use Test::Registration::Servers;

start();

my $dir = servers()->{dir};

my ($session) = Test::Registration::Servers::slurp('README.md')
    =~ /^```sh session\n(.*?)^```$/ms;

ok($session, 'the README has a session') or BAIL_OUT('no session');

# other servers, the same words

$session =~ s{localhost:8080}{127.0.0.1:@{[servers()->{port}]}};
$session =~ s{build/run/mail}{$dir/mail};

open my $bash, '|-', "bash > $dir/session.out 2>&1" or die "bash: $!";
print $bash $session;
close $bash;

is($?, 0, 'the shell has no complaint');

my $said = Test::Registration::Servers::slurp("$dir/session.out");

my ($number) = $said =~ /"number":"(\d{15})","status":"pending".* 201$/m;

ok($number, 'an application is received: 201 and a number') or diag($said);
like($said, qr/\A(?!.*problem)/s, 'nothing is refused');
like($said, qr/^\{"status":"pending","number":"\Q$number\E".*
              "due_date":"\d{4}-\d\d-\d\d"/mx,
     'sign-in says pending, and until when');

Test::Registration::Applicant::canary(
    '样本戊', '410105197412058432', '13800000000', '样本路', 'correct horse');

checks();
