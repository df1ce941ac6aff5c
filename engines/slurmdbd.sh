# shellcheck shell=bash disable=SC2154
# A second Slurm, with accounts: slurmdbd over a MariaDB of its own, a controller that enforces accounts, qualities of service and
# their limits, and two nodes. The first keeps no accounts, as many clusters do not.
#
# Needs root, as every Slurm does. The database listens on 127.0.0.1 alone, with a password that only root can read.

slurmdbd_packages=(slurmdbd slurm-wlm-mysql-plugin mariadb-server-core mariadb-client-core)
slurmdbd_nodes=(a1 a2)

slurmdbd_env() {
    is_up slurmdbd root || is_up slurmdbd user || return 0
    echo "REPRISE_TEST_SLURM_ACCOUNTING=$home/slurmdbd/slurm.conf"
}

slurmdbd_up() {
    local turn words program who
    if ! is_root; then
        skipped slurmdbd user "its daemons are started by root alone"
        skipped slurmdbd root "this is not root"
        return 0
    fi
    slurm_install
    install_missing "${slurmdbd_packages[@]}"
    for program in slurmctld slurmd munged slurmdbd mariadbd mariadb-install-db; do
        command -v "$program" >/dev/null && continue
        for who in root user; do skipped slurmdbd "$who" "\`$program\` is not in PATH"; done
        return 0
    done
    local -x SLURM_CONF=$home/slurmdbd/slurm.conf
    slurmdbd_configure
    slurmdbd_start
    for turn in $(seq 1200); do
        [ "$(sinfo -h -N -t idle,mix,alloc -o %N 2>/dev/null | sort -u | wc -l)" != ${#slurmdbd_nodes[@]} ] || break
        sleep 0.1
    done
    if words=$(srun --quiet --immediate=120 true 2>&1); then up slurmdbd root "$(slurmdbd_words)"; else skipped slurmdbd root "no job of it runs: $(tail -n 1 <<<"$words")"; fi
    if words=$(as_person SLURM_CONF="$SLURM_CONF" srun --quiet --immediate=120 --chdir=/ true 2>&1); then up slurmdbd user "$(slurmdbd_words)"; else skipped slurmdbd user "no job of it runs: $(tail -n 1 <<<"$words")"; fi
}

slurmdbd_words() { echo "$(slurmdbd -V | awk '{print $2}'), ${#slurmdbd_nodes[@]} nodes, accounts in $(mariadbd --version | sed -E 's/.*Ver ([0-9.]+).*/MariaDB \1/')"; }

slurmdbd_configure() {
    local folder=$home/slurmdbd name port=16870 offset ports=() node password
    if [ -e "$folder/made-by" ] && cat "$here/slurm.sh" "$here/slurmdbd.sh" | cmp -s - "$folder/made-by"; then return 0; fi
    slurmdbd_down
    rm -rf "$folder"
    mkdir -p "$folder/state" "$folder/spool"
    chmod 755 "$folder"
    chmod 700 "$folder/state"
    while [ ${#ports[@]} -lt $((3 + ${#slurmdbd_nodes[@]})) ]; do
        if port_is_free "$port"; then ports+=("$port"); fi
        port=$((port + 1))
    done
    head -c 1024 /dev/urandom >"$folder/munge.key"
    chmod 400 "$folder/munge.key"
    name=$(hostname -s)
    password=$(head -c 18 /dev/urandom | base64 | tr -d '/+')
    echo "${ports[1]}" >"$folder/database-port"
    (
        umask 077
        cat >"$folder/slurmdbd.conf" <<CONF
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=${ports[1]}
StorageUser=slurm
StoragePass=$password
StorageLoc=slurm_acct_db
PidFile=$folder/slurmdbd.pid
LogFile=$home/log/slurmdbd.log
CONF
        cat >"$folder/first.sql" <<SQL
create database slurm_acct_db;
create user slurm@localhost identified by '$password';
create user slurm@127.0.0.1 identified by '$password';
grant all on slurm_acct_db.* to slurm@localhost;
grant all on slurm_acct_db.* to slurm@127.0.0.1;
SQL
    )
    {
        slurm_common reprise-accounts "$folder" "${ports[2]}" -accounts
        cat <<CONF
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=${ports[0]}
AccountingStoragePass=$folder/munge.sock
AccountingStorageEnforce=associations,limits,qos
JobCompType=jobcomp/none
# The controller forgets what has ended at once, so that the accounts are asked.
MinJobAge=2
CONF
    } >"$folder/slurm.conf"
    offset=3
    for node in "${slurmdbd_nodes[@]}"; do
        echo "NodeName=$node NodeHostname=$name NodeAddr=127.0.0.1 Port=${ports[$offset]} CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 State=UNKNOWN"
        offset=$((offset + 1))
    done >>"$folder/slurm.conf"
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=1440 DefaultTime=10 State=UP" >>"$folder/slurm.conf"
    chmod 644 "$folder/slurm.conf"
    cat "$here/slurm.sh" "$here/slurmdbd.sh" >"$folder/made-by"
}

slurmdbd_start() {
    local node folder=$home/slurmdbd
    pid_of munged-accounts >/dev/null || started munged-accounts munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
        --pid-file="$folder/munged.pid" --log-file="$home/log/munged-accounts.log" --seed-file="$folder/munge.seed" --num-threads=2
    slurmdbd_database
    slurmdbd_accounts
    pid_of slurmctld-accounts >/dev/null || started slurmctld-accounts env SLURM_CONF="$SLURM_CONF" slurmctld -D
    for node in "${slurmdbd_nodes[@]}"; do
        pid_of "slurmd-$node" >/dev/null || started "slurmd-$node" env SLURM_CONF="$SLURM_CONF" slurmd -D -N "$node"
    done
}

slurmdbd_database() {
    local folder=$home/slurmdbd turn
    if pid_of mariadbd >/dev/null; then return 0; fi
    # Half of a database is none: what was cut off is made anew.
    if [ ! -e "$folder/data-is-made" ]; then
        rm -rf "$folder/data"
        mkdir -m 700 "$folder/data"
        mariadb-install-db --no-defaults --user=root --datadir="$folder/data" --skip-test-db \
            --auth-root-authentication-method=socket --auth-root-socket-user=root >>"$home/log/slurmdbd.log" 2>&1
    fi
    started mariadbd mariadbd --no-defaults --user=root --datadir="$folder/data" --socket="$folder/database.sock" --pid-file="$folder/database.pid" \
        --bind-address=127.0.0.1 --port="$(cat "$folder/database-port")" --innodb-buffer-pool-size=64M --innodb-log-file-size=16M \
        --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=2
    for turn in $(seq 200); do
        ! slurmdbd_sql -e 'select 1' >/dev/null 2>&1 || break
        sleep 0.1
    done
    if [ ! -e "$folder/data-is-made" ]; then
        slurmdbd_sql <"$folder/first.sql"
        rm "$folder/first.sql"
        touch "$folder/data-is-made"
    fi
}

slurmdbd_sql() { mariadb --no-defaults --user=root --socket="$home/slurmdbd/database.sock" "$@"; }

# Two accounts, of which only `lab` has members, and qualities of service with a limit each.
slurmdbd_accounts() {
    local folder=$home/slurmdbd turn who
    pid_of slurmdbd >/dev/null || started slurmdbd env SLURM_CONF="$SLURM_CONF" slurmdbd -D
    for turn in $(seq 300); do
        ! sacctmgr -n -i list cluster >/dev/null 2>&1 || break
        sleep 0.1
    done
    [ ! -e "$folder/accounts-are-made" ] || return 0
    {
        sacctmgr -i add cluster reprise-accounts
        sacctmgr -i add qos few set MaxSubmitJobsPerUser=4
        sacctmgr -i add qos one set MaxJobsPerUser=1
        sacctmgr -i add qos brief set MaxWall=00:01:00
        sacctmgr -i add qos strict set MaxWall=00:01:00 Flags=DenyOnLimit
        sacctmgr -i add qos small set MaxTRESPerJob=cpu=1
        sacctmgr -i add qos theirs
        sacctmgr -i add account lab Description=lab Organization=reprise
        sacctmgr -i add account others Description=others Organization=reprise
        for who in root "$person"; do
            # Root is everywhere a member of its own account, which is not the one meant here.
            sacctmgr -i add user "$who" account=lab DefaultAccount=lab || sacctmgr -i modify user "$who" set DefaultAccount=lab
            sacctmgr -i modify user "$who" where account=lab set qos=normal,few,one,brief,strict,small DefaultQOS=normal
        done
    } >>"$home/log/slurmdbd.log" 2>&1
    touch "$folder/accounts-are-made"
}

slurmdbd_down() {
    local node turn
    is_root || return 0
    if pid_of slurmctld-accounts >/dev/null; then
        local -x SLURM_CONF=$home/slurmdbd/slurm.conf
        for node in root "$person"; do timeout 20 scancel --quiet --user="$node" || true; done
        for turn in $(seq 80); do
            [ -n "$(timeout 20 squeue -h -t R,CG,S -o %A)" ] || break
            sleep 0.1
        done
    fi
    for node in "${slurmdbd_nodes[@]}"; do stopped "slurmd-$node"; done
    stopped slurmctld-accounts
    stopped slurmdbd
    stopped mariadbd
    stopped munged-accounts
}
