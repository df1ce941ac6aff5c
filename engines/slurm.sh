# shellcheck shell=bash disable=SC2154
# Slurm: a controller and three nodes on this machine, with a munge of their own. Nothing in /etc/slurm or /etc/munge is used.
#
# Slurm has no part that works without root's rights, so that without them it is skipped.

slurm_packages=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge)
# What lends n4 is taken away for others; the rest is left alone.
slurm_nodes=(n1 n2 n3 n4)

slurm_env() {
    is_up slurm root || is_up slurm user || return 0
    echo "SLURM_CONF=$home/slurm/slurm.conf"
}

slurm_up() {
    local turn words
    if ! is_root; then
        skipped slurm user "its daemons are started by root alone"
        skipped slurm root "this is not root"
        return 0
    fi
    slurm_install
    if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
        skipped slurm root "\`slurmctld\`, \`slurmd\` or \`munged\` is not in PATH"
        skipped slurm user "\`slurmctld\`, \`slurmd\` or \`munged\` is not in PATH"
        return 0
    fi
    export SLURM_CONF=$home/slurm/slurm.conf
    slurm_configure
    slurm_start
    for turn in $(seq 1200); do
        slurm_give_back || true
        [ "$(sinfo -h -N -t idle,mix,alloc -o %N 2>/dev/null | sort -u | wc -l)" != ${#slurm_nodes[@]} ] || break
        sleep 0.1
    done
    if words=$(srun --quiet --nodes=1 --immediate=120 true 2>&1); then up slurm root "$(slurm_words)"; else skipped slurm root "no job of it runs: $(tail -n 1 <<<"$words")"; fi
    if words=$(as_person SLURM_CONF="$SLURM_CONF" srun --quiet --nodes=1 --immediate=120 --chdir=/ true 2>&1); then up slurm user "$(slurm_words)"; else skipped slurm user "no job of it runs: $(tail -n 1 <<<"$words")"; fi
}

slurm_words() { echo "$(slurmctld -V | awk '{print $2}'), ${#slurm_nodes[@]} nodes, no accounting"; }

slurm_install() {
    local wanted missing=()
    command -v dpkg-query >/dev/null || return 0
    for wanted in "${slurm_packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$wanted" 2>/dev/null)" = installed ] || missing+=("$wanted")
    done
    [ ${#missing[@]} -gt 0 ] && is_debian_12 || return 0
    say "installing ${missing[*]}"
    { apt-get update -qq && env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >>"$home/log/packages.log" 2>&1 ||
        say "some packages could not be installed, see $home/log/packages.log"
}

# What all clusters of the tests have in common. `suffix` tells the log of one controller from that of another.
slurm_common() {
    local name=$1 folder=$2 port=$3 suffix=$4
    cat <<CONF
ClusterName=$name
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
# A requeued job may begin again when its credential has expired: two minutes by default.
AuthInfo=socket=$folder/munge.sock,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$home/log/slurmctld$suffix.log
SlurmdLogFile=$home/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
MaxArraySize=2001
MaxJobCount=20000
KillWait=5
InactiveLimit=0
Waittime=0
DefMemPerCPU=100
# A controller that was killed hears of what ended meanwhile when it asks the nodes, three times in this time.
SlurmdTimeout=20
MessageTimeout=10
CONF
}

# Ports are chosen once: running jobs know them.
slurm_configure() {
    local name port=16820 node folder=$home/slurm
    mkdir -p "$folder/state" "$folder/spool"
    chmod 755 "$folder"
    chmod 700 "$folder/state"
    [ -s "$folder/munge.key" ] || { head -c 1024 /dev/urandom >"$folder/munge.key"; chmod 400 "$folder/munge.key"; }
    if [ -e "$folder/slurm.conf" ] && cmp -s "$here/slurm.sh" "$folder/made-by"; then return 0; fi
    slurm_down
    name=$(hostname -s)
    while ! port_is_free "$port" || ! port_is_free $((port + 1)) || ! port_is_free $((port + 2)) || ! port_is_free $((port + 3)) || ! port_is_free $((port + 4)); do port=$((port + 10)); done
    {
        slurm_common reprise-test "$folder" "$port" ""
        cat <<CONF
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/ended.txt
# How long the controller tells of jobs that have ended; short, so that what comes after is tried, too.
MinJobAge=10
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
# Accounted for as GPUs are, and handed out by CUDA_VISIBLE_DEVICES; there is no such hardware.
GresTypes=gpu
CONF
    } >"$folder/slurm.conf"
    for node in "${slurm_nodes[@]}"; do
        port=$((port + 1))
        echo "NodeName=$node NodeHostname=$name NodeAddr=127.0.0.1 Port=$port CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 Gres=gpu:2 State=UNKNOWN"
    done >>"$folder/slurm.conf"
    cat >>"$folder/slurm.conf" <<CONF
PartitionName=main Nodes=n[1-3] Default=YES MaxTime=1440 DefaultTime=10 PriorityTier=1 State=UP
PartitionName=lent Nodes=n4 MaxTime=1440 DefaultTime=10 PriorityTier=1 State=UP
PartitionName=urgent Nodes=n4 MaxTime=1440 DefaultTime=10 PriorityTier=9 PreemptMode=OFF State=UP
PartitionName=short Nodes=n1 MaxTime=1 State=UP
PartitionName=closed Nodes=n1 AllowGroups=root State=UP
CONF
    # Any character devices do: nobody opens them.
    echo "Name=gpu File=/dev/tty[0-1]" >"$folder/gres.conf"
    rm -rf "$folder"/state/* "$folder"/spool/*
    : >"$folder/ended.txt"
    chmod 644 "$folder/ended.txt" "$folder"/*.conf
    cp "$here/slurm.sh" "$folder/made-by"
}

slurm_start() {
    local node
    # Its own rule is that nobody else may write where its socket lies; the folder above is root's.
    pid_of munged >/dev/null || started munged munged --foreground --force --key-file="$home/slurm/munge.key" --socket="$home/slurm/munge.sock" \
        --pid-file="$home/slurm/munged.pid" --log-file="$home/log/munged.log" --seed-file="$home/slurm/munge.seed" --num-threads=2
    slurm_controller
    for node in "${slurm_nodes[@]}"; do
        pid_of "slurmd-$node" >/dev/null || started "slurmd-$node" env SLURM_CONF="$SLURM_CONF" slurmd -D -N "$node"
    done
}

slurm_controller() {
    pid_of slurmctld >/dev/null || started slurmctld env SLURM_CONF="$home/slurm/slurm.conf" slurmctld -D
}

# A controller that lost its last seconds gives out numbers that nodes remember, and drains those nodes. They are given back, as
# whoever keeps a cluster would; succeeds where there were any.
slurm_give_back() {
    local node drained
    drained=$(sinfo -h -N -o '%N %T %E' 2>/dev/null | awk '/Duplicate jobid/ {print $1}' | sort -u)
    for node in $drained; do scontrol update "nodename=$node" state=resume || true; done
    [ -n "$drained" ]
}

# Until no node was drained for a while.
slurm_crash() {
    local turn quiet=0
    export SLURM_CONF=$home/slurm/slurm.conf
    crashed slurmctld "$1" slurm_controller
    for turn in $(seq 120); do
        sleep 1
        quiet=$((quiet + 1))
        ! slurm_give_back || quiet=0
        [ "$quiet" -lt 30 ] || break
    done
}

slurm_down() {
    local node turn
    is_root || return 0
    if pid_of slurmctld >/dev/null; then
        # What runs jobs on a node outlives the node's daemon.
        export SLURM_CONF=$home/slurm/slurm.conf
        timeout 20 scancel --quiet --user=root || true
        timeout 20 scancel --quiet --user="$person" || true
        for turn in $(seq 80); do
            [ -n "$(timeout 20 squeue -h -t R,CG,S -o %A)" ] || break
            sleep 0.1
        done
    fi
    for node in "${slurm_nodes[@]}"; do stopped "slurmd-$node"; done
    stopped slurmctld
    stopped munged
}
