# shellcheck shell=bash
# What every sender goes through, and the facts that must come true.
#
# A sender is a set of functions: SENDER_start, SENDER_version, SENDER_problem OBJECT, SENDER_recover OBJECT, where the tool
# knows acknowledging SENDER_acknowledge OBJECT, and SENDER_repeat OBJECT where it doesn't repeat by itself. SENDER_objects
# names its two objects; OBJECT is part of the incident's title. SENDER_severity is the severity of the first object's
# problem, and SENDER_text is in its description, whatever its characters.

# of SENDER OBJECT: the incidents about the object, newest first, as one list.
of() { incidents "$1" | jq -cs --arg object "$2" 'map(select(.title | contains($object)))'; }

# is SENDER OBJECT CONDITION: whether jq's condition holds for that list.
is() { [ "$(of "$1" "$2" | jq "$3")" = true ]; }

# fact SENDER OBJECT CONDITION TEXT: waits for it, and tells it.
fact() {
    if eventually "$PATIENCE" is "$1" "$2" "$3"; then
        ok "$1: $4"
    else
        fail "$1: $4"
        of "$1" "$2" | jq -c '.[] | {number, title, status, severity, alert_count, warning, description}' | sed 's/^/      /'
        deliveries "$1" | head -n 5 | sed 's/^/      /'
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

story() {
    local sender=$1 first second count text
    read -r first second <<<"$("${sender}_objects")"
    text=$("${sender}_text")

    "${sender}_problem" "$first"
    fact "$sender" "$first" 'length == 1 and .[0].status == "triggered" and .[0].severity == "'"$("${sender}_severity")"'"' \
        "a problem opened one incident, $("${sender}_severity")"
    fact "$sender" "$first" ".[0].description | contains($(jq -n --arg text "$text" '$text'))" \
        "its text came through: $text"
    fact "$sender" "$first" '.[0].warning == null' "nothing of it was in doubt"
    if ! eventually "$PATIENCE" repeated "$sender" "$first"; then :; fi
    fact "$sender" "$first" 'length == 1 and .[0].alert_count > 1' "repeats joined it"

    if knows_acknowledging "$sender"; then
        "${sender}_acknowledge" "$first"
        fact "$sender" "$first" 'length == 1 and .[0].status == "acknowledged"' "acknowledging over there acknowledged it here"
    else
        api POST "/api/incidents/$(of "$sender" "$first" | jq -r '.[0].id')/acknowledge" >/dev/null
        count=$(of "$sender" "$first" | jq '.[0].alert_count')
        fact "$sender" "$first" "length == 1 and .[0].alert_count > $count and .[0].status == \"acknowledged\"" \
            "acknowledged here, more repeats leave it acknowledged"
    fi
    if listed "$sender" "$first" acknowledged; then
        ok "$sender: it is the one under status=acknowledged"
    else
        fail "$sender: it is the one under status=acknowledged"
    fi

    "${sender}_recover" "$first"
    fact "$sender" "$first" 'length == 1 and .[0].status == "resolved"' "the recovery resolved it"

    "${sender}_problem" "$first"
    fact "$sender" "$first" 'length == 2 and .[0].status == "triggered" and .[1].status == "resolved"' \
        "the same problem again opened a second incident"
    "${sender}_problem" "$second"
    fact "$sender" "$second" 'length == 1 and .[0].status == "triggered"' "another problem ($second) opened one of its own"
    "${sender}_recover" "$first"
    fact "$sender" "$first" 'length == 2 and all(.status == "resolved")' "its recovery resolved it"
    fact "$sender" "$second" 'length == 1 and .[0].status == "triggered"' "and left the other one open"
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
            "a problem while oncall was away opened one incident"
    done
    for sender in "$@"; do
        read -r first _ <<<"$("${sender}_objects")"
        "${sender}_recover" "$first"
        fact "$sender" "$first" 'length == 3 and all(.status == "resolved")' "its recovery resolved it"
    done
}

# account SENDER: four problems made four incidents, and nothing that came was refused or passed over.
account() {
    local made refused
    made=$(incidents "$1" | wc -l)
    if [ "$made" -eq 4 ]; then ok "$1: 4 problems, 4 incidents"; else fail "$1: 4 problems, $made incidents"; fi
    refused=$(deliveries "$1" | jq -s 'map(select(.state != "taken" or .problem != null)) | length')
    if [ "$refused" -eq 0 ]; then
        ok "$1: all $(deliveries "$1" | wc -l) deliveries were taken: $(deliveries "$1" | jq -rs \
            'group_by(.result) | map("\(length) \(.[0].result)") | join(", ")')"
    else
        fail "$1: $refused deliveries were not taken"
        deliveries "$1" | jq -c 'select(.state != "taken" or .problem != null)' | sed 's/^/      /'
    fi
}
