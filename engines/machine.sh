# shellcheck shell=bash disable=SC2154
# The machine, the folder with everything, the normal user, and the test images.

packages=(
    podman runc conmon uidmap slirp4netns fuse-overlayfs busybox-static python3   # Podman, with and without root's rights
    docker.io docker-registry skopeo                                              # Docker, a registry, and what copies between them
    squashfs-tools squashfuse fakeroot                                            # what Apptainer calls
)

half() { if [ "$(id -u)" = 0 ]; then echo root; else echo user; fi; }
is_up() { grep -qs '^up' "$home/state/$1.$2" && is_alive "$1"; }
# What `up` noted says nothing once its daemons are gone, as after a restart of the machine. Asked for is one that `crash` spares.
is_alive() {
    case $1 in
    docker) pid_of dockerd ;;
    registry) pid_of registry-open ;;
    slurm) pid_of munged ;;
    slurmdbd) pid_of munged-accounts ;;
    ssh) pid_of sshd ;;
    moto) pid_of moto ;;
    kubernetes) pid_of containerd ;;
    esac >/dev/null
}
up() { printf 'up %s\n' "$3" >"$home/state/$1.$2"; }
skipped() { printf 'skipped: %s\n' "$3" >"$home/state/$1.$2"; }
is_root() { [ "$(id -u)" = 0 ]; }
has_systemd() { [ -d /run/systemd/system ]; }
is_debian_12() { grep -qs '^ID=debian' /etc/os-release && grep -qs '^VERSION_ID="12"' /etc/os-release; }

# Runs a command as the normal user, without the variables of the tests.
as_person() { (cd / && runuser -u "$person" -- env -i HOME="$home/user/home" USER="$person" LANG=C.UTF-8 PATH="$(person_path)" "$@"); }
person_path() { PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin apptainer_path; }

machine_prepare() {
    mkdir -p "$home"/{state,holders,log,images,run,podman}
    chmod 755 "$home" "$home"/{state,log,images,run,podman}
    machine_packages
    if is_root; then
        machine_person
        machine_devices
    fi
    machine_images
}

machine_packages() { install_missing "${packages[@]}"; }

# Debian packages, those that are not there yet. Without root, and elsewhere, what is in PATH must do.
install_missing() {
    local wanted missing=()
    command -v dpkg-query >/dev/null || return 0
    for wanted in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$wanted" 2>/dev/null)" = installed ] || missing+=("$wanted")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! is_root || ! is_debian_12; then
        say "not installed here, since this is not root on Debian 12: ${missing[*]}"
        return 0
    fi
    say "installing ${missing[*]}"
    # Recommended packages bring one that slows down every later call of apt.
    { apt-get update -qq && env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >>"$home/log/packages.log" 2>&1 ||
        say "some packages could not be installed, see $home/log/packages.log"
}

# A user without any rights, for the half of the tests that root proves nothing about.
machine_person() {
    if ! id "$person" >/dev/null 2>&1; then
        say "adding the user $person"
        useradd --home-dir "$home/user/home" --no-create-home --shell /bin/sh "$person"
    fi
    mkdir -p "$home"/user/{home,run,tmp}
    chown -R --no-dereference "$person:" "$home"/user 2>/dev/null || true
    chmod 755 "$home/user"
    chmod 700 "$home"/user/run
    grep -q "^$person:" /etc/subuid || usermod --add-subuids 400000-465535 --add-subgids 400000-465535 "$person"
}

# What every distribution's udev does: these two are everybody's.
machine_devices() {
    local device
    for device in /dev/fuse /dev/net/tun; do
        [ -c "$device" ] || continue
        [ "$(stat -c %a "$device")" != 666 ] || continue
        say "chmod 666 $device, which users without root's rights need"
        chmod 666 "$device"
    done
}

machine_images() {
    local key name
    key=$({ { cat "$here/image.py" "$(command -v busybox)"; python3 --version; } 2>/dev/null || true; } | sha256sum | cut -c1-16)
    if [ "$(cat "$home/images/key" 2>/dev/null)" != "$key" ]; then
        rm -f "$home"/images/*.sif
        for name in busybox python; do
            python3 "$here/image.py" "$home/images" "$name" >/dev/null 2>>"$home/log/images.log" ||
                say "the image of $name could not be made, see $home/log/images.log"
        done
        echo "$key" >"$home/images/key"
        chmod -R a+rX "$home/images"
    fi
}

# The name that the engines know an image by.
image_name() { case $1 in busybox) echo localhost/reprise-test:1 ;; python) echo localhost/reprise-python:1 ;; esac; }

# `started NAME COMMAND …`: a process that outlives this script, with nothing of it open; its id and start time say which it is.
started() {
    local name=$1
    shift
    setsid nohup "$@" >"$home/log/$name.out" 2>&1 </dev/null 8>&- 9>&- &
    echo "$! $(start_time $!)" >"$home/run/$name.pid"
}

start_time() { sed -E 's/^.*\) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# The process that `started` began under this name, where it still lives. Zombies do not.
pid_of() {
    local pid time
    read -r pid time 2>/dev/null <"$home/run/$1.pid" || return 1
    [ -n "$time" ] && [ "$(start_time "$pid")" = "$time" ] && ! grep -qs '^State:[[:space:]]*Z' "/proc/$pid/status" && echo "$pid"
}

stopped() {
    local pid turn
    pid=$(pid_of "$1") || { rm -f "$home/run/$1.pid"; return 0; }
    kill "$pid" 2>/dev/null || true
    for turn in $(seq 150); do
        pid_of "$1" >/dev/null || break
        [ "$turn" != 100 ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.1
    done
    rm -f "$home/run/$1.pid"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

machine_remove() {
    if is_root && id "$person" >/dev/null 2>&1; then userdel "$person" || say "the user $person could not be removed"; fi
    # Layers of a rootless store belong to ids of its own; root removes them, a user needs `podman unshare`.
    if is_root; then rm -rf "$home"; else podman unshare rm -rf "$home/podman" 2>/dev/null || true; rm -rf "$home"; fi
}
