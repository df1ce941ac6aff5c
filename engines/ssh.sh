# shellcheck shell=bash disable=SC2154
# The login node of the cluster: an sshd of its own on 127.0.0.1, with keys for root and for the normal user, and an `ssh`
# configuration for each, in which the machine is called `reprise-hpc`. Nothing in /etc/ssh or in anybody's ~/.ssh is used.
#
# Only root's sshd can let in two people, so that without root it is skipped.

ssh_packages=(openssh-server openssh-client rsync)

# `ssh $REPRISE_TEST_SSH` logs in.
ssh_env() {
    is_up ssh "$1" || return 0
    echo "REPRISE_TEST_SSH=-F $home/ssh/$1/config reprise-hpc"
}

ssh_up() {
    local who turn words
    if ! is_root; then
        skipped ssh user "its daemon lets in several people only when started by root"
        skipped ssh root "this is not root"
        return 0
    fi
    ssh_install
    if ! command -v ssh >/dev/null || [ ! -x /usr/sbin/sshd ]; then
        for who in root user; do skipped ssh "$who" "\`ssh\` or \`sshd\` is not in PATH"; done
        return 0
    fi
    ssh_configure
    ssh_start
    for turn in $(seq 100); do
        if ! port_is_free "$(cat "$home/ssh/port")"; then break; fi
        sleep 0.05
    done
    if words=$(ssh -F "$home/ssh/root/config" -o BatchMode=yes reprise-hpc true 2>&1); then up ssh root "$(ssh_words)"; else skipped ssh root "nobody can log in: $(tail -n 1 <<<"$words")"; fi
    if words=$(as_person ssh -F "$home/ssh/user/config" -o BatchMode=yes reprise-hpc true 2>&1); then up ssh user "$(ssh_words)"; else skipped ssh user "nobody can log in: $(tail -n 1 <<<"$words")"; fi
}

ssh_words() { echo "$(ssh -V 2>&1 | sed -E 's/^OpenSSH_([^ ,]*).*/\1/'), port $(cat "$home/ssh/port")"; }

ssh_install() {
    local wanted missing=()
    command -v dpkg-query >/dev/null || return 0
    for wanted in "${ssh_packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$wanted" 2>/dev/null)" = installed ] || missing+=("$wanted")
    done
    [ ${#missing[@]} -gt 0 ] && is_debian_12 || return 0
    say "installing ${missing[*]}"
    { apt-get update -qq && env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >>"$home/log/packages.log" 2>&1 ||
        say "some packages could not be installed, see $home/log/packages.log"
}

ssh_configure() {
    local folder=$home/ssh port=2250 who owner
    if [ -e "$folder/made-by" ] && cmp -s "$here/ssh.sh" "$folder/made-by"; then return 0; fi
    ssh_down
    rm -rf "$folder"
    mkdir -p "$folder"
    chmod 755 "$folder"
    while ! port_is_free "$port"; do port=$((port + 10)); done
    echo "$port" >"$folder/port"
    ssh-keygen -q -t ed25519 -N '' -C reprise-test -f "$folder/host-key"
    for who in root user; do
        if [ "$who" = root ]; then owner=root; else owner=$person; fi
        mkdir "$folder/$who"
        ssh-keygen -q -t ed25519 -N '' -C "$owner" -f "$folder/$who/key"
        cp "$folder/$who/key.pub" "$folder/keys-$owner"
        echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$folder/host-key.pub")" >"$folder/$who/known"
        cat >"$folder/$who/config" <<CONF
Host reprise-hpc
    HostName 127.0.0.1
    Port $port
    User $owner
    IdentityFile $folder/$who/key
    IdentitiesOnly yes
    UserKnownHostsFile $folder/$who/known
    GlobalKnownHostsFile /dev/null
CONF
        chown -R "$owner:" "$folder/$who"
        chmod 700 "$folder/$who"
    done
    cat >"$folder/sshd.conf" <<CONF
ListenAddress 127.0.0.1
Port $port
HostKey $folder/host-key
PidFile none
AuthorizedKeysFile $folder/keys-%u
AllowUsers root $person
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
Subsystem sftp internal-sftp
# Slurm's commands of this login node belong to the tests' own cluster.
SetEnv SLURM_CONF=$home/slurm/slurm.conf
CONF
    cp "$here/ssh.sh" "$folder/made-by"
}

ssh_start() {
    if pid_of sshd >/dev/null; then return 0; fi
    # Without PAM sshd lets in nobody whose password is locked; `*` is one that nobody has.
    if [ "$(getent shadow "$person" | cut -d: -f2)" = '!' ]; then usermod --password '*' "$person"; fi
    mkdir -p /run/sshd
    chmod 755 /run/sshd
    started sshd /usr/sbin/sshd -D -e -f "$home/ssh/sshd.conf"
}

ssh_down() {
    is_root || return 0
    stopped sshd
}
