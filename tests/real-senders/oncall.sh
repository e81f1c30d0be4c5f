# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# On-Call by itself in a folder of its own, and its REST API as a manager uses it.
#
# Invariant: it keeps its address over a restart, as senders know it.

oncall_prepare() {
    if [ -z "${ONCALL_BIN:-}" ]; then
        (cd "$top" && cargo build --quiet -p handlers) || return
        ONCALL_BIN=${CARGO_TARGET_DIR:-$top/target}/debug/oncall
    fi
    # A copy, since a build meanwhile would change what is started after the outage.
    cp "$ONCALL_BIN" "$work/oncall" || return
    port=$(free_port)
    base="http://127.0.0.1:$port"
    mkdir "$work/data"
}

oncall() {
    env -i PATH="$PATH" HOME="$work" ONCALL_DATA_DIR="$work/data" ONCALL_LISTEN="127.0.0.1:$port" ONCALL_LOG=warn \
        "$work/oncall" "$@"
}

oncall_start() {
    background "$work/oncall.log" env -i PATH="$PATH" HOME="$work" ONCALL_DATA_DIR="$work/data" \
        ONCALL_LISTEN="127.0.0.1:$port" ONCALL_LOG=warn "$work/oncall"
    oncall_pid=$started
    if ! eventually "$PATIENCE" curl -fsS -o /dev/null "$base/api/health" 2>/dev/null; then
        echo "oncall doesn't answer: $(tail -n 1 "$work/oncall.log")" >&2
        return 1
    fi
    (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$(oncall token)" >"$work/manager.curl")
}

# Without a warning, in the middle of whatever it does.
oncall_kill() {
    local kept=() pid
    kill -9 "$oncall_pid"
    wait "$oncall_pid" 2>/dev/null || true
    # Its number may be another process's by the end.
    for pid in "${pids[@]}"; do
        [ "$pid" = "$oncall_pid" ] || kept+=("$pid")
    done
    pids=(${kept[@]+"${kept[@]}"})
}

# api METHOD PATH [JSON]: the answer's body.
api() {
    local data=()
    [ $# -lt 3 ] || data=(-H 'Content-Type: application/json' --data "$3")
    curl -fsS -m 10 --config "$work/manager.curl" -X "$1" ${data[@]+"${data[@]}"} "$base$2"
}

# source_make TYPE-OR-SENDER: an alert source named like the sender. Its key: $work/SENDER/key, its id: $work/SENDER/id;
# and $work/SENDER/oncall.curl is what docs/senders.md tells people to keep beside a tool that runs curl.
source_make() {
    local type=$1 service made
    [ "$type" != pagerduty ] || type=pagerduty_events
    service=$(api GET /api/services | jq -r '.services[0].id')
    made=$(api POST /api/alert-sources "$(jq -n --arg name "$1" --arg type "$type" --arg service "$service" \
        '{name: $name, type: $type, service_id: $service}')") || return
    (
        umask 077
        jq -r .key <<<"$made" >"$work/$1/key"
        jq -r .id <<<"$made" >"$work/$1/id"
    )
    fill "$here/oncall.curl" "$work/$1/oncall.curl" "BASE=$base" "KEY=$(cat "$work/$1/key")"
}

# incidents SENDER: its incidents, newest first, each on a line.
incidents() {
    api GET '/api/incidents?status=all&limit=100' | jq -c --arg source "$1" '.incidents[] | select(.source_name == $source)'
}

# deliveries SENDER: what it delivered, newest first, each on a line.
deliveries() {
    api GET "/api/alert-sources/$(cat "$work/$1/id")/deliveries?limit=100" | jq -c '.deliveries[]'
}
