# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# What every sender goes through, and the facts that must come true.
#
# A sender is a set of functions: SENDER_start, SENDER_version, SENDER_problem OBJECT, SENDER_recover OBJECT, where the tool
# knows acknowledging SENDER_acknowledge OBJECT, where it doesn't repeat by itself SENDER_repeat OBJECT, and SENDER_more for
# what only this tool does. SENDER_objects names its two objects; OBJECT is part of the incident's title. SENDER_severity is
# the severity of the first object's problem, SENDER_title OBJECT its title, and SENDER_text is in the description of the
# first one's, whatever its characters.

# of SENDER OBJECT: the incidents about the object, newest first, as one list.
of() { incidents "$1" | jq -cs --arg object "$2" 'map(select(.title | contains($object)))'; }

# is SENDER OBJECT CONDITION: whether jq's condition holds for that list.
is() { [ "$(of "$1" "$2" | jq "$3" 2>/dev/null)" = true ]; }

# json TEXT: the text as JSON.
json() { jq -n --arg text "$1" '$text'; }

# fact SENDER OBJECT CONDITION TEXT: waits for it, and tells it; whether it is true.
fact() {
    if eventually "$PATIENCE" is "$1" "$2" "$3"; then
        ok "$1: $4"
    else
        fail "$1: $4"
        of "$1" "$2" | jq -c '.[] | {number, title, status, severity, alert_count, warning, description}' | sed 's/^/      /'
        if [ -n "$(deliveries "$1")" ]; then
            deliveries "$1" | head -n 5 | sed 's/^/      /'
        else
            echo "      nothing was delivered; the end of its log:"
            tail -n 3 "$work/$1/daemon.log" | sed 's/^/      /'
        fi
        return 1
    fi
}

# Seen under the filter that people use, too.
listed() {
    local seen
    seen=$(api GET "/api/incidents?status=$3&limit=100" | jq --arg source "$1" --arg object "$2" \
        '[.incidents[] | select(.source_name == $source and (.title | contains($object)))] | length')
    [ "$seen" = 1 ]
}

# repeated SENDER OBJECT: whether a repeat has joined; asks for one where the sender doesn't repeat by itself.
repeated() {
    ! declare -F "$1_repeat" >/dev/null || "$1_repeat" "$2"
    is "$1" "$2" '.[0].alert_count > 1'
}

knows_acknowledging() { declare -F "$1_acknowledge" >/dev/null; }

# story SENDER: ends at the first fact that isn't true, since all after it builds on it.
story() {
    local sender=$1 first second count severity text title
    read -r first second <<<"$("${sender}_objects")"
    severity=$("${sender}_severity")
    text=$("${sender}_text")
    title=$("${sender}_title" "$first")

    "${sender}_problem" "$first"
    fact "$sender" "$first" 'length == 1 and .[0].status == "triggered" and .[0].severity == "'"$severity"'"' \
        "a problem opened one incident, $severity" || return
    fact "$sender" "$first" ".[0].title == $(json "$title")" "its title: $title" || return
    fact "$sender" "$first" ".[0].description | contains($(json "$text"))" "its text came through: $text" || return
    fact "$sender" "$first" '.[0].warning == null' "nothing of it was in doubt" || return
    eventually "$PATIENCE" repeated "$sender" "$first"
    fact "$sender" "$first" 'length == 1 and .[0].alert_count > 1' "repeats joined it" || return

    if knows_acknowledging "$sender"; then
        "${sender}_acknowledge" "$first"
        fact "$sender" "$first" 'length == 1 and .[0].status == "acknowledged"' \
            "acknowledging over there acknowledged it here" || return
    else
        api POST "/api/incidents/$(of "$sender" "$first" | jq -r '.[0].id')/acknowledge" >/dev/null
        count=$(of "$sender" "$first" | jq '.[0].alert_count')
        fact "$sender" "$first" "length == 1 and .[0].alert_count > $count and .[0].status == \"acknowledged\"" \
            "acknowledged here, more repeats leave it acknowledged" || return
    fi
    if listed "$sender" "$first" acknowledged; then
        ok "$sender: it is the one under status=acknowledged"
    else
        fail "$sender: it is the one under status=acknowledged"
        return 1
    fi

    "${sender}_recover" "$first"
    fact "$sender" "$first" 'length == 1 and .[0].status == "resolved"' "the recovery resolved it" || return
    again "$sender" "$first" "$second" || return
    if declare -F "${sender}_more" >/dev/null; then "${sender}_more"; fi
}

# again SENDER FIRST SECOND: the first object's problem comes back, and the second one has one of its own.
again() {
    local sender=$1 first=$2 second=$3
    "${sender}_problem" "$first"
    fact "$sender" "$first" 'length == 2 and .[0].status == "triggered" and .[1].status == "resolved"' \
        "the same problem again opened a second incident" || return
    "${sender}_problem" "$second"
    fact "$sender" "$second" 'length == 1 and .[0].status == "triggered"' \
        "another problem ($second) opened one of its own" || return
    "${sender}_recover" "$first"
    fact "$sender" "$first" 'length == 2 and all(.status == "resolved")' "its recovery resolved it" || return
    fact "$sender" "$second" 'length == 1 and .[0].status == "triggered"' "and left the other one open" || return
    "${sender}_recover" "$second"
    fact "$sender" "$second" 'length == 1 and .[0].status == "resolved"' "the other one's recovery resolved that"
}

# On-Call is killed, everything breaks while it is away, and it comes back.
outage() {
    local sender first
    oncall_kill
    for sender in "$@"; do
        read -r first _ <<<"$("${sender}_objects")"
        "${sender}_problem" "$first"
    done
    sleep 2
    oncall_start
    ok "oncall: killed and started again, with a problem of each sender in between"
    for sender in "$@"; do
        read -r first _ <<<"$("${sender}_objects")"
        fact "$sender" "$first" 'length == 3 and .[0].status == "triggered" and all(.[1:][]; .status == "resolved")' \
            "a problem while oncall was away opened one incident" || true
    done
    for sender in "$@"; do
        read -r first _ <<<"$("${sender}_objects")"
        "${sender}_recover" "$first"
        fact "$sender" "$first" 'length == 3 and all(.status == "resolved")' "its recovery resolved it" || true
    done
}

# one_key SENDER FIRST SECOND: whether every incident of an object has the same key, and the other object another.
one_key() {
    [ "$(jq -n --argjson first "$(of "$1" "$2")" --argjson second "$(of "$1" "$3")" \
        '($first | map(.dedup_key) | unique) as $a | ($second | map(.dedup_key) | unique) as $b
        | ($a | length) == 1 and ($b | length) == 1 and $a != $b and all($a[], $b[]; . != null and . != "")')" = true ]
}

# account SENDER: four problems of its objects made four incidents, and nothing that came was refused.
account() {
    local made refused first second
    read -r first second <<<"$("$1_objects")"
    made=$(($(of "$1" "$first" | jq length) + $(of "$1" "$second" | jq length)))
    if [ "$made" -eq 4 ]; then ok "$1: 4 problems, 4 incidents"; else fail "$1: 4 problems, $made incidents"; fi
    if one_key "$1" "$first" "$second"; then
        ok "$1: one dedup key for each object"
    else
        fail "$1: not one dedup key for each object"
        incidents "$1" | jq -c '{number, title, dedup_key}' | sed 's/^/      /'
    fi
    refused=$(deliveries "$1" | jq -s 'map(select(.state != "taken" or .problem != null)) | length')
    if [ "$refused" -eq 0 ]; then
        ok "$1: all $(deliveries "$1" | wc -l) deliveries were taken: $(deliveries "$1" | jq -rs \
            'group_by(.result) | map("\(length) \(.[0].result)") | join(", ")')"
    else
        fail "$1: $refused deliveries were not taken"
        deliveries "$1" | jq -c 'select(.state != "taken" or .problem != null)' | sed 's/^/      /'
    fi
}
