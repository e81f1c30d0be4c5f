# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# Monit: exec actions that run a script with curl. One check runs a program, the other looks for a file.

monit_version() { version monit; }
monit_objects() { echo "Disk-C Backup-Flag"; }

# Monit has no severities.
monit_severity() { echo high; }
monit_title() { echo "$1 on acme-mon01: Status failed"; }
monit_text() { printf '%s\n' "DISK CRITICAL - C:\\temp\\new at \"97%\" & <rising>; ü = 1, it's \$full"; }

monit_start() {
    local folder=$work/monit
    fetch monit || return
    touch "$folder/Backup-Flag"
    monit_text >"$folder/text"
    fill "$here/monit-oncall" "$folder/monit-oncall" "CONFIG=$folder/oncall.curl" || return
    fill "$here/monitrc" "$folder/monitrc" "FOLDER=$folder" || return
    printf '#!/bin/sh\n[ ! -e "%s" ] || { cat "%s"; exit 2; }\necho "DISK OK"\n' "$folder/full" "$folder/text" \
        >"$folder/check-disk"
    chmod 0700 "$folder/monit-oncall" "$folder/check-disk" || return
    background "$folder/daemon.log" "$packages/root/usr/bin/monit" -I -c "$folder/monitrc"
    eventually "$PATIENCE" test -e "$folder/monit.state" || {
        echo "Monit doesn't run: $(tail -n 1 "$folder/daemon.log")"
        return 1
    }
    stays "$started" "$folder/daemon.log"
}

monit_problem() {
    case $1 in
    Disk-C) touch "$work/monit/full" ;;
    *) rm -f "$work/monit/$1" ;;
    esac
}

monit_recover() {
    case $1 in
    Disk-C) rm -f "$work/monit/full" ;;
    *) touch "$work/monit/$1" ;;
    esac
}
