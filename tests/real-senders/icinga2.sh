# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# Icinga 2: a NotificationCommand that runs curl. Checks are passive, by the external command pipe.

icinga2_version() { version icinga2-bin; }
icinga2_objects() { echo "Disk-C acme-ici02"; }
icinga2_severity() { echo critical; }
icinga2_title() { echo "$1 on acme-ici01 is CRITICAL"; }

# The pipe makes a line break of \n, so there is none.
icinga2_text() { printf '%s\n' "DISK CRITICAL - C:\\Temp at \"97%\" & <rising>; ü = 1, it's \$full"; }

icinga2_start() {
    local folder=$work/icinga2 option options=()
    fetch icinga2-bin icinga2-common || return
    mkdir -p "$folder"/{data,log,cache,spool,run,etc}
    fill "$here/icinga2.conf" "$folder/icinga2.conf" "CURL=$(command -v curl)" "CONFIG=$folder/oncall.curl" \
        "PIPE=$folder/icinga2.cmd" || return
    for option in "DataDir=$folder/data" "LogDir=$folder/log" "CacheDir=$folder/cache" "SpoolDir=$folder/spool" \
        "InitRunDir=$folder/run" "ConfigDir=$folder/etc" "RunAsUser=$(id -un)" "RunAsGroup=$(id -gn)"; do
        options+=(--define "$option")
    done
    background "$folder/daemon.log" env LD_LIBRARY_PATH="$libraries" "$libraries/icinga2/sbin/icinga2" \
        daemon --include "$packages/root/usr/share/icinga2/include" "${options[@]}" --config "$folder/icinga2.conf"
    eventually "$PATIENCE" test -p "$folder/icinga2.cmd" || {
        echo "Icinga 2 made no command pipe: $(grep -i critical "$folder/daemon.log" | head -n 1)"
        return 1
    }
    stays "$started" "$folder/daemon.log"
}

icinga2_problem() {
    case $1 in
    Disk-C) command_pipe icinga2 "PROCESS_SERVICE_CHECK_RESULT;acme-ici01;Disk-C;2;$(icinga2_text)" ;;
    *) command_pipe icinga2 "PROCESS_HOST_CHECK_RESULT;$1;1;PING CRITICAL - Packet loss = 100%" ;;
    esac
}

icinga2_recover() {
    case $1 in
    Disk-C) command_pipe icinga2 "PROCESS_SERVICE_CHECK_RESULT;acme-ici01;Disk-C;0;DISK OK" ;;
    *) command_pipe icinga2 "PROCESS_HOST_CHECK_RESULT;$1;0;PING OK" ;;
    esac
}

icinga2_acknowledge() { command_pipe icinga2 "ACKNOWLEDGE_SVC_PROBLEM;acme-ici01;$1;2;1;0;ann;On it, \"C:\\temp\" is full"; }
