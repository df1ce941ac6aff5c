# shellcheck shell=bash disable=SC2154
# Two registries on this machine's own address: one for everybody, one with a password. What they hold goes away with them.

registry_env() {
    is_up registry root || is_up registry user || return 0
    echo "REPRISE_TEST_REGISTRY=127.0.0.1:$(cat "$home/registry/open.port")"
    echo "REPRISE_TEST_LOGIN_REGISTRY=127.0.0.1:$(cat "$home/registry/login.port")"
    echo "REPRISE_TEST_LOGIN_PASSWORD=$(cat "$home/registry/password")"
}

registry_up() {
    local who
    who=$(half)
    if ! command -v docker-registry >/dev/null; then
        skipped registry "$who" "\`docker-registry\` is not in PATH"
        return 0
    fi
    mkdir -p "$home/registry"
    [ -s "$home/registry/password" ] || head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$home/registry/password"
    # A password file as Apache's tools write it, by the system's own crypt.
    PASSWORD=$(cat "$home/registry/password") /usr/bin/python3 -W ignore -c '
import crypt, os
print("reader:" + crypt.crypt(os.environ["PASSWORD"], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 5)).replace("$2b$", "$2y$", 1))' \
        >"$home/registry/htpasswd" || { skipped registry "$who" "this Python cannot make a password file"; return 0; }
    registry_start open 5150 "" || return 1
    registry_start login 5151 "auth: {htpasswd: {realm: reprise-test, path: $home/registry/htpasswd}}" || return 1
    up registry "$who" "$(docker-registry --version | awk '{print $3}'), ports $(cat "$home/registry/open.port") and $(cat "$home/registry/login.port")"
}

registry_start() {
    local name=$1 port=$2 turn
    if pid_of "registry-$name" >/dev/null; then return 0; fi
    while ! port_is_free "$port"; do port=$((port + 10)); done
    echo "$port" >"$home/registry/$name.port"
    cat >"$home/registry/$name.yml" <<CONF
version: 0.1
log: {accesslog: {disabled: true}, level: warn}
storage: {filesystem: {rootdirectory: $home/registry/$name}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$port}
$3
CONF
    started "registry-$name" env OTEL_TRACES_EXPORTER=none docker-registry serve "$home/registry/$name.yml"
    for turn in $(seq 100); do
        if ! port_is_free "$port"; then return 0; fi
        sleep 0.05
    done
    echo "no answer on port $port after $turn tries" >&2
    return 1
}

registry_down() {
    stopped registry-open
    stopped registry-login
    rm -rf "$home/registry/open" "$home/registry/login"
}
