# shellcheck shell=bash
# What all parts use: telling facts, waiting with an end, processes and their end, filling in templates.
#
# Invariant: only processes that were started here are ended, by their number.

pids=()

ok() { printf 'ok    %s\n' "$1"; }

fail() {
    failed=$((failed + 1))
    printf 'FAIL  %s\n' "$1"
}

skip() {
    skipped=$((skipped + 1))
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

# finish CODE: ends what was started, in reverse, and tidies up.
finish() {
    local code=$1 i
    trap - EXIT
    set +e
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[i]}" 2>/dev/null && wait "${pids[i]}" 2>/dev/null
    done
    if [ "$code" -eq 1 ] || [ "${KEEP:-0}" = 1 ]; then
        echo "logs and configurations: $work (keys of the test are in it)"
    else
        rm -rf "$work"
    fi
    exit "$code"
}
