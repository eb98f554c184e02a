# Starting and stopping the private servers of "make run"; to be sourced.
#
# Needs $run, the run directory.  A server is told by its pid file and by its
# command line, which names $run: nothing else is ever signalled.

pid_file()
{
    case $1 in
    postgres) echo "$run/postgres/data/postmaster.pid" ;;
    *)        echo "$run/$1/$1.pid" ;;
    esac
}


# Prints the pid of a server that runs; fails when it does not.

pid_of()
{
    local file pid command

    file=$(pid_file "$1")

    { read -r pid < "$file"; } 2> /dev/null || return 1
    command=$({ tr '\0' ' ' < "/proc/$pid/cmdline"; } 2> /dev/null) || return 1

    case $command in
    *"$1"*"$run/"*) echo "$pid" ;;
    *)              return 1 ;;
    esac
}


# wait_for SECONDS COMMAND ...

wait_for()
{
    local tries=$(($1 * 10))

    shift

    while ! "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}


gone()
{
    ! pid_of "$1" > /dev/null
}


# stop_server NAME SIGNAL SECONDS

stop_server()
{
    local pid

    pid=$(pid_of "$1") || return 0
    kill -s "$2" "$pid"

    if ! wait_for "$3" gone "$1"; then
        echo "$1 (pid $pid) did not end within $3 s of SIG$2" >&2
        return 1
    fi

    echo "  stopped $1"
}


# Runs a command as another user, when this one is root.

as()
{
    local user=$1

    shift

    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "$@"
    else
        "$@"
    fi
}


# make_dir PATH OWNER MODE

make_dir()
{
    mkdir -p "$1"
    chmod "$3" "$1"
    [ "$(id -u)" != 0 ] || chown "$2" "$1"
}
