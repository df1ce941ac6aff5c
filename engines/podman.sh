# shellcheck shell=bash disable=SC2154
# Podman with stores of our own, as root and as the normal user. Nothing in /etc is written.

podman_env() {
    [ ! -e "$home/podman/containers.conf" ] || echo "CONTAINERS_CONF=$home/podman/containers.conf"
    echo "CONTAINERS_STORAGE_CONF=$home/podman/storage.conf"
    if [ "$1" = user ] && is_root; then echo "XDG_RUNTIME_DIR=$home/user/run"; fi
}

podman_up() {
    if ! command -v podman >/dev/null; then
        skipped podman root "\`podman\` is not in PATH"
        skipped podman user "\`podman\` is not in PATH"
        return 0
    fi
    podman_configure
    if is_root; then
        podman_load root
        mkdir -p "$home/podman/user"
        chown "$person:" "$home/podman/user"
        podman_load user
    else
        skipped podman root "this is not root"
        podman_load user
    fi
}

podman_configure() {
    local files processes most
    cat >"$home/podman/storage.conf" <<CONF
[storage]
driver = "overlay"
runroot = "$home/podman/run"
graphroot = "$home/podman/root"
rootless_storage_path = "$home/podman/user"
CONF
    if has_systemd; then
        rm -f "$home/podman/containers.conf"
        return 0
    fi
    # Where there is no systemd: its own cgroups; a runtime that takes every layout of them; no limit above what this
    # process may set, since root itself may lack the right to raise one.
    files=$(ulimit -Hn)
    processes=$(ulimit -Hu)
    most=$(cat /proc/sys/kernel/pid_max)
    [ "$files" != unlimited ] || files=1048576
    if [ "$processes" = unlimited ] || [ "$processes" -gt "$most" ]; then processes=$most; fi
    cat >"$home/podman/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=$processes:$processes"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
}

# A command of podman as root or as the user.
podman_as() {
    local who=$1 variables=() line
    shift
    while IFS= read -r line; do variables+=("$line"); done < <(podman_env "$who")
    if [ "$who" = user ] && is_root; then as_person "${variables[@]}" podman "$@"; else env "${variables[@]}" podman "$@"; fi
}

# The images into the store, and one container to see that it works.
podman_load() {
    local who=$1 name words version
    if ! words=$(podman_as "$who" info -f '{{.Version.Version}} {{.Host.OCIRuntime.Name}} {{.Store.GraphDriverName}} cgroup {{.Host.CgroupsVersion}}' 2>&1); then
        skipped podman "$who" "$(tail -n 1 <<<"$words")"
        return 0
    fi
    version=$(tail -n 1 <<<"$words")
    for name in busybox python; do
        [ "$(podman_as "$who" image inspect -f '{{.Id}}' "$(image_name $name)" 2>/dev/null)" = "$(cat "$home/images/$name.id")" ] ||
            podman_as "$who" load -q -i "$home/images/$name.tar" >/dev/null
    done
    if words=$(podman_as "$who" run --rm --network none "$(image_name busybox)" true 2>&1); then
        up podman "$who" "$version"
    else
        skipped podman "$who" "a container of it does not run: $(tail -n 1 <<<"$words")"
    fi
}

# Containers of our own stores alone.
podman_down() {
    command -v podman >/dev/null && [ -e "$home/podman/storage.conf" ] || return 0
    if is_root; then
        if [ -d "$home/podman/root" ]; then podman_as root rm -fa -t 0 >/dev/null; fi
        if [ -d "$home/podman/user" ] && id "$person" >/dev/null 2>&1; then podman_as user rm -fa -t 0 >/dev/null; fi
    else
        podman_as user rm -fa -t 0 >/dev/null
    fi
    # Podman keeps a process that holds the user's namespace.
    if is_root && id "$person" >/dev/null 2>&1; then podman_as user system migrate >/dev/null 2>&1 || true; fi
}
