# shellcheck shell=bash disable=SC2154
# A dockerd of our own: own socket, own data, own names within containerd. It makes no bridge and no firewall rule.

docker_socket() { echo "$home/docker/docker.sock"; }

docker_env() {
    if is_up docker root; then echo "DOCKER_HOST=unix://$(docker_socket)"; fi
    # This client may lack what BuildKit needs; the classic builder is in every daemon of this age.
    echo "DOCKER_BUILDKIT=0"
}

docker_up() {
    if ! is_root; then
        skipped docker root "this is not root"
        # Whoever is in the group \`docker\` has a daemon; the tests use it as it is.
        if command -v docker >/dev/null && docker version >/dev/null 2>&1; then docker_load user; else skipped docker user "no daemon answers this user"; fi
        return 0
    fi
    skipped docker user "$person is not in the group of its socket, as it should be"
    if ! command -v docker >/dev/null || ! command -v dockerd >/dev/null; then
        skipped docker root "\`docker\` or \`dockerd\` is not in PATH"
        return 0
    fi
    mkdir -p "$home/docker"
    chmod 755 "$home/docker"
    export DOCKER_HOST=unix://$home/docker/docker.sock
    docker_start || return 1
    docker_load root
}

docker_start() {
    local turn cgroups=()
    if pid_of dockerd >/dev/null && docker version >/dev/null 2>&1; then return 0; fi
    stopped dockerd
    rm -f "$home/docker/docker.pid" "$(docker_socket)"
    # A configuration of its own, empty: the machine's is for the machine's daemon.
    echo '{}' >"$home/docker/daemon.json"
    has_systemd || cgroups=(--exec-opt native.cgroupdriver=cgroupfs)
    started dockerd dockerd --host "$DOCKER_HOST" --data-root "$home/docker/data" --exec-root "$home/docker/exec" \
        --pidfile "$home/docker/docker.pid" --containerd-namespace reprise-test --containerd-plugins-namespace reprise-test-plugins \
        --config-file "$home/docker/daemon.json" --storage-driver overlay2 "${cgroups[@]}" \
        --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false
    for turn in $(seq 200); do
        if docker version >/dev/null 2>&1; then return 0; fi
        pid_of dockerd >/dev/null || break
        sleep 0.1
    done
    skipped docker root "its daemon does not start ($turn tries): $(tail -n 1 "$home/log/dockerd.out" | cut -c 1-200)"
    return 0
}

docker_load() {
    local who=$1 name words
    if [ -e "$home/state/docker.$who" ]; then return 0; fi
    for name in busybox python; do
        [ "$(docker image inspect -f '{{.Id}}' "$(image_name $name)" 2>/dev/null)" = "sha256:$(cat "$home/images/$name.id")" ] ||
            docker load -q -i "$home/images/$name.tar" >/dev/null
    done
    if words=$(docker run --rm --network none "$(image_name busybox)" true 2>&1); then
        up docker "$who" "$(docker version -f '{{.Server.Version}}') $(docker info -f '{{.Driver}} cgroup {{.CgroupVersion}}' 2>/dev/null)"
    else
        skipped docker "$who" "a container of it does not run: $(tail -n 1 <<<"$words")"
    fi
}

docker_down() {
    local left
    is_root || return 0
    if pid_of dockerd >/dev/null; then
        left=$(DOCKER_HOST=unix://$(docker_socket) docker ps -aq)
        # shellcheck disable=SC2086
        [ -z "$left" ] || DOCKER_HOST=unix://$(docker_socket) docker rm -f $left >/dev/null
    fi
    stopped dockerd
    # It leaves its data mounted on themselves, and an older one the network of its containers.
    for left in data exec/netns/default; do
        ! mountpoint -q "$home/docker/$left" || umount -l "$home/docker/$left"
    done
}
