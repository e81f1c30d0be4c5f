#!/usr/bin/env bash
# Whether a deployment works, seen from outside.
#   ONCALL_URL  where it is
#   REVISION    optional: the commit that has to answer, several times in a row: an instance of the old package may still be there
#   SMOKE_KEY   optional: the key of an alert source kept for this; an alert is then sent and resolved through it
set -euo pipefail
: "${ONCALL_URL:?is the address of the deployment}"

tries=40
pause=10
enough=3
health=$(mktemp)
trap 'rm -f "$health"' EXIT

# A new package takes a while to be mounted, and the first request starts an instance.
healthy() {
  local answer good=0
  for ((try = 1; try <= tries; try++)); do
    answer=$(curl --silent --show-error --max-time 20 --output "$health" --write-out '%{http_code}' \
      "$ONCALL_URL/api/health" || true)
    if [[ $answer == 200 ]] && jq --exit-status --arg revision "${REVISION:-}" \
      '.ready and ($revision == "" or .revision == $revision)' "$health" >/dev/null; then
      good=$((good + 1))
    else
      good=0
    fi
    if ((good >= enough)); then
      echo "healthy: version $(jq --raw-output .version "$health")"
      jq --raw-output '.off[]? | "off: \(.what) (\(.why))"' "$health"
      return
    fi
    echo "try $try of $tries: ${answer:-no answer}, good $good times in a row"
    ((good > 0)) || sleep "$pause"
  done
  echo "The health page did not answer 200${REVISION:+ as $REVISION} $enough times in a row." >&2
  return 1
}

# One delivery to the source. The key goes in a header read from a pipe, so that it is in no log and no list of processes.
deliver() {
  local status=$1 body
  body=$(jq --null-input --arg status "$status" --arg key "smoke-${GITHUB_RUN_ID:-by-hand}" \
    '{title: "Smoke test of a deployment", severity: "info", dedup_key: $key, status: $status}')
  curl --silent --show-error --fail-with-body --max-time 30 --header "Content-Type: application/json" \
    --header @<(printf 'X-Integration-Key: %s\n' "$SMOKE_KEY") --data "$body" "$ONCALL_URL/api/webhooks/ingest"
  echo
}

healthy
if [[ -n ${SMOKE_KEY:-} ]]; then
  deliver trigger
  deliver resolve
else
  echo "No SMOKE_KEY: no alert was sent."
fi
