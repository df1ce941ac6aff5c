#!/usr/bin/env bash
# The engines that the tests run against, beside whatever engines this machine has: own stores, own sockets, own ports.
#
#   engines.sh up [--for PID] [NAME …]   install what is missing (as root on Debian 12), start, and put the test images in place
#   engines.sh down [--for PID]          stop what `up` started; what it downloaded and made stays for the next time
#   engines.sh crash NAME [SECONDS]      SIGKILL for what decides in slurm or kubernetes; after SECONDS it is started again
#   engines.sh status                    what is up, for whom, and what is not and why
#   engines.sh env [user]                the variables that the tests read, as shell text
#   engines.sh as-user COMMAND …         run a command as the normal user, with that user's variables
#   engines.sh folder                    where everything of it lies
#   engines.sh remove                    down, then the user and the folder go away; Debian packages stay
#
# NAME: podman, docker, apptainer, registry, slurm, slurmdbd, modules, ssh, moto, kubernetes. README.md beside this file says what it changes on a machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
names=(podman docker apptainer registry slurm slurmdbd modules ssh moto kubernetes)
person=reprise-test

if [ "$(id -u)" = 0 ]; then
    home=${REPRISE_ENGINES:-/var/cache/reprise-engines}
else
    home=${REPRISE_ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/reprise-engines}
fi

# What the set-up of an engine prints goes to its log; what a person is told, past that.
exec 8>&2
say() { printf 'engines: %s\n' "$*" >&8; }

for part in machine podman docker apptainer registry slurm slurmdbd modules ssh moto kubernetes; do
    # shellcheck source=/dev/null
    . "$here/$part.sh"
done

engines_up() {
    local holder=hand name
    if [ "${1:-}" = --for ]; then holder=$2; shift 2; fi
    [ $# -gt 0 ] || set -- "${names[@]}"
    for name in "$@"; do
        is_among "$name" "${names[@]}" || { say "there is no engine \`$name\`: ${names[*]}"; return 64; }
    done
    machine_prepare
    touch "$home/holders/$holder"
    # In their own order: some need others.
    for name in "${names[@]}"; do
        is_among "$name" "$@" || continue
        rm -f "$home/state/$name".*
        "${name}_up" 2>>"$home/log/$name.log" || skipped "$name" root "its set-up failed, see $home/log/$name.log"
    done
    engines_status >&2
}

# `is_among WORD WORD …`: whether the first is one of the others.
is_among() {
    local word
    for word in "${@:2}"; do [ "$word" != "$1" ] || return 0; done
    return 1
}

engines_down() {
    local name holder
    [ -d "$home" ] || return 0
    if [ "${1:-}" = --for ]; then rm -f "$home/holders/$2"; else rm -f "$home"/holders/*; fi
    for holder in "$home"/holders/*; do
        holder=${holder##*/}
        if [ "$holder" = hand ] || { [ "$holder" != '*' ] && [ -d "/proc/$holder" ]; }; then
            say "left up: held by ${holder/#hand/\`.\/dev engines up\`}"
            return 0
        fi
    done
    for name in "${names[@]}"; do
        "${name}_down" >>"$home/log/$name.log" 2>&1 || say "$name did not stop cleanly, see $home/log/$name.log"
        rm -f "$home/state/$name".*
    done
    rm -f "$home"/holders/*
}

# A line an engine and user: `podman root up 4.3.1`, `docker user skipped: …`.
engines_status() {
    local name who
    for name in "${names[@]}"; do
        for who in root user; do
            [ "$name" != registry ] || [ "$who" = "$(half)" ] || continue
            if grep -qs '^up' "$home/state/$name.$who" && ! is_alive "$name"; then
                printf '%-10s %-4s %s\n' "$name" "$who" "down: its daemon has ended"
            elif [ -e "$home/state/$name.$who" ]; then
                printf '%-10s %-4s %s\n' "$name" "$who" "$(cat "$home/state/$name.$who")"
            else
                printf '%-10s %-4s %s\n' "$name" "$who" "down"
            fi
        done
    done
}

engines_env() {
    local variable
    engine_variables "${1:-$(half)}" | while IFS= read -r variable; do
        printf 'export %s=%q\n' "${variable%%=*}" "${variable#*=}"
    done
}

# What tests read. Whoever is not root is the user.
engine_variables() {
    local who=$1 up="" name
    for name in "${names[@]}"; do
        if is_up "$name" "$who" || { [ "$name" = registry ] && is_up registry root; }; then up+="${up:+ }$name"; fi
    done
    echo "REPRISE_TEST_ENGINES=$up"
    echo "REPRISE_TEST_IMAGES=$home/images"
    registry_env
    podman_env "$who"
    docker_env
    slurm_env
    slurmdbd_env
    modules_env
    moto_env
    ssh_env "$who"
    kubernetes_env "$who"
    if [ "$who" = user ] && is_root; then echo "PATH=$(person_path)"; else echo "PATH=$(apptainer_path)"; fi
}

# In a clean environment: what root has set is not what a person who logs in finds.
engines_as-user() {
    local variables=() line
    while IFS= read -r line; do variables+=("$line"); done < <(engine_variables user)
    exec runuser -u "$person" -- env -i HOME="$home/user/home" USER="$person" LANG=C.UTF-8 "${variables[@]}" "$@"
}

# What runs goes on meanwhile.
engines_crash() {
    declare -F "${1:-}_crash" >/dev/null || { say "nothing of \`${1:-}\` can be killed and started again: name slurm or kubernetes"; return 64; }
    "${1}_crash" "${2:-0}"
}

# `crashed NAME SECONDS COMMAND …`: kills what `started` began, and has it started again by the command.
crashed() {
    local name=$1 pause=$2 pid
    shift 2
    pid=$(pid_of "$name") || { say "$name is not up"; return 1; }
    kill -KILL "$pid"
    while pid_of "$name" >/dev/null; do sleep 0.05; done
    sleep "$pause"
    "$@"
}

engines_remove() {
    rm -f "$home"/holders/*
    engines_down --for nobody
    machine_remove
}

command=${1:-status}
case $command in
up | down | remove)
    mkdir -p "$home"
    chmod 755 "$home"
    exec 9>"$home/lock"
    flock 9
    "engines_$command" "${@:2}"
    ;;
folder) echo "$home" ;;
status | env | as-user | crash) "engines_$command" "${@:2}" ;;
*)
    sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
