# Applicants: those who have an account, and those whose draft waits for its
# submission.  All of it comes about through the interface, with codes read
# from mails.

package Bench::People;

use v5.36;
use utf8;

use Carp qw(croak);
use List::Util qw(min);

use Test::Registration::Applicant;
use Test::Registration::Client;
use Test::Registration::Mail;
use Test::Registration::Picture;
use Test::Registration::Servers;

use constant AT_ONCE => 16;
use constant MAILS   => 500;    # that wait at a time: fewer than nginx keeps


sub new ($class, $servers)
{
    return bless { servers => $servers, accounts => [], drafts => [] },
        $class;
}


sub client ($self)
{
    return Test::Registration::Client->new(port => $self->{servers}{port});
}


# So many accounts that are approved, and drafts; an organisation needs but
# one picture, and the smallest is as good as any.

sub prepare ($self, $accounts, $drafts)
{
    local $Test::Registration::Picture::DIR = $self->{servers}{dir};

    my $form = $self->client->get('form')->json;
    my $picture = Test::Registration::Picture::picture(
        width => 600, quality => 30);

    my @all = map { {
        client => $self->client,
        body   => {
            Test::Registration::Applicant::organisation()->%*,
            industry       => $form->{industries}[0]{id},
            office         => $form->{cities}[0]{offices}[0]{id},
            notice_version => $form->{notice}{version},
        },
    } } 1 .. $accounts + $drafts;

    $self->together(\@all, 201, sub ($one) {
        my ($type, $body) = Test::Registration::Client::multipart([
            { name => 'kind', body => 'licence' },
            { name => 'file', body => $picture, type => 'image/jpeg',
              filename => 'licence.jpg' } ]);

        return $one->{client}->begin('POST', 'documents', body => $body,
                                     type => $type);
    }, sub ($one, $answer) {
        $one->{body}{documents}{licence} = $answer->json->{id};
    });

    $self->get_codes(@all[$_ * MAILS .. min($#all, ($_ + 1) * MAILS - 1)])
        for 0 .. $#all / MAILS;

    push $self->{accounts}->@*, splice @all, 0, $accounts;
    push $self->{drafts}->@*, @all;

    $self->register;
}


sub get_codes ($self, @some)
{
    $self->together(\@some, 202, sub ($one) {
        return $one->{client}->begin('POST', 'email-codes', data => {
            email => $one->{body}{email}, purpose => 'registration' });
    });

    $self->read_codes(\@some);
}


# A few at a time; the answer must have that status.

sub together ($self, $all, $status, $begin, $take = sub { })
{
    my @left = @$all;

    while (my @some = splice @left, 0, AT_ONCE) {
        my @exchanges = map { $begin->($_) } @some;

        for my $i (0 .. $#some) {
            my $answer = $exchanges[$i]->finish // croak 'no answer';

            croak $answer->status . ': ' . $answer->text
                if $answer->status != $status;

            $take->($some[$i], $answer);
        }
    }
}


# Every mail is read once.

sub read_codes ($self, $some)
{
    my %waiting = map { $_->{body}{email} => $_ } @$some;

    Test::Registration::Servers::wait_for(sub {
        for my $path (glob "$self->{servers}{dir}/mail/*.eml") {
            next if $self->{read}{$path}++;

            my $mail = Test::Registration::Mail::parse($path);
            my ($to) = $mail->{header}{to} =~ /([^<>\s]+@[^<>\s]+)/;
            my $one  = delete $waiting{$to} // next;

            $one->{body}{email_code} = Test::Registration::Mail::code($mail);
        }

        return !%waiting;
    }, 60) // croak scalar(keys %waiting) . ' mails did not come';
}


sub register ($self)
{
    $self->together($self->{accounts}, 201, sub ($one) {
        return $one->{client}->begin('POST', 'registrations',
                                     data => $one->{body});
    });

    $self->{servers}->sql(<<'SQL');
        select count(*)
          from (select registration.transition(number, version, 'approved',
                                               'reviewer', 'bench')
                  from registration.application) as done
SQL
}


# A client with a session of its own.

sub signed_in ($self)
{
    my $client = $self->client;
    my $body   = $self->{accounts}[0]{body};
    my $answer = $client->post('sessions', {
        account => $body->{username}, password => $body->{password} });

    croak 'sign-in: ' . $answer->text
        if $answer->status != 200 || !$client->cookies;

    return $client;
}


# Requests in a file, as load.lua takes them.

sub write_sign_ins ($self, $path)
{
    write_requests($path, map { [ $self->client, 'sessions', {
        account => $_->{body}{username}, password => $_->{body}{password},
    } ] } $self->{accounts}->@*);
}


sub write_submissions ($self, $path, $count)
{
    my @some = splice $self->{drafts}->@*, 0, $count;

    croak 'no drafts are left' if @some < $count;

    write_requests($path, map { [ $_->{client}, 'registrations',
                                  $_->{body} ] } @some);
}


sub write_requests ($path, @requests)
{
    open my $file, '>:raw', $path or croak "$path: $!";

    for (@requests) {
        my ($client, $call, $data) = @$_;
        my ($head, $body) = $client->compose('POST', $call,
            { data => $data, keepalive => 1 });

        print $file length($head . $body), "\n", $head, $body;
    }

    close $file or croak "$path: $!";
}


1;
