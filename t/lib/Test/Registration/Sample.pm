# The servers of a test, but for nginx's configuration: the sample one, as
# "make run" uses it, with the pages; only what keeps one address from
# registering many people is wider.

package Test::Registration::Sample;

use v5.36;
use utf8;

use parent -norequire, 'Test::Registration::Servers';

use Carp qw(croak);
use File::Copy qw(copy);
use File::Path qw(make_path);

use Test::Registration::Servers;


sub prepare_files ($self)
{
    my $files = "$self->{dir}/files";
    my $html  = "$Test::Registration::Servers::BUILD/html";

    $self->SUPER::prepare_files;

    # The workers read these, and may not enter the checkout.

    make_path($files, "$self->{dir}/nginx");
    copy("$Test::Registration::Servers::ROOT/openapi.yaml", $files);

    Test::Registration::Servers::run('rm', '-rf', "$files/html");
    Test::Registration::Servers::run('cp', '-rp', $html, $files) if -d $html;
}


# Options: workers, directives as in Servers, which are added; http and server:
# lines to add.

sub config ($self, %option)
{
    my $dir = $self->{dir};
    my %more = (code => 'per_address=100000', sign_in => 'per_address=100000',
                $self->{directives}->%*, ($option{directives} // {})->%*);
    my %part = (http => '', server => '', $self->{parts}->%*,
                ($option{parts} // {})->%*);

    $self->{port}      //= Test::Registration::Servers::free_port();
    $self->{smtp_port} //= Test::Registration::Servers::free_port();

    my $text = Test::Registration::Servers::run(
        "$Test::Registration::Servers::ROOT/tools/run-config", $dir,
        $Test::Registration::Servers::BUILD, "127.0.0.1:$self->{port}",
        $self->{smtp_port}, "$dir/body");

    utf8::decode($text);

    my $lines = join '', map { "    registration_$_ $more{$_};\n" }
        grep { defined $more{$_} } sort keys %more;

    for my $name (keys %more) {
        $text =~ s/^ *registration_$name .*?;\n//ms;
    }

    $text =~ s{^worker_processes .*$}{worker_processes $self->{workers};}m
        and $text =~ s{\Q$dir\E/nginx/(?=\w+\.(?:log|pid))}{$dir/}g
        and $text =~ s{user=\S+"}{user=registration"}
        and $text =~ s{^    server \{\n}{$lines$part{http}$&$part{server}}m
        or croak 'the sample configuration has another form';

    return "daemon off;\n$text";
}


1;
