# The servers a test runs against: PostgreSQL, Redis, a mail inbox and nginx,
# each private to one test file, below build/test/NAME/, on unix sockets or on
# free ports of 127.0.0.1, and stopped by pid when the test ends.

package Test::Registration::Servers;

use v5.36;
use utf8;

use Carp qw(croak);
use Cwd qw(abs_path);
use Digest::SHA qw(sha1_hex);
use File::Basename qw(basename dirname);
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use IO::Socket::UNIX;
use List::Util qw(min);
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

use constant START_SECONDS => 20;
use constant STOP_SECONDS  => 10;

# Below those that the kernel gives to clients: while a server is restarted,
# nobody else gets its port.

use constant FIRST_PORT => 20_000;
use constant PORTS      => 12_000;

our $ROOT  = abs_path(dirname(__FILE__) . '/../../../..');
our $BUILD = $ENV{REG_BUILD} // "$ROOT/build";
our $TEST  = $ENV{REG_TEST}  // "$BUILD/test";      # a second run has another

# For the sanitizer build: leaks are looked for when a process ends.

$ENV{ASAN_OPTIONS}  //= 'detect_stack_use_after_return=1:detect_leaks=1';
$ENV{UBSAN_OPTIONS} //= 'print_stacktrace=1';

my @running;                    # every Process started and not yet stopped
my $owner = $$;                 # a forked child must not stop them


sub new ($class, %option)
{
    my $name = $option{name} // basename($0, '.t');
    my $self = bless {
        name       => $name,
        workers    => 2,
        directives => {},
        parts      => {},
        %option,
    }, $class;

    $self->{dir} = make_directory($name);

    return $self;
}


# The directory must be open to the users that PostgreSQL and nginx' workers
# run as: a checkout below /root is not, so it may lie elsewhere, linked.

sub make_directory ($name)
{
    my $link = "$TEST/$name";
    my $path = $link;

    remove_tree(readlink $link) if -l $link;
    unlink $link;
    remove_tree($link);
    make_path($path, { mode => 0755 });

    # 40: the longest name of a socket below it; 107: sun_path of unix(7)

    if ((is_root() && !reachable($path)) || length($path) + 40 > 107) {
        require File::Temp;
        rmdir $path;
        $path = File::Temp::tempdir('registration-test-XXXXXX',
            DIR => '/var/tmp');
        chmod 0755, $path;
        symlink $path, $link or croak "symlink $link: $!";
    }

    return $path;
}


sub is_root () { return $> == 0 }


sub reachable ($path)
{
    return system('setpriv', '--reuid', 'postgres', '--regid', 'postgres',
                  '--clear-groups', 'test', '-x', $path) == 0;
}


sub as_user ($user)
{
    return () if !is_root();
    return ('setpriv', '--reuid', $user, '--regid', $user, '--init-groups');
}


sub free_port
{
    state %given;

    for (1 .. 1000) {
        my $port = FIRST_PORT + int rand PORTS;

        return $port if !$given{$port}++
            && IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                   LocalPort => $port, Listen => 1, ReuseAddr => 1);
    }

    croak "no free port: $!";
}


sub slurp ($path)
{
    open my $file, '<:raw', $path or return '';
    local $/;
    return <$file> // '';
}


sub spew ($path, $text, $mode = 0644)
{
    open my $file, '>:raw', $path or croak "$path: $!";
    print $file $text;
    close $file or croak "$path: $!";
    chmod $mode, $path;
}


# Waits until a condition holds; its value, or the empty list.  Looks ever less
# often, for looking often costs the programs that one waits for.

sub wait_for ($condition, $seconds = START_SECONDS)
{
    my $end  = time + $seconds;
    my $step = 0.02;

    while (1) {
        my $value = $condition->();
        return $value if $value;
        return if time > $end;
        sleep $step;
        $step = min(1.25 * $step, 0.2);
    }
}


# Processes: they die with the test, however that dies.

sub spawn ($self, $name, @command)
{
    my $log = "$self->{dir}/$name.out";
    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $log;
        open STDERR, '>&', \*STDOUT;
        chdir $self->{dir};
        exec dying(@command) or POSIX::_exit(127);
    }

    push @running, { name => $name, pid => $pid, dir => $self->{dir} };
    $self->{pid}{$name} = $pid;

    return $pid;
}


# A change of user clears the signal (prctl(2)), so one setpriv does both.

sub dying (@command)
{
    shift @command if $command[0] eq 'setpriv';
    return ('setpriv', '--pdeathsig', 'TERM', @command);
}


sub alive ($self, $name)
{
    my $pid = $self->{pid}{$name} or return 0;
    return waitpid($pid, WNOHANG) == 0;
}


# Ends a server; the signal says how (nginx and PostgreSQL know several).

sub stop ($self, $name, $signal = 'TERM', $seconds = STOP_SECONDS)
{
    my $pid = delete $self->{pid}{$name} or return;

    @running = grep { $_->{pid} != $pid } @running;

    return end_process($pid, $signal, $seconds);
}


sub end_process ($pid, $signal, $seconds)
{
    kill 'CONT', family($pid);
    kill $signal, $pid;

    if (!wait_for(sub { waitpid($pid, WNOHANG) != 0 }, $seconds)) {
        kill 'KILL', family($pid);
        waitpid $pid, 0;
        return 'killed';
    }

    return $? ? "status $?" : 'ended';
}


# A process and all that descend from it.

sub family ($pid)
{
    my @pids = ($pid);

    for my $stat (glob '/proc/[0-9]*/stat') {
        my ($child, $parent) = slurp($stat) =~ /^(\d+) \(.*\) \S (\d+)/s
            or next;
        push @pids, family($child) if $parent == $pid;
    }

    return @pids;
}


# A server that hangs: it keeps its sockets and answers nothing.

sub pause ($self, $name)
{
    kill 'STOP', family($self->{pid}{$name});
}


sub resume ($self, $name)
{
    kill 'CONT', family($self->{pid}{$name});
}


sub stop_all
{
    return if $$ != $owner;

    while (my $process = pop @running) {
        end_process($process->{pid},
            $process->{name} eq 'postgres' ? 'INT' : 'TERM', STOP_SECONDS);
    }
}


END {
    my $status = $?;
    stop_all();
    $? = $status;
}

$SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);


# PostgreSQL.  A cluster that is migrated is made once and copied.

sub pg_bin
{
    state $bin = (sort { ($b =~ /(\d+)/)[0] <=> ($a =~ /(\d+)/)[0] }
                  glob '/usr/lib/postgresql/*/bin')[0]
        // croak 'PostgreSQL is missing: apt-get install postgresql';
    return $bin;
}


sub start_postgres ($self)
{
    my $dir = "$self->{dir}/postgres";

    # The data is for PostgreSQL's user only, the socket above it is not.

    if (!-d $dir) {
        make_directory_of('postgres', $dir, 0755);
        copy_cluster($self->template, "$dir/data");
    }

    $self->run_postgres('postgres', "$dir/data", $dir);

    return $self;
}


sub make_directory_of ($user, $path, $mode)
{
    make_path($path);
    chmod $mode, $path;
    chown((getpwnam $user)[2, 3], $path) if is_root();
}


sub run_postgres ($self, $name, $dir, $socket)
{
    # Everything is logged, parameters too: what PostgreSQL is never told
    # it cannot leak, and the checks at the end read this log.

    $self->spawn($name, as_user('postgres'), pg_bin() . '/postgres',
        '-D', $dir, '-k', $socket, '-c', 'listen_addresses=',
        '-c', 'fsync=off',              # no test turns the machine off
        '-c', 'max_connections=60', '-c', 'shared_buffers=16MB',
        '-c', 'log_statement=all', '-c', 'log_min_duration_statement=0',
        '-c', 'timezone=UTC', '-c', 'logging_collector=off');

    wait_for(sub { $self->ask_postgres($socket, 'postgres', 'select 1') })
        // croak "PostgreSQL does not start: see $self->{dir}/$name.out";
}


sub ask_postgres ($self, $dir, $database, $sql)
{
    my @command = (as_user('postgres'), pg_bin() . '/psql', '-XqAt',
        '-v', 'ON_ERROR_STOP=1', '-h', $dir, '-d', $database, '-f', '-');

    my $out = "$self->{dir}/psql.out";
    my $pid = open(my $psql, '|-') // croak "fork: $!";

    if ($pid == 0) {
        chdir '/';
        open STDOUT, '>', $out;
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }

    local $SIG{PIPE} = 'IGNORE';
    binmode $psql, ':utf8';
    print $psql $sql;
    close $psql;

    my $text = slurp($out);
    chomp $text;

    $self->{sql_error} = $? ? $text : undef;
    return $? ? undef : $text;
}


# One statement or several; gives what psql prints, fields divided by "|".

sub sql ($self, $sql)
{
    return $self->ask_postgres("$self->{dir}/postgres", 'registration', $sql)
        // croak "SQL failed: $self->{sql_error}";
}


sub dump_database ($self)
{
    my @command = (as_user('postgres'), pg_bin() . '/pg_dump',
        '-h', "$self->{dir}/postgres", 'registration');

    open my $dump, '-|', @command or croak "pg_dump: $!";
    local $/;
    my $text = <$dump>;
    close $dump or croak 'pg_dump failed';

    return $text;
}


sub template ($self)
{
    my $version = sha1_hex(join "\0", pg_bin(),
        map { $_, slurp($_) } sort glob "$ROOT/sql/*.sql");
    my $base = reachable_base($TEST);
    my $dir  = "$base/template-$version";

    return $dir if -d $dir;

    # Two test files may come here together: the first one to rename wins.

    my $draft = "$base/making-$$";

    remove_tree($draft);
    make_directory_of('postgres', $draft, 0700);

    run(as_user('postgres'), pg_bin() . '/initdb', '-D', $draft, '-U',
        'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '-N');

    $self->run_postgres('template', $draft, $draft);
    $self->migrate($draft);
    $self->stop('template', 'INT');

    rename $draft, $dir or remove_tree($draft);

    return $dir;
}


# Beside the tests' own directories, wherever those may lie.

sub reachable_base ($path)
{
    make_path($path, { mode => 0755 });
    return $path if !is_root() || reachable($path);

    make_path('/var/tmp/registration-test', { mode => 0755 });
    return '/var/tmp/registration-test';
}


sub migrate ($self, $socket)
{
    $self->ask_postgres($socket, 'postgres', 'create database registration')
        // croak "create database: $self->{sql_error}";

    run(registrationctl(), 'migrate', '--directory', "$ROOT/sql",
        '--database', "host=$socket dbname=registration user=postgres");

    # nginx has a role that may do what the migrations let the module do.

    $self->ask_postgres($socket, 'registration',
        'create role registration login in role registration_module')
        // croak "create role: $self->{sql_error}";
}


sub registrationctl
{
    my ($path) = grep { -x } $ENV{REG_CTL} // (), "$BUILD/registrationctl",
        glob "$BUILD/*/registrationctl";

    return $path // croak "registrationctl is not built: make";
}


sub copy_cluster ($from, $to)
{
    run('cp', '-a', '--reflink=auto', $from, $to);
}


# Runs a command to its end; what it printed, or the test stops with that.

sub run (@command)
{
    my ($status, $text) = try_run(@command);

    croak "@command: $text" if $status;
    return $text;
}


sub try_run (@command)
{
    my $pid = open(my $out, '-|') // croak "fork: $!";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        open STDIN, '<', '/dev/null';
        exec @command or POSIX::_exit(127);
    }

    local $/;
    my $text = <$out> // '';
    close $out;

    return ($? >> 8 || $?, $text);
}


# Redis.

sub start_redis ($self)
{
    my $dir = "$self->{dir}/redis";

    make_path($dir);

    $self->spawn('redis', 'redis-server', '--port', 0,
        '--unixsocket', "$dir/socket", '--unixsocketperm', 777,
        '--dir', $dir, '--save', '', '--daemonize', 'no',
        '--rdbcompression', 'no',       # a test reads the dump
        '--dbfilename', 'dump.rdb');

    wait_for(sub { -S "$dir/socket" && $self->redis('PING') eq 'PONG' })
        // croak "Redis does not start: see $self->{dir}/redis.out";

    return $self;
}


sub redis ($self, @command)
{
    my ($status, $text) = try_run('redis-cli', '-s',
        "$self->{dir}/redis/socket", '--no-auth-warning', @command);

    chomp $text;
    return $text;
}


# The mail inbox: an SMTP server that keeps each mail as a file.

# More arguments: how it misbehaves (see t/lib/inbox.py).

sub start_inbox ($self, @more)
{
    my $dir = "$self->{dir}/mail";

    make_path($dir);
    $self->{smtp_port} //= free_port();

    $self->spawn('inbox', '/usr/bin/python3', "$ROOT/t/lib/inbox.py",
        '--listen', "127.0.0.1:$self->{smtp_port}", '--directory', $dir,
        @more);

    wait_for(sub { listens($self->{smtp_port}) })
        // croak "the inbox does not start: see $self->{dir}/inbox.out";

    return $self;
}


sub listens ($port)
{
    return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Timeout => 1);
}


# The recogniser around an engine that does as it is told (scripted_ocr.c) and
# needs no models.  Options: env, threads, queue; or binary and models of the
# real one, which its user cannot read where they are built.

sub start_recognizer ($self, %option)
{
    my $dir    = "$self->{dir}/recognizer";
    my $binary = $option{binary} // scripted();
    my $models = "$dir/models";

    make_directory_of('www-data', $dir, 0755);

    if ($option{models}) {
        run('cp', '-rL', $option{models}, $models) if !-d $models;
        run('cp', '-rL', dirname($option{models}) . '/lib', "$dir/lib")
            if !-d "$dir/lib";

    } elsif (!$option{missing}) {
        spew($models, "none\n");
    }

    run('install', '-m', '755', $binary, "$dir/registration-recognizer");

    local %ENV = (%ENV, LD_LIBRARY_PATH => "$dir/lib",
                  ($option{env} // {})->%*);

    $self->spawn('recognizer', as_user('www-data'),
        "$dir/registration-recognizer",
        '--socket', "$dir/socket", '--models', $models,
        '--threads', $option{threads} // 2, '--queue', $option{queue} // 8,
        '--verbose');

    return $self if $option{missing};

    wait_for(sub { $self->recognizer_ready }, 60)
        // croak "the recogniser does not start: see $self->{dir}/"
                 . 'recognizer.out';

    return $self;
}


sub scripted
{
    my ($binary) = grep { -x } "$BUILD/recognizer-scripted",
        glob "$BUILD/*/recognizer-scripted";

    return $binary
        // croak 'recognizer-scripted is not built: make scripted';
}


sub recognizer_ready ($self)
{
    return !!IO::Socket::UNIX->new(Peer => "$self->{dir}/recognizer/socket");
}


# The pid of the process that reads pictures.

sub recognizer_child ($self)
{
    my ($master, $child) = family($self->{pid}{recognizer});
    return $child;
}


# nginx.  The configuration is made of parts; a test gives those it is about.

my %directive = (
    database        => '"host=%DIR%/postgres dbname=registration '
                       . 'user=registration"',
    redis           => 'unix:%DIR%/redis/socket',
    smtp            => '127.0.0.1:%SMTP%',
    mail_from       => '"Registration <noreply@registration.example>"',
    mail_templates  => '%ROOT%/conf/mail',
    key_file        => '%DIR%/keys',
    documents       => '%DIR%/documents',
    form            => '%ROOT%/conf/form.json',
    regions         => '%BUILD%/data/regions.json',
    holidays        => '%BUILD%/data/holidays.json',
    password_threads => 'passwords',
    picture_threads  => 'pictures',
    file_threads     => 'files',
    secure_cookies  => 'off',

    # All of a test's people come from one address, and in a hurry.

    code            => 'per_address=100000',
    sign_in         => 'per_address=100000',
);


sub nginx_binary
{
    return $ENV{REG_NGINX} if $ENV{REG_NGINX};

    if ($ENV{REG_SANITIZER}) {
        my ($path) = grep { -x } glob "$BUILD/*sanit*/{sbin/,objs/,}nginx";
        return $path // croak 'the sanitizer build of nginx is missing';
    }

    my ($path) = grep { -x } qw(/usr/sbin/nginx /usr/local/sbin/nginx);
    return $path // croak 'nginx is missing: apt-get install nginx';
}


# Empty when the module is compiled into the binary.

sub module
{
    return $ENV{REG_MODULE} if defined $ENV{REG_MODULE};
    return '' if $ENV{REG_SANITIZER};

    my ($path) = grep { -f } map { "$_/ngx_http_registration_module.so" }
        $BUILD, glob "$BUILD/*";

    return $path // croak 'the module is not built: make';
}


sub config ($self, %option)
{
    my %use   = (%directive, $self->{directives}->%*,
                 ($option{directives} // {})->%*);
    my $lines = join '', map { "    registration_$_ $use{$_};\n" }
        grep { defined $use{$_} } sort keys %use;

    my %part = (main => '', http => '', server => '', api => '',
                upload => 'client_max_body_size 6m;',
                review => 'registration_review;',
                threads => "thread_pool passwords threads=2 max_queue=64;\n"
                           . "thread_pool pictures threads=2 max_queue=64;\n"
                           . "thread_pool files threads=2 max_queue=256;",
                $self->{parts}->%*, ($option{parts} // {})->%*);

    my $load = module() ? 'load_module ' . module() . ';' : '';
    my $user = is_root() ? 'user www-data;' : '';
    my $level = $self->{log_level} // 'info';

    my $text = <<"CONF";
$load
$user
worker_processes $self->{workers};
worker_rlimit_nofile 4096;
daemon off;
pid %DIR%/nginx.pid;
error_log %DIR%/error.log $level;
$part{threads}
$part{main}

events {
    worker_connections 1024;
}

http {
    log_format plain '\$remote_addr \$request_method \$uri \$status';
    access_log %DIR%/access.log plain;

    client_body_temp_path %DIR%/body;
    proxy_temp_path %DIR%/proxy;
    fastcgi_temp_path %DIR%/fastcgi;
    scgi_temp_path %DIR%/scgi;
    uwsgi_temp_path %DIR%/uwsgi;

$lines
    $part{http}

    server {
        listen 127.0.0.1:%PORT%;
        @{[ http2() ]}
        server_name localhost;
        client_max_body_size 64k;
        $part{server}

        location / {
            return 200 "outside\\n";
        }

        location = /api/openapi.yaml {
            default_type application/yaml;
            alias %DIR%/openapi.yaml;
        }

        location /admin/api/ {
            $part{review}
        }

        location /api/ {
            registration;
            $part{api}

            location = /api/documents {
                $part{upload}
            }
        }
    }
}
CONF

    my %value = (DIR => $self->{dir}, ROOT => $ROOT, BUILD => $BUILD,
                 SMTP => $self->{smtp_port} //= free_port(),
                 PORT => $self->{port} //= free_port(),
                 HTTP2 => $self->{http2_port} //= free_port());

    return $text =~ s/%([A-Z0-9]+)%/$value{$1} \/\/ "%$1%"/ger;
}


# 1.25.1 made a directive of listen's parameter, and warns of the latter.

sub http2
{
    my ($status, $text) = try_run(nginx_binary(), '-v');
    my ($minor) = $text =~ m{nginx/1\.(\d+)};

    return $minor > 25 ? 'listen 127.0.0.1:%HTTP2%; http2 on;'
                       : 'listen 127.0.0.1:%HTTP2% http2;';
}


sub write_config ($self, %option)
{
    my $path = "$self->{dir}/nginx.conf";
    my $text = $self->config(%option);

    utf8::encode($text);
    spew($path, $text);

    return $path;
}


sub prepare_files ($self)
{
    my $dir  = $self->{dir};
    my $keys = "$dir/keys";

    run(registrationctl(), 'key', 'new', $keys) if !-e $keys;

    # The workers read these, and may not enter the checkout.

    copy("$ROOT/openapi.yaml", "$dir/openapi.yaml");
    copy("$ROOT/t/lib/leaks.supp", "$dir/leaks.supp");
    $ENV{LSAN_OPTIONS} = "print_suppressions=0:suppressions=$dir/leaks.supp";

    # The workers write these.

    for my $path ("$dir/documents", "$dir/body") {
        make_directory_of('www-data', $path, 0700) if !-d $path;
    }
}


# nginx -t: whether it accepts the configuration, and what it says.

sub try_config ($self, %option)
{
    $self->prepare_files;

    # It ends without freeing anything.

    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';

    my $path = $self->write_config(%option);
    my ($status, $text) = try_run($self->nginx_command(
        [ '-t', '-c', $path, '-p', $self->{dir} ], 'test.log'));

    return ($status == 0, $text);
}


sub nginx_command ($self, $argument, $log = 'error.log')
{
    return (nginx_binary(), @$argument, '-e', "$self->{dir}/$log");
}


sub start_nginx ($self, %option)
{
    $self->prepare_files;

    my $path = $self->write_config(%option);

    $self->spawn('nginx',
        $self->nginx_command([ '-c', $path, '-p', $self->{dir} ]));

    # the master listens before it has workers
    wait_for(sub {
        return !$self->alive('nginx')
            || listens($self->{port}) && $self->workers == $self->{workers};
    });

    croak 'nginx does not start: ' . slurp("$self->{dir}/nginx.out")
        . tail("$self->{dir}/error.log") if !$self->alive('nginx');

    return $self;
}


# Takes a changed configuration; returns when new workers serve.

sub reload ($self, %option)
{
    my %old = map { $_ => 1 } $self->workers;

    $self->write_config(%option) if %option;
    kill 'HUP', $self->{pid}{nginx};

    wait_for(sub {
        my @serving = $self->workers;

        return @serving == $self->{workers} && !grep { $old{$_} } @serving;
    })
        // croak 'nginx did not reload: ' . tail("$self->{dir}/error.log");
}


sub workers ($self)
{
    my ($master, @rest) = family($self->{pid}{nginx});
    return grep { slurp("/proc/$_/cmdline") =~ /worker process(?!.*shut)/ }
        @rest;
}


sub restart_nginx ($self, %option)
{
    $self->stop('nginx', 'QUIT');
    return $self->start_nginx(%option);
}


sub tail ($path)
{
    my @lines = split /^/, slurp($path);
    return join '', @lines > 20 ? @lines[-20 .. -1] : @lines;
}


1;
