# shellcheck shell=bash disable=SC2154,SC2034  # the parts share their variables
# Nagios 4: a notification command that runs curl. Checks are passive, by the external command pipe.

nagios_version() { version nagios4-core; }
nagios_objects() { echo "Disk-C acme-nag02"; }
nagios_severity() { echo critical; }
nagios_title() { echo "$1 on acme-nag01 is CRITICAL"; }

# Nagios itself leaves out quotes, ampersands, pipes and angle brackets, makes ; a colon, and makes a line break of \n in its pipe.
nagios_text() { printf '%s\n' 'DISK CRITICAL - C:\Temp at 97%, ü = 1'; }

nagios_start() {
    local folder=$work/nagios
    fetch nagios4-core || return
    mkdir -p "$folder/checkresults"
    fill "$here/nagios.cfg" "$folder/nagios.cfg" "FOLDER=$folder" "USER=$(id -un)" "GROUP=$(id -gn)" || return
    fill "$here/nagios-objects.cfg" "$folder/nagios-objects.cfg" "CURL=$(command -v curl)" \
        "CONFIG=$folder/oncall.curl" || return
    background "$folder/daemon.log" env LD_LIBRARY_PATH="$libraries" "$packages/root/usr/sbin/nagios4" "$folder/nagios.cfg"
    eventually "$PATIENCE" test -p "$folder/nagios.cmd" || {
        echo "Nagios made no command pipe: $(grep -i error "$folder/daemon.log" | head -n 1)"
        return 1
    }
    stays "$started" "$folder/daemon.log"
}

nagios_problem() {
    case $1 in
    Disk-C) command_pipe nagios "PROCESS_SERVICE_CHECK_RESULT;acme-nag01;Disk-C;2;$(nagios_text)" ;;
    *) command_pipe nagios "PROCESS_HOST_CHECK_RESULT;$1;1;PING CRITICAL - Packet loss = 100%" ;;
    esac
}

# Nagios repeats itself when the interval is over and another result says the same.
nagios_repeat() { nagios_problem "$1"; }

nagios_recover() {
    case $1 in
    Disk-C) command_pipe nagios "PROCESS_SERVICE_CHECK_RESULT;acme-nag01;Disk-C;0;DISK OK" ;;
    *) command_pipe nagios "PROCESS_HOST_CHECK_RESULT;$1;0;PING OK" ;;
    esac
}

nagios_acknowledge() { command_pipe nagios "ACKNOWLEDGE_SVC_PROBLEM;acme-nag01;$1;2;1;0;ann;On it, C:\\temp is \"full\""; }

# Nagios keeps the recovery of what flaps to itself: only the flapping's end tells that all is well.
nagios_more() {
    local problems recoveries
    if eventually "$PATIENCE" flaps FLAPPINGSTART 0 2 && eventually "$PATIENCE" flaps FLAPPINGSTOP 0; then
        ok "nagios: what Nagios calls flapping began and ended"
    else
        fail "nagios: what Nagios calls flapping began and ended"
    fi
    problems=$(grep -c 'NOTIFICATION: oncall;acme-nag01;Flaps;CRITICAL' "$work/nagios/nagios.log")
    recoveries=$(grep -c 'NOTIFICATION: oncall;acme-nag01;Flaps;OK' "$work/nagios/nagios.log")
    if [ "$problems" -gt "$recoveries" ]; then
        ok "nagios: Nagios told of $problems problems in it, and of $recoveries recovery only"
    else
        fail "nagios: Nagios kept no recovery to itself, so the next fact proves nothing"
    fi
    fact nagios Flaps 'length > 0 and all(.status == "resolved")' "and nothing of it stayed open"
}

# flaps WORD STATE…: goes through these states; whether Nagios has told of WORD.
flaps() {
    local word=$1 state
    for state in "${@:2}"; do
        command_pipe nagios "PROCESS_SERVICE_CHECK_RESULT;acme-nag01;Flaps;$state;state $state"
    done
    grep -q "SERVICE NOTIFICATION: oncall;acme-nag01;Flaps;$word " "$work/nagios/nagios.log"
}

# command_pipe SENDER COMMAND: what an operator's web page does.
command_pipe() { printf '[%s] %s\n' "$(date +%s)" "$2" >"$work/$1/$1.cmd"; }
