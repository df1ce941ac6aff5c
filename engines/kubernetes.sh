# shellcheck shell=bash disable=SC2154
# Kubernetes: one node on this machine, with an etcd, a containerd and a network bridge of its own. All of it listens on this
# machine's own address alone, and pods reach nothing but the API server.
#
# Its programs come from REPRISE_KUBERNETES or K8S_CACHE, a folder with them or with an archive of them (kubernetes-*.tar.zst),
# from an earlier build in `programs` of the engines' folder, or are built from Debian's source package, which takes ten minutes.

kubernetes_packages=(containerd runc containernetworking-plugins etcd-server openssl curl iproute2 iptables zstd)
kubernetes_programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet pause)
kubernetes_bridge=reprise-k8s0
# Addresses that documentation may use: nobody routes them.
kubernetes_node_ip=198.51.100.1
kubernetes_service_ip=203.0.113.1
kubernetes_gates=--feature-gates=TTLAfterFinished=true
# What the kubelet changes of the machine.
kubernetes_sysctls=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

kubernetes_env() {
    local who=${1:-$(half)}
    is_up kubernetes "$who" || return 0
    echo "KUBECONFIG=$home/kubernetes/$who.kubeconfig"
    echo "REPRISE_TEST_POD_HOST=$kubernetes_node_ip"
    echo "REPRISE_TEST_CLAIM=reprise-shared:$home/kubernetes/shared/$who"
}

kubernetes_up() {
    local reason=""
    k=$home/kubernetes
    if ! is_root; then reason="its programs need root"
    elif [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then reason="this kubelet wants control groups of version 1"
    else
        kubernetes_install
        reason=$(kubernetes_missing)
        [ -n "$reason" ] || kubernetes_fetch || reason="its programs are not here and could not be built, see $home/log/kubernetes-build.log"
    fi
    if [ -n "$reason" ]; then
        skipped kubernetes root "$reason"
        skipped kubernetes user "$reason"
        return 0
    fi
    kubernetes_configure
    kubernetes_machine
    kubernetes_start || return 1
    kubernetes_furnish
    kubernetes_try root
    kubernetes_try user
}

kubernetes_install() {
    local wanted missing=()
    is_debian_12 || return 0
    command -v kubectl >/dev/null || kubernetes_packages+=(kubernetes-client)
    for wanted in "${kubernetes_packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$wanted" 2>/dev/null)" = installed ] || missing+=("$wanted")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    # The packages' own daemons are not to be started.
    { apt-get update -qq || true; env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 RUNLEVEL=1 \
        apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}"; } >>"$home/log/packages.log" 2>&1 ||
        say "some packages could not be installed, see $home/log/packages.log"
}

kubernetes_missing() {
    local program
    for program in containerd ctr runc etcd kubectl openssl curl ip iptables; do
        command -v "$program" >/dev/null || { echo "\`$program\` is not in PATH"; return 0; }
    done
}

kubernetes_fetch() {
    local place archive
    bin=$home/programs/kubernetes-1.20.2
    if kubernetes_is_whole "$bin"; then return 0; fi
    mkdir -p "$bin"
    for place in "${REPRISE_KUBERNETES:-}" "${K8S_CACHE:-}" /var/cache/k8s-one; do
        [ -d "$place" ] || continue
        if kubernetes_is_whole "$place"; then cp "$place"/{kube-*,kubelet,pause} "$bin/"; fi
        for archive in "$place"/kubernetes-*.tar.zst; do
            [ ! -f "$archive" ] || tar -C "$bin" --strip-components=1 -I zstd -xf "$archive" || true
        done
        if kubernetes_is_whole "$bin"; then return 0; fi
    done
    is_debian_12 || return 1
    say "building Kubernetes, which takes ten minutes or more"
    nice -n 15 "$here/kubernetes-build.sh" "$bin" >"$home/log/kubernetes-build.log" 2>&1 8>&- 9>&-
}

kubernetes_is_whole() {
    local program
    for program in "${kubernetes_programs[@]}"; do [ -x "$1/$program" ] || return 1; done
}

# Ports, certificates, configurations. Made once for as long as the cluster lives.
kubernetes_configure() {
    local base=16440 number
    if [ -e "$k/made-by" ] && cmp -s "$here/kubernetes.sh" "$k/made-by"; then return 0; fi
    kubernetes_down
    mkdir -p "$k"/{pki,cni/net.d,kubelet,etcd,shared/root,shared/user}
    chmod 755 "$k" "$k/shared" "$k/shared/root"
    chmod 700 "$k/pki" "$k/etcd"
    chown "$person:" "$k/shared/user"
    for ((number = 0; number < 7; number++)); do
        if ! port_is_free $((base + number)); then base=$((base + 10)) number=-1; fi
    done
    echo "$base" >"$k/port"
    kubernetes_certificates
    kubernetes_network_configuration
    kubernetes_containerd_configuration
    kubernetes_kubelet_configuration
    cp "$here/kubernetes.sh" "$k/made-by"
}

kubernetes_port() { echo $(($(cat "$home/kubernetes/port") + $1)); }

kubernetes_certificates() {
    local name user
    (
        cd "$k/pki"
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        # certificate NAME SUBJECT [OTHER NAMES]
        certificate() {
            key "$1"
            printf '%s\n' keyUsage=critical,digitalSignature,keyEncipherment extendedKeyUsage=serverAuth,clientAuth \
                basicConstraints=critical,CA:FALSE ${3:+"subjectAltName=$3"} >"$1.ext"
            openssl req -new -key "$1.key" -subj "$2" | openssl x509 -req -CA ca.crt -CAkey ca.key \
                -set_serial "0x$(openssl rand -hex 8)" -days 3650 -extfile "$1.ext" -out "$1.crt"
        }
        key ca
        openssl req -x509 -new -key ca.key -subj /CN=reprise-test -days 3650 -out ca.crt \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
        certificate apiserver /CN=kube-apiserver \
            "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$kubernetes_service_ip,IP:$kubernetes_node_ip"
        certificate to-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client
        certificate controller-manager /CN=system:kube-controller-manager
        certificate scheduler /CN=system:kube-scheduler
        certificate kubelet /O=system:nodes/CN=system:node:localhost "DNS:localhost,IP:127.0.0.1,IP:$kubernetes_node_ip"
        key accounts
        for user in root user guest; do openssl rand -hex 16 >"$user.token"; done
        {
            echo "$(cat root.token),root,root,\"system:masters\""
            echo "$(cat user.token),$person,$person"
            echo "$(cat guest.token),guest,guest"
        } >tokens.csv
    )
    for name in controller-manager scheduler kubelet; do
        kubernetes_client "$k/pki/$name.kubeconfig" default "{client-certificate: $k/pki/$name.crt, client-key: $k/pki/$name.key}"
    done
    kubernetes_client "$k/root.kubeconfig" reprise-root "{token: $(cat "$k/pki/root.token")}"
    kubernetes_client "$k/user.kubeconfig" reprise-user "{token: $(cat "$k/pki/user.token")}"
    chown "$person:" "$k/user.kubeconfig"
}

# What a client is given: the context `reprise-test`, and `guest`, which may do nothing.
kubernetes_client() {
    cat >"$1" <<CONF
apiVersion: v1
kind: Config
current-context: reprise-test
clusters:
- {name: reprise-test, cluster: {server: "https://127.0.0.1:$(kubernetes_port 0)", certificate-authority-data: $(base64 -w0 <"$k/pki/ca.crt")}}
contexts:
- {name: reprise-test, context: {cluster: reprise-test, user: me, namespace: $2}}
- {name: guest, context: {cluster: reprise-test, user: guest, namespace: $2}}
users:
- {name: me, user: $3}
- {name: guest, user: {token: $(cat "$k/pki/guest.token")}}
CONF
    chmod 600 "$1"
}

kubernetes_network_configuration() {
    cat >"$k/cni/net.d/10-reprise.conflist" <<CONF
{"cniVersion": "0.4.0", "name": "reprise-test", "plugins": [{
  "type": "bridge", "bridge": "$kubernetes_bridge", "isGateway": false, "ipMasq": false, "hairpinMode": true,
  "ipam": {"type": "host-local", "dataDir": "$k/cni/ipam", "ranges": [[{"subnet": "198.51.100.0/24", "rangeStart": "198.51.100.10"}]],
           "routes": [{"dst": "203.0.113.0/24", "gw": "$kubernetes_node_ip"}]}}]}
CONF
}

kubernetes_containerd_configuration() {
    local restricted=true
    # Without CAP_SYS_RESOURCE nobody may lower a score, and no pod would begin.
    [ $((0x$(awk '/^CapEff/ {print $2}' /proc/self/status) >> 24 & 1)) = 0 ] || restricted=false
    cat >"$k/containerd.toml" <<CONF
version = 2
root = "$k/containerd"
state = "$k/containerd-state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs","io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.devmapper","io.containerd.snapshotter.v1.zfs","io.containerd.internal.v1.opt","io.containerd.tracing.processor.v1.otlp","io.containerd.internal.v1.tracing"]
[grpc]
  address = "$k/containerd.sock"
[ttrpc]
  address = "$k/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/reprise-pause:1"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = $restricted
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$k/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
CONF
}

kubernetes_kubelet_configuration() {
    cat >"$k/kubelet.yaml" <<CONF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $(kubernetes_port 3)
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: $(kubernetes_port 4)
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $k/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $k/pki/kubelet.crt
tlsPrivateKeyFile: $k/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /
failSwapOn: false
clusterDNS: [$kubernetes_node_ip]
clusterDomain: cluster.local
makeIPTablesUtilChains: false
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 50
# The node is ready with its second report.
nodeStatusUpdateFrequency: 1s
nodeStatusReportFrequency: 30s
volumePluginDir: $k/kubelet/volumeplugins
resolvConf: ""
maxPods: 200
# Images that were imported could not be pulled again.
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%"}
featureGates: {DevicePlugins: false}
CONF
}

# The bridge, the way to the API server, and a note of what the kubelet will change.
kubernetes_machine() {
    local name chain controller
    if [ ! -s "$k/sysctls" ]; then
        for name in "${kubernetes_sysctls[@]}"; do echo "$name=$(cat "/proc/sys/${name//.//}")"; done >"$k/sysctls"
    fi
    for controller in cpu cpuacct cpuset memory pids; do
        grep -qE "^cgroup [^ ]+ cgroup .*[ ,]$controller([, ]|$)" /proc/mounts && continue
        mkdir -p "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
    done
    if ! ip link show "$kubernetes_bridge" >/dev/null 2>&1; then
        ip link add "$kubernetes_bridge" type bridge
        ip addr add "$kubernetes_node_ip/24" dev "$kubernetes_bridge"
        ip link set "$kubernetes_bridge" up
    fi
    echo 1 >"/proc/sys/net/ipv4/conf/$kubernetes_bridge/route_localnet"
    for chain in PREROUTING OUTPUT; do
        iptables -w -t nat -C "$chain" -d "$kubernetes_service_ip" -p tcp --dport 443 -j DNAT --to-destination "127.0.0.1:$(kubernetes_port 0)" 2>/dev/null ||
            iptables -w -t nat -A "$chain" -d "$kubernetes_service_ip" -p tcp --dport 443 -j DNAT --to-destination "127.0.0.1:$(kubernetes_port 0)"
    done
}

kubernetes_run() { if ! pid_of "$1" >/dev/null; then started "$@"; fi; }

kubernetes_wait() {
    local turn
    for turn in $(seq 600); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "no success after $turn tries: $*" >&2
    return 1
}

kubernetes_start() {
    local etcd peer
    etcd=http://127.0.0.1:$(kubernetes_port 1) peer=http://127.0.0.1:$(kubernetes_port 2)
    kubernetes_run containerd containerd -c "$k/containerd.toml"
    kubernetes_run etcd etcd --data-dir "$k/etcd" --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" --log-level warn --logger zap
    kubernetes_apiserver
    kubernetes_wait ctr -a "$k/containerd.sock" version
    kubernetes_images
    kubernetes_wait curl -sfk "https://127.0.0.1:$(kubernetes_port 0)/readyz"
    kubernetes_run kube-controller-manager "$bin/kube-controller-manager" \
        --kubeconfig="$k/pki/controller-manager.kubeconfig" --authentication-kubeconfig="$k/pki/controller-manager.kubeconfig" \
        --authorization-kubeconfig="$k/pki/controller-manager.kubeconfig" --bind-address=127.0.0.1 --port=0 \
        --secure-port="$(kubernetes_port 5)" --leader-elect=false --use-service-account-credentials=true \
        --service-account-private-key-file="$k/pki/accounts.key" --root-ca-file="$k/pki/ca.crt" "$kubernetes_gates"
    kubernetes_run kube-scheduler "$bin/kube-scheduler" \
        --kubeconfig="$k/pki/scheduler.kubeconfig" --authentication-kubeconfig="$k/pki/scheduler.kubeconfig" \
        --authorization-kubeconfig="$k/pki/scheduler.kubeconfig" --bind-address=127.0.0.1 --port=0 \
        --secure-port="$(kubernetes_port 6)" --leader-elect=false
    # By this name the API server reaches the kubelet without an entry in /etc/hosts.
    kubernetes_run kubelet "$bin/kubelet" --config="$k/kubelet.yaml" --kubeconfig="$k/pki/kubelet.kubeconfig" \
        --root-dir="$k/kubelet" --cert-dir="$k/pki" --hostname-override=localhost --node-ip="$kubernetes_node_ip" \
        --container-runtime=remote --container-runtime-endpoint="unix://$k/containerd.sock" --pod-infra-container-image=localhost/reprise-pause:1
    kubernetes_wait kubernetes_node_is_ready
}

kubernetes_apiserver() {
    local k=$home/kubernetes
    kubernetes_run kube-apiserver "$home/programs/kubernetes-1.20.2/kube-apiserver" \
        --etcd-servers="http://127.0.0.1:$(kubernetes_port 1)" --bind-address=127.0.0.1 \
        --secure-port="$(kubernetes_port 0)" --advertise-address="$kubernetes_node_ip" --endpoint-reconciler-type=none \
        --tls-cert-file="$k/pki/apiserver.crt" --tls-private-key-file="$k/pki/apiserver.key" --client-ca-file="$k/pki/ca.crt" \
        --token-auth-file="$k/pki/tokens.csv" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$k/pki/accounts.key" \
        --service-account-signing-key-file="$k/pki/accounts.key" --service-cluster-ip-range=203.0.113.0/24 \
        --kubelet-client-certificate="$k/pki/to-kubelet.crt" --kubelet-client-key="$k/pki/to-kubelet.key" \
        --kubelet-certificate-authority="$k/pki/ca.crt" --kubelet-preferred-address-types=Hostname "$kubernetes_gates" --profiling=false
}

kubernetes_crash() { crashed kube-apiserver "$1" kubernetes_apiserver; }

kubernetes_kubectl() { kubectl --kubeconfig "$home/kubernetes/root.kubeconfig" "$@"; }

kubernetes_node_is_ready() {
    [ "$(kubernetes_kubectl get node localhost -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# The test images, and what every pod is held together by.
kubernetes_images() {
    local name has
    has=$(ctr -a "$k/containerd.sock" -n k8s.io images ls -q)
    for name in busybox python; do
        grep -qxF "$(image_name $name)" <<<"$has" || ctr -a "$k/containerd.sock" -n k8s.io images import "$home/images/$name.tar" >/dev/null
    done
    grep -qxF localhost/reprise-pause:1 <<<"$has" || kubernetes_pause
}

# An image of one layer with one program.
kubernetes_pause() {
    local folder digest
    folder=$(mktemp -d "$k/image.XXXXXX")
    tar -C "$bin" --numeric-owner --owner=0 --group=0 -cf "$folder/layer.tar" pause
    digest=$(sha256sum "$folder/layer.tar" | cut -d' ' -f1)
    printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/pause"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$(dpkg --print-architecture)" "$digest" >"$folder/config.json"
    printf '[{"Config":"config.json","RepoTags":["localhost/reprise-pause:1"],"Layers":["layer.tar"]}]' >"$folder/manifest.json"
    tar -C "$folder" -cf "$folder/image.tar" manifest.json config.json layer.tar
    ctr -a "$k/containerd.sock" -n k8s.io images import "$folder/image.tar" >/dev/null
    rm -rf "$folder"
}

# A namespace each for root and the user, with a claim on files that this machine shares with the node. The user may do there
# what Reprise needs, and nothing else.
kubernetes_furnish() {
    local who
    for who in root user; do
        kubernetes_kubectl apply -f - >/dev/null <<CONF
apiVersion: v1
kind: Namespace
metadata: {name: reprise-$who}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: reprise-$who}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  claimRef: {namespace: reprise-$who, name: reprise-shared}
  hostPath: {path: $k/shared/$who, type: Directory}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: reprise-shared, namespace: reprise-$who}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: reprise-$who
  resources: {requests: {storage: 1Gi}}
CONF
    done
    kubernetes_kubectl apply -f - >/dev/null <<CONF
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reprise, namespace: reprise-user}
rules:
- {apiGroups: [batch], resources: [jobs], verbs: [create, get, list, delete, deletecollection]}
- {apiGroups: [""], resources: [pods, pods/log, persistentvolumeclaims, serviceaccounts, events], verbs: [get, list]}
- {apiGroups: [""], resources: [pods], verbs: [delete]}
- {apiGroups: [""], resources: [pods/exec], verbs: [create, get]}
- {apiGroups: [""], resources: [configmaps, secrets], verbs: [create, get, list, delete, deletecollection, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reprise, namespace: reprise-user}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reprise}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: $person}]
CONF
    for who in root user; do
        kubernetes_wait kubernetes_kubectl get serviceaccount -n "reprise-$who" default
        kubernetes_wait kubernetes_claim_is_bound "reprise-$who"
    done
}

kubernetes_claim_is_bound() { [ "$(kubernetes_kubectl get pvc -n "$1" reprise-shared -o 'jsonpath={.status.phase}')" = Bound ]; }

# A job of its own, from the beginning to the end.
kubernetes_try() {
    local words client=(kubectl --kubeconfig "$k/$1.kubeconfig") version
    [ "$1" = root ] || client=(as_person "${client[@]}" --cache-dir "$home/user/tmp/kube")
    if words=$({
        "${client[@]}" delete job reprise-trial --ignore-not-found &&
            "${client[@]}" create job reprise-trial --image="$(image_name busybox)" -- true &&
            for _ in $(seq 200); do
                [ "$("${client[@]}" get job reprise-trial -o 'jsonpath={.status.succeeded}')" != 1 ] || break
                sleep 0.1
            done && "${client[@]}" get job reprise-trial -o 'jsonpath={.status}' | grep '"succeeded":1'
        "${client[@]}" delete job reprise-trial
    } 2>&1); then
        version=$(kubernetes_kubectl get node localhost -o 'jsonpath={.status.nodeInfo.kubeletVersion}')
        up kubernetes "$1" "${version#v}, one node, API server on port $(kubernetes_port 0)"
    else
        skipped kubernetes "$1" "no job of it runs: $(tail -n 1 <<<"$words")"
    fi
}

kubernetes_down() {
    local k=$home/kubernetes task path name value rule
    is_root && [ -d "$k" ] || return 0
    stopped kubelet
    stopped kube-scheduler
    stopped kube-controller-manager
    if pid_of containerd >/dev/null; then
        kubernetes_ctr() { timeout 10 ctr -a "$k/containerd.sock" -n k8s.io "$@"; }
        for task in $(kubernetes_ctr tasks ls -q); do kubernetes_ctr tasks kill -s SIGKILL -a "$task" || true; done
        for task in $(kubernetes_ctr tasks ls -q); do kubernetes_ctr tasks delete -f "$task" || true; done
        for task in $(kubernetes_ctr containers ls -q); do kubernetes_ctr containers delete "$task" || true; done
    fi
    stopped containerd
    # What holds a container outlives containerd; ours were started with the path of our socket.
    for path in /proc/[0-9]*; do
        [ "$(basename "$(readlink "$path/exe" 2>/dev/null || echo none)")" = containerd-shim-runc-v2 ] || continue
        tr '\0' '\n' <"$path/cmdline" 2>/dev/null | grep -qxF "$k/containerd.sock" && kill -KILL "${path#/proc/}" || true
    done
    stopped kube-apiserver
    stopped etcd
    awk '{print $2}' /proc/mounts | { grep -F "$k/" || true; } | sort -r | while read -r path; do umount -l "$(printf '%b' "$path")" || true; done
    for path in /sys/fs/cgroup/*/kubepods; do [ ! -d "$path" ] || find "$path" -depth -type d -exec rmdir {} \; || true; done
    if [ -s "$k/sysctls" ]; then
        while IFS='=' read -r name value; do printf '%s' "$value" >"/proc/sys/${name//.//}" || true; done <"$k/sysctls"
    fi
    iptables -w -t nat -S 2>/dev/null | { grep -- "-d $kubernetes_service_ip/32 " || true; } | sed 's/^-A/-D/' |
        while read -r rule; do xargs -n 100 iptables -w -t nat <<<"$rule" || true; done
    ip link delete "$kubernetes_bridge" 2>/dev/null || true
    # The kubelet's logs have a fixed place.
    rm -rf /var/log/pods/reprise-root_* /var/log/pods/reprise-user_*
    find /var/log/containers -maxdepth 1 -xtype l -delete 2>/dev/null || true
    rm -rf "$k" || { sleep 1; rm -rf "$k"; }
}
