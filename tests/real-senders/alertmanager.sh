# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# Alertmanager twice: by its webhook, and by its PagerDuty receiver with On-Call's address. Alerts come in as Prometheus
# sends them.

alertmanager_start() { start_alertmanager alertmanager; }
pagerduty_start() { start_alertmanager pagerduty; }

alertmanager_version() { version prometheus-alertmanager; }
pagerduty_version() { version prometheus-alertmanager; }

alertmanager_objects() { echo "acme-am01 acme-am02"; }
pagerduty_objects() { echo "acme-pd01 acme-pd02"; }

alertmanager_title() { echo "Disk nearly full on $1"; }
pagerduty_title() { alertmanager_title "$1"; }

alertmanager_text() { printf '%s\n' 'C:\temp\new at "97%" & <rising>; ü = 1'; }
pagerduty_text() { alertmanager_text; }

alertmanager_severity() { echo critical; }
pagerduty_severity() { echo critical; }

alertmanager_problem() { post_alert alertmanager "$1"; }
pagerduty_problem() { post_alert pagerduty "$1"; }

alertmanager_recover() { post_alert alertmanager "$1" over; }
pagerduty_recover() { post_alert pagerduty "$1" over; }

# start_alertmanager SENDER: its configuration is SENDER.yml.
start_alertmanager() {
    local folder=$work/$1 address program
    fetch prometheus-alertmanager || return
    program=$packages/root/usr/bin/prometheus-alertmanager
    address="127.0.0.1:$(free_port)"
    echo "http://$address" >"$folder/address"
    fill "$here/$1.yml" "$folder/$1.yml" "BASE=$base" "KEY=$(cat "$folder/key")" || return
    with_templates || return
    # Without a cluster address it asks for no peers.
    background "$folder/daemon.log" "${with_templates[@]}" "$program" --config.file="$folder/$1.yml" --storage.path="$folder/data" \
        --web.listen-address="$address" --cluster.listen-address=
    eventually "$PATIENCE" curl -fsS -o /dev/null "http://$address/-/ready" 2>/dev/null || {
        echo "Alertmanager doesn't answer: $(tail -n 1 "$folder/daemon.log")"
        return 1
    }
}

# Debian's build reads its templates from /usr/share and nowhere else. Where the machine hasn't got them, they are put
# there in a mount namespace of its own. Sets $with_templates, the beginning of its command: words and not a function, so
# that what runs in the background is Alertmanager itself and ends when it is told to.
with_templates() {
    # shellcheck disable=SC2016  # the inner shell's
    local exec_in='mount --bind "$0" /usr/share && exec "$@"'
    with_templates=(env)
    [ ! -e /usr/share/prometheus/alertmanager/default.tmpl ] || return 0
    with_templates=(unshare --user --map-root-user --mount sh -c "$exec_in" "$packages/root/usr/share")
    "${with_templates[@]}" true || {
        echo "can't show Debian's Alertmanager its templates: this machine allows no user namespaces (to install" \
            "prometheus-alertmanager helps)"
        return 1
    }
}

# post_alert SENDER INSTANCE [over]
post_alert() {
    local now ends=null
    now=$(date -u +%FT%T.%3NZ)
    [ -z "${3:-}" ] || ends=$(jq -n --arg now "$now" '$now')
    jq -n --arg instance "$2" --arg text "$(alertmanager_text)" --arg now "$now" --argjson ends "$ends" '[{
        labels: {alertname: "DiskFull", instance: $instance, severity: "critical", client: "Acme"},
        annotations: {summary: "Disk nearly full on \($instance)", description: $text},
        generatorURL: "http://prometheus.example/graph?g0.expr=disk"
    } + if $ends then {endsAt: $ends} else {startsAt: $now} end]' |
        curl -fsS -m 10 -o /dev/null -H 'Content-Type: application/json' --data @- \
            "$(cat "$work/$1/address")/api/v2/alerts"
}
