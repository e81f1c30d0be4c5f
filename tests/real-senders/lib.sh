# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# What all parts use: telling facts, waiting with an end, processes and their end, filling in templates.
#
# Invariant: only processes that were started here are ended, by their number.

pids=()
reasons=()

ok() { printf 'ok    %s\n' "$1"; }

fail() {
    failed=$((failed + 1))
    printf 'FAIL  %s\n' "$1"
}

skip() {
    skipped=$((skipped + 1))
    reasons+=("$1")
    printf 'SKIP  %s\n' "$1"
}

# eventually SECONDS COMMAND…: whether the command succeeds within these seconds.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

# free_port: a port of 127.0.0.1 that nothing answers on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# background LOG COMMAND…: runs it until the end of the script; its number is in $started.
background() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 &
    started=$!
    pids+=("$started")
}

# stays PID LOG: whether the process is still there; else the end of its log is the reason.
stays() {
    kill -0 "$1" 2>/dev/null && return
    echo "it ended at once: $(tail -n 1 "$2")"
    return 1
}

# fill TEMPLATE TARGET NAME=VALUE…: the template with @NAME@ filled in, readable by its owner only since keys are in it.
fill() {
    local template=$1 target=$2 text pair
    shift 2
    text=$(cat "$template")
    for pair in "$@"; do
        text=${text//"@${pair%%=*}@"/"${pair#*=}"}
    done
    (umask 077 && printf '%s\n' "$text" >"$target")
    if grep -o '@[A-Z_]*@' "$target"; then
        echo "not filled in: $target"
        return 1
    fi
}

# ended PID: whether the process is gone.
ended() { ! kill -0 "$1" 2>/dev/null; }

# end PID: asks it to end, and makes it when it takes too long.
end() {
    kill "$1" 2>/dev/null || return
    eventually 10 ended "$1" || kill -9 "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

# nothing_left: whether no process but this has the temporary folder, whose name is this run's alone, in its command.
nothing_left() {
    local process
    left=
    for process in /proc/[0-9]*; do
        if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -qF "$work/"; then left+=" ${process#/proc/}"; fi
    done
    [ -z "$left" ]
}

# finish CODE: ends what was started, in reverse, and tidies up. What a daemon has just started, such as curl that tries
# again, ends by itself.
finish() {
    local code=$1 i
    trap - EXIT INT TERM
    set +e
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        end "${pids[i]}"
    done
    if ! eventually 25 nothing_left; then
        fail "still running:$left"
        [ "$code" -ne 0 ] || code=1
    fi
    # What all went well or was interrupted needs no looking after.
    if [[ " 0 77 130 " != *" $code "* ]] || [ "${KEEP:-0}" = 1 ]; then
        echo "logs and configurations: $work (keys of the test are in it)"
    else
        rm -rf "$work"
    fi
    exit "$code"
}
