# What a test file uses: servers of its own, browsers, applicants, and
# data-driven blocks in the manner of Test::Nginx.  In a block
#
#   --- directives          "NAME VALUE": registration_NAME VALUE; in http;
#                           a NAME alone leaves that directive out
#   --- main, --- http, --- server, --- api, --- review, --- upload   more configuration
#   --- request             "METHOD PATH"; the following lines are the body
#   --- more_headers        "Name: value" lines
#   --- error_code          the status; 200 when it is not said
#   --- response_json       members that must be equal
#   --- response_errors     all "field code" lines of a problem, sorted
#   --- response_headers    "Name: value" lines; a value may be a /pattern/
#   --- response_body_like  a pattern
#   --- emerg               nginx -t refuses, and says this (a pattern)
#
# {{NAME}} in a block is a value that the test file gave to run_blocks().

package Test::Registration;

use v5.36;
use utf8;

use Exporter ();
use JSON::PP ();
use Test::Base ();
use Test::More;
use Time::HiRes ();

use Test::Registration::Applicant;
use Test::Registration::Checks;
use Test::Registration::Client;
use Test::Registration::Contract;
use Test::Registration::Mail;
use Test::Registration::Picture;
use Test::Registration::Servers;

our @EXPORT = qw(
    start servers client run_blocks checks problem_is status_is
    person organisation kinds fields picture
    mails mail_to code_for fill draft_for submit submit_again register
    decide sign_in
    wait_for elapsed sleep stored
);

my $servers;
my $pictures = $$ % 1000 * 1000;        # seeds: no two pictures are alike


sub import ($class, @more)
{
    my $caller = caller;

    strict->import;
    warnings->import;
    utf8->import;
    feature->import(':5.36');

    binmode Test::More->builder->$_, ':utf8'
        for qw(output failure_output todo_output);

    eval "package $caller; use Test::More; 1" or die $@;

    no strict 'refs';
    *{"${caller}::$_"} = \&{$_} for @EXPORT;
}


# Options: directives, parts (see Servers), without (servers not to start),
# workers, log_level; class, for servers of another kind; name, of their
# directory.

sub start (%option)
{
    my %without = map { $_ => 1 } ($option{without} // [])->@*;

    my $class   = delete $option{class} // 'Test::Registration::Servers';

    $servers = $class->new(%option);
    $Test::Registration::Picture::DIR = $servers->{dir};

    $servers->start_postgres if !$without{postgres};
    $servers->start_redis    if !$without{redis};
    $servers->start_inbox    if !$without{inbox};
    $servers->start_nginx    if !$without{nginx};

    return $servers;
}


sub servers () { $servers }


# A browser of its own: nothing is shared with another but the server.

sub client (%option)
{
    return Test::Registration::Client->new(
        dir        => $servers->{dir},
        port       => $servers->{port},
        http2_port => $servers->{http2_port},
        observe    => \&observe,
        %option);
}


sub observe ($method, $path, $answer)
{
    Test::Registration::Checks::secret(
        map { /^[^=]+=([^;]{8,})/ } $answer->headers('Set-Cookie'));

    Test::Registration::Contract::observe($method, $path, $answer);
}


sub person       { Test::Registration::Applicant::person(@_) }
sub organisation { Test::Registration::Applicant::organisation(@_) }
sub kinds        { Test::Registration::Applicant::kinds(@_) }
sub wait_for     { Test::Registration::Servers::wait_for(@_) }


# Another picture at every call, unless a seed is given.

sub picture (%option)
{
    return Test::Registration::Picture::picture(
        seed => ++$pictures, %option);
}


sub sleep ($seconds) { Time::HiRes::sleep($seconds) }


# The file of a document, or nothing.

sub stored ($id)
{
    my ($path) = glob "$servers->{dir}/documents/*/$id";
    return $path;
}


# Seconds that some code took.

sub elapsed ($code)
{
    my $start = Time::HiRes::time();

    $code->();
    return Time::HiRes::time() - $start;
}


# Mail.

sub mail_to ($address)
{
    return Test::Registration::Mail::to("$servers->{dir}/mail", $address);
}


# Waits until there are that many mails to an address; gives them.

sub mails ($address, $count = 1, $seconds = 10)
{
    wait_for(sub { mail_to($address) >= $count }, $seconds);
    return mail_to($address);
}


# Asks for a code and reads it from the mail; notices may come in between.

sub code_for ($client, $address, $purpose = 'registration')
{
    my $codes = sub {
        return map { Test::Registration::Mail::code($_) // () }
            mail_to($address);
    };

    my $before = () = $codes->();
    my $answer = $client->post('email-codes',
        { email => $address, purpose => $purpose });

    die 'email-codes: ' . $answer->status . ' ' . $answer->body
        if $answer->status != 202;

    my @codes;

    wait_for(sub { (@codes = $codes->()) > $before })
        or die "no mail to $address";

    Test::Registration::Checks::secret($codes[-1]);
    return $codes[-1];
}


# What the form file offers: the first industry and office, the notice.

sub fill ($client, $values)
{
    state $form = $client->get('form')->json;

    return {
        industry       => $form->{industries}[0]{id},
        office         => $form->{cities}[0]{offices}[0]{id},
        notice_version => $form->{notice}{version},
        %$values,
    };
}


# Everything that comes before POST /registrations: pictures (those of kinds
# that are given, or any) and code.  Gives the body to post.

sub draft_for ($client, $values, %more)
{
    my $pictures = delete $more{pictures} // {};
    my %documents;

    for my $kind (kinds($values->{document_type})) {
        my $answer = $client->upload($kind, $pictures->{$kind} // picture());

        die "upload of $kind: " . $answer->status . ' ' . $answer->body
            if $answer->status != 201;

        $documents{$kind} = $answer->json->{id};
    }

    return fill($client, {
        %$values,
        documents  => \%documents,
        email_code => code_for($client, $values->{email}),
        %more,
    });
}


sub submit ($client, $body)
{
    $client->{before} = { $client->{cookies}->%* };

    return $client->post('registrations', $body);
}


# Once more, by a client that the answer, with its end of the draft's cookie,
# has never reached.

sub submit_again ($client, $body)
{
    $client->{cookies} = { $client->{before}->%* };

    return $client->post('registrations', $body);
}


# A registration from end to end; what the flow made, or the test dies.

sub register (%option)
{
    my $client = delete $option{client} // client();
    my $shown  = delete $option{pictures};
    my $values = delete $option{values} // person(%option);
    my $body   = draft_for($client, $values, pictures => $shown);
    my $answer = submit($client, $body);

    die 'registration: ' . $answer->status . ' ' . $answer->body
        if $answer->status != 201;

    return {
        client => $client,
        values => $values,
        body   => $body,
        answer => $answer,
        number => $answer->json->{number},
    };
}


# A reviewer's decision, as later issues will make it: by the one function.

sub decide ($number, $status, $version = 1)
{
    my $outcome = $servers->sql("select outcome from registration.transition("
        . "'$number', $version, '$status', 'reviewer', 'test')");

    die "decision on $number: $outcome" if $outcome ne 'ok';
}


sub sign_in ($client, $values, %more)
{
    return $client->post('sessions', {
        account  => $values->{username},
        password => $values->{password},
        %more,
    });
}


# Checks.

sub status_is ($answer, $status, $name)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $good = is($answer ? $answer->status : 'no answer', $status, $name);

    diag($answer->text) if !$good && $answer;
    return $good;
}


# An RFC 9457 problem; errors as "field code, field code" when it is given.

sub problem_is ($answer, $status, $errors, $name)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $got = problem($answer);
    my $expected = "$status" . (defined $errors ? " $errors" : '');

    $got =~ s/ .*// if !defined $errors;

    my $good = is($got, $expected, $name);

    diag($answer->text) if !$good && $answer;
    return $good;
}


sub problem ($answer)
{
    return 'no answer' if !$answer;

    my $json = $answer->json;
    my $type = $answer->header('Content-Type') // 'no type';

    return "no problem+json but $type"
        if $type !~ m{^application/problem\+json\b} || ref $json ne 'HASH';
    return "status $json->{status} in the body of " . $answer->status
        if ($json->{status} // '') ne $answer->status;
    return 'no Retry-After' if $answer->status =~ /^(?:429|503)$/
        && ($answer->header('Retry-After') // '') !~ /^[1-9]\d*$/;

    return $answer->status . ' ' . $answer->errors;
}


sub checks (%except)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    Test::Registration::Checks::all($servers, %except);
    done_testing();
}


# Data-driven blocks.

sub run_blocks ($client, %value)
{
    my $handle = do { no strict 'refs'; \*{ caller() . '::DATA' } };
    my $text   = do { local $/; <$handle> };

    $text =~ s/\{\{(\w+)\}\}/$value{$1} \/\/ die "no value $1"/ge;

    my $base = Test::Base->new;

    $base->_spec_string($text);

    for my $block ($base->block_list->@*) {
        $block->run_filters;

        my %section = map { $_ => $block->{$_}[0] }
            $block->{_section_order}[0]->@*;

        subtest $block->name => sub { run_block($client, \%section) };
    }
}


my @parts = qw(main http server api review upload threads);


sub run_block ($client, $section)
{
    my %option;

    $option{directives} = { map { /^(\S+)(?:\s+(.*\S))?\s*$/ }
        split /\n/, $section->{directives} // '' };
    $option{parts} = { map { ($_ => $section->{$_}) }
        grep { exists $section->{$_} } @parts };

    return refused($section, \%option) if exists $section->{emerg};

    if (keys $option{directives}->%* || keys $option{parts}->%*) {
        $servers->reload(%option);
    }

    answered($client, $section) if exists $section->{request};
}


sub refused ($section, $option)
{
    my ($accepted, $text) = $servers->try_config(%$option);

    chomp(my $pattern = $section->{emerg});

    ok(!$accepted, 'nginx -t refuses');
    like($text, qr/\[emerg\].*$pattern/, 'and says why');
}


sub answered ($client, $section)
{
    my ($line, $body)   = split /\n/, $section->{request}, 2;
    my ($method, $path) = split / /, $line, 2;

    chomp $body if defined $body;
    utf8::encode($body) if defined $body;

    my $answer = $client->request($method, $path,
        (length($body // '')
         ? (body => $body, type => exists $section->{more_headers}
            && $section->{more_headers} =~ /^Content-Type:/im
            ? undef : 'application/json') : ()),
        headers => [ split /\n/, $section->{more_headers} // '' ]);

    status_is($answer, $section->{error_code} // 200, $line);
    return if !$answer;

    expect_headers($answer, $section->{response_headers})
        if exists $section->{response_headers};
    expect_json($answer, $section->{response_json})
        if exists $section->{response_json};

    is($answer->errors, join(', ', sort split /\n/,
                             $section->{response_errors}), 'errors')
        if exists $section->{response_errors};

    if (exists $section->{response_body_like}) {
        chomp(my $pattern = $section->{response_body_like});
        like($answer->text, qr/$pattern/, 'body');
    }
}


sub expect_headers ($answer, $lines)
{
    for (split /\n/, $lines) {
        my ($name, $value) = /^([^:]+):\s*(.*)$/;
        my $got = join ', ', $answer->headers($name);

        if ($value =~ m{^/(.*)/$}) {
            like($got, qr/$1/, $name);

        } else {
            is($got, $value, $name);
        }
    }
}


sub expect_json ($answer, $text)
{
    my $expected = JSON::PP->new->decode($text);
    my $got      = $answer->json;

    if (ref $expected eq 'HASH' && ref $got eq 'HASH') {
        $got = { map { $_ => $got->{$_} }
            grep { exists $got->{$_} } keys %$expected };
    }

    is_deeply($got, $expected, 'members') or diag($answer->text);
}


1;
