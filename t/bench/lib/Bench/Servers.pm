# The servers of the benchmark: those of the tests, but configured as for
# service, without the tests' logging, and with nginx's own limits beside the
# module in the same nginx.

package Bench::Servers;

use v5.36;

use parent -norequire, 'Test::Registration::Servers';

use Carp qw(croak);
use File::Path qw(remove_tree);
use File::Temp ();

use Test::Registration::Servers;


# Bodies and documents lie in memory, as the sample configuration has it for
# bodies: what is measured is work, not a disk.

sub start ($class)
{
    my $self = $class->new(workers => 2);
    my $base = -d '/dev/shm' ? '/dev/shm' : $self->{dir};

    $self->{memory} = File::Temp->newdir('registration-bench-XXXXXX',
        DIR => $base);
    chmod 0755, $self->{memory};

    $self->start_postgres;
    $self->start_redis;
    $self->start_inbox;
    $self->start_nginx;

    return $self;
}


sub run_postgres ($self, $name, $dir, $socket)
{
    $self->spawn($name, Test::Registration::Servers::as_user('postgres'),
        Test::Registration::Servers::pg_bin() . '/postgres',
        '-D', $dir, '-k', $socket, '-c', 'listen_addresses=',
        '-c', 'max_connections=60', '-c', 'shared_buffers=128MB',
        '-c', 'logging_collector=off');

    Test::Registration::Servers::wait_for(
        sub { $self->ask_postgres($socket, 'postgres', 'select 1') })
        // croak "PostgreSQL does not start: see $self->{dir}/$name.out";
}


sub prepare_files ($self)
{
    my $keys = "$self->{dir}/keys";

    Test::Registration::Servers::run(
        Test::Registration::Servers::registrationctl(), 'key', 'new', $keys)
        if !-e $keys;

    Test::Registration::Servers::make_directory_of('www-data',
        "$self->{memory}/$_", 0700) for qw(documents body put);
}


# Fresh processes: nothing that earlier requests left in their heaps.

sub restart ($self)
{
    $self->stop('nginx', 'TERM');
    $self->empty;
    $self->start_nginx;
}


# Takes away what the requests before have stored.

sub empty ($self)
{
    unlink glob "$self->{memory}/put/*";
    unlink grep { !$self->{kept}{$_} } $self->documents;
}


# The pictures that there are now are not taken away.

sub keep ($self)
{
    $self->{kept} = { map { $_ => 1 } $self->documents };
}


sub documents ($self) { glob "$self->{memory}/documents/*/*" }


# Runs some code on an empty Redis; drafts and sessions come back after it.

sub with_empty_redis ($self, $code)
{
    $self->redis('SWAPDB', 0, 1);
    $code->();
    $self->redis('FLUSHDB');
    $self->redis('SWAPDB', 0, 1);
}


sub url ($self, $path) { "http://127.0.0.1:$self->{port}$path" }


# The preparation, which needs the codes of the mails, is over: what it made
# stays, mail goes nowhere.

sub prepared ($self)
{
    $self->keep;
    $self->{discard} = 1;
    $self->write_config;
    $self->reload;
    $self->stop('inbox');
}


# Whether uploaded pictures are to be read.

sub recognize ($self, $wanted)
{
    $self->{recognize} = $wanted;
    $self->write_config;
    $self->reload;
}


# The recogniser gives way to everything else, as the package's unit has it.

sub spawn ($self, $name, @command)
{
    @command = map { m{/registration-recognizer\z} ? (qw(chrt --idle 0), $_)
                                                   : $_ } @command;

    return $self->SUPER::spawn($name, @command);
}


# Limits by address are lifted, since all load comes from one.  The log is
# written where an answer takes milliseconds and is counted by it.

sub config ($self, %)
{
    my $root  = $Test::Registration::Servers::ROOT;
    my $build = $Test::Registration::Servers::BUILD;
    my $port  = $self->{port} //= Test::Registration::Servers::free_port();
    my $read  = $self->{recognize} ? 'registration_recognizer '
                . "unix:$self->{dir}/recognizer/socket;" : '';
    my $smtp  = $self->{discard} ? 'discard' : "127.0.0.1:$self->{smtp_port}";
    my $module = Test::Registration::Servers::module();
    my $load  = $module ? "load_module $module;" : '';
    my $user  = Test::Registration::Servers::is_root() ? 'user www-data;' : '';

    return <<"CONF";
$load
$user
worker_processes $self->{workers};
worker_rlimit_nofile 16384;
daemon off;
pid $self->{dir}/nginx.pid;
error_log $self->{dir}/error.log error;

thread_pool passwords threads=1 max_queue=64;
thread_pool pictures  threads=1 max_queue=64;
thread_pool files     threads=4 max_queue=256;

events {
    worker_connections 4096;
}

http {
    log_format counted '\$request_method \$uri \$status';
    access_log off;
    keepalive_requests 100000000;

    client_body_temp_path $self->{memory}/body;
    client_body_buffer_size 16k;
    proxy_temp_path $self->{dir}/proxy;
    fastcgi_temp_path $self->{dir}/fastcgi;
    scgi_temp_path $self->{dir}/scgi;
    uwsgi_temp_path $self->{dir}/uwsgi;

    registration_database "host=$self->{dir}/postgres dbname=registration user=registration" connections=8;
    registration_redis unix:$self->{dir}/redis/socket;
    registration_smtp $smtp;
    registration_mail_from "Registration <noreply\@registration.example>";
    registration_mail_templates $root/conf/mail;
    registration_key_file $self->{dir}/keys;
    registration_documents $self->{memory}/documents;
    registration_form $root/conf/form.json;
    registration_regions $build/data/regions.json;
    registration_holidays $build/data/holidays.json;
    registration_password_threads passwords;
    registration_picture_threads pictures;
    registration_file_threads files;
    registration_secure_cookies off;
    registration_code lifetime=2h per_address=1000000000;
    registration_sign_in per_address=1000000000;
    $read
    registration_draft uploads=1000000000 size=100000000m;

    server {
        listen 127.0.0.1:$port backlog=1024 reuseport;
        server_name localhost;
        client_max_body_size 64k;

        location /api/ {
            registration;

            location = /api/documents {
                client_max_body_size 6m;
                access_log $self->{dir}/access.log counted;
            }

            location = /api/registrations {
                access_log $self->{dir}/access.log counted;
            }

            location = /api/sessions {
                access_log $self->{dir}/access.log counted;
            }
        }

        location = /limit/code {
            default_type application/json;
            return 200 '{"resend_after":60,"expires_in":600}';
        }

        location = /limit/session {
            default_type application/json;
            return 200 '{"number":"202611230000421","status":"approved","signed_in_at":"2026-11-23T00:00:00Z","expires_at":"2026-11-23T12:00:00Z"}';
        }

        # a name of its own for each: no file is replaced

        location = /limit/put {
            alias $self->{memory}/put/\$request_id;
            dav_methods PUT;
            client_max_body_size 6m;
            access_log $self->{dir}/access.log counted;
        }
    }
}
CONF
}


1;
