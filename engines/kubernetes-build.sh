#!/usr/bin/env bash
# Makes Kubernetes' own programs from Debian's source package, since Debian has no others than `kubectl`:
# `kubernetes-build.sh FOLDER` leaves kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and pause there.
# Root on Debian 12; ten minutes of two processors, two gigabytes while it works.
set -euo pipefail
version=v1.20.2
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet)
bin=$1
mkdir -p "$bin"
work=$(mktemp -d "$bin/build.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    ca-certificates dpkg-dev golang-1.19-go gcc libc6-dev xz-utils patch

# A source line in an apt configuration of its own: the machine's is left alone.
mirror=$({ grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list.d/ /etc/apt/sources.list 2>/dev/null || true; } | head -n 1 | tr -d ' ')
mkdir -p "$work/apt/lists/partial"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} bookworm main" >"$work/apt/sources.list"
own=(-o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/apt/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
apt-get "${own[@]}" update
cd "$work"
apt-get "${own[@]}" source --download-only kubernetes
dpkg-source --no-check -x kubernetes_*.dsc tree

# The reflect2 that comes with it compiles with this Go, and then corrupts memory now and then while JSON is written:
# Debian's own package is a release that knows this Go.
apt-get -o APT::Sandbox::User=root download golang-github-modern-go-reflect2-dev
dpkg-deb -x golang-github-modern-go-reflect2-dev_*.deb reflect2
vendored=tree/vendor/github.com/modern-go/reflect2
rm "$vendored"/*.go "$vendored"/*.s
cp reflect2/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$vendored/"
grep -q 'it \*hiter' "$vendored/go_above_118.go"

# By GOPATH, as Debian does it: with modules this Go wants to change go.mod.
export GOROOT=/usr/lib/go-1.19 PATH=/usr/lib/go-1.19/bin:$PATH HOME=$work
export GO111MODULE=off GOFLAGS='' GOPATH=$work/gopath GOCACHE=$work/cache CGO_ENABLED=0 TMPDIR=$work/tmp
mkdir -p "$TMPDIR" "$GOPATH/src/k8s.io"
ln -s "$work/tree" "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"
vendor=k8s.io/kubernetes/vendor/k8s.io

# The one generated file that the package lacks.
if [ ! -s pkg/generated/openapi/zz_generated.openapi.go ]; then
    go build -o "$TMPDIR/openapi-gen" "$vendor/kube-openapi/cmd/openapi-gen"
    folders=$(grep -rl --include=*.go '+k8s:openapi-gen=' pkg staging/src/k8s.io cmd plugin |
        grep -vE '_examples|code-generator|sample-apiserver|_test.go|zz_generated' | xargs -n1 dirname | sort -u |
        sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e 's#^\(pkg\|cmd\|plugin\)/#k8s.io/kubernetes/\1/#' | paste -sd,)
    "$TMPDIR/openapi-gen" --logtostderr -i "$folders" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
        -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$TMPDIR/violations"
fi

# In both places, or it calls itself v0.0.0.
flags="-s -w"
for package in $vendor/client-go/pkg/version $vendor/component-base/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.gitTreeState=archive"
done
for program in "${programs[@]}"; do
    # Without the clouds' own libraries and Docker's: half the time.
    go build -trimpath -tags "providerless dockerless" -ldflags "$flags" -o "$work/$program" "k8s.io/kubernetes/cmd/$program"
    mv "$work/$program" "$bin/$program"
done
gcc -Os -static -s -DVERSION=$version -o "$work/pause" build/pause/linux/pause.c
mv "$work/pause" "$bin/pause"
