# shellcheck shell=bash disable=SC2154
# Apptainer: the one in PATH, else the package of Debian's development branch in a folder of its own, for bookworm has none.
#
# Its two programs want a newer C library than bookworm's. They get it, and two libraries more, from that folder by
# the interpreter and library path written into them; nothing of it comes near the system's own.

apptainer_folder() { echo "$home/apptainer"; }

# PATH with our own Apptainer in front, where there is none of the machine's.
apptainer_path() {
    if [ -x "$(apptainer_folder)/bin/apptainer" ]; then echo "$(apptainer_folder)/bin:$PATH"; else echo "$PATH"; fi
}

apptainer_up() {
    local version words
    if [ -z "$(PATH=$(apptainer_path) command -v apptainer)" ]; then
        if ! is_root || ! is_debian_12 || [ "$(uname -m)" != x86_64 ]; then
            skipped apptainer root "\`apptainer\` is not in PATH, and is installed only by root on Debian 12 on x86-64"
            skipped apptainer user "\`apptainer\` is not in PATH, and is installed only by root on Debian 12 on x86-64"
            return 0
        fi
        if ! apptainer_install; then
            skipped apptainer root "it could not be installed, see $home/log/apptainer.log"
            skipped apptainer user "it could not be installed, see $home/log/apptainer.log"
            return 0
        fi
    fi
    PATH=$(apptainer_path)
    version=$(apptainer version)
    apptainer_images || { skipped apptainer "$(half)" "no .sif could be made, see $home/log/apptainer.log"; return 0; }
    if is_root; then
        if words=$(apptainer exec --containall "$home/images/busybox.sif" true 2>&1); then up apptainer root "$version"; else skipped apptainer root "$(tail -n 1 <<<"$words")"; fi
        if words=$(as_person apptainer exec --containall "$home/images/busybox.sif" true 2>&1); then up apptainer user "$version"; else skipped apptainer user "$(tail -n 1 <<<"$words")"; fi
    else
        skipped apptainer root "this is not root"
        if words=$(apptainer exec --containall "$home/images/busybox.sif" true 2>&1); then up apptainer user "$version"; else skipped apptainer user "$(tail -n 1 <<<"$words")"; fi
    fi
}

apptainer_images() {
    local name
    for name in busybox python; do
        [ ! -s "$home/images/$name.sif" ] || continue
        # The quick compression: the images are read once or twice, and made on every fresh machine.
        APPTAINER_CACHEDIR="$home/run/apptainer" apptainer -q build --force --mksquashfs-args '-comp zstd -Xcompression-level 1' \
            "$home/images/$name.new" "docker-archive:$home/images/$name.tar" >&2 || return 1
        mv "$home/images/$name.new" "$home/images/$name.sif"
        chmod 755 "$home/images/$name.sif"
    done
}

apptainer_install() {
    local folder scratch mirror options library program name
    folder=$(apptainer_folder)
    say "unpacking Apptainer into $folder"
    command -v patchelf >/dev/null || env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends patchelf >/dev/null || return 1
    mkdir -p "$home/debs"
    scratch=$(mktemp -d "$home/run/apptainer.XXXXXX")
    # An apt of its own for the other branch, so that the machine's sources and lists stay as they are. Its list says until when
    # it is valid, a few days: a mirror that is behind, or a clock that is ahead, is no reason to go without.
    mkdir -p "$scratch"/{lists/partial,archives/partial,unpacked}
    mirror=$(apt_mirror)
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$scratch/sources.list"
    options=(-qq -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$scratch/lists"
        -o Dir::Cache="$scratch" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root -o Acquire::Languages=none)
    # That branch moves on: what was once unpacked here is kept.
    if ! ls "$home"/debs/apptainer_*.deb >/dev/null 2>&1; then
        apt-get "${options[@]}" update >&2 || return 1
        (cd "$home/debs" && apt-get "${options[@]}" download apptainer libc6 libseccomp2 libsqlite3-0 >&2) || return 1
    fi
    rm -rf "$folder" "$folder.new"
    mkdir -p "$folder.new/glibc"
    for name in "$home"/debs/lib*.deb; do dpkg-deb -x "$name" "$scratch/unpacked" || return 1; done
    library=$scratch/unpacked/usr/lib/x86_64-linux-gnu
    cp -L "$library"/{ld-linux-x86-64.so.2,libc.so.6,libm.so.6,libresolv.so.2,libseccomp.so.2,libsqlite3.so.0} "$folder.new/glibc/" || return 1
    dpkg-deb -x "$home"/debs/apptainer_*.deb "$folder.new" || return 1
    # It looks for its configuration and its starter relative to itself.
    mv "$folder.new"/usr/* "$folder.new/"
    rm -rf "$folder.new"/{usr,share/doc,share/man}
    mkdir -p "$folder.new/var/lib/apptainer/mnt/session"
    ln -sfn ../var "$folder.new/lib/var"
    ln -sfn ../etc "$folder.new/lib/etc"
    for program in bin/apptainer lib/x86_64-linux-gnu/apptainer/bin/starter; do
        # RPATH rather than RUNPATH: the libraries' own libraries come from there, too.
        patchelf --set-interpreter "$folder/glibc/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$folder/glibc" "$folder.new/$program" || return 1
    done
    # A root that lacks some capability cannot give them all away.
    sed -i 's/^root default capabilities = .*/root default capabilities = no/' "$folder.new/etc/apptainer/apptainer.conf"
    has_systemd || sed -i 's/^systemd cgroups = .*/systemd cgroups = no/' "$folder.new/etc/apptainer/apptainer.conf"
    chmod -R a+rX "$folder.new"
    mv "$folder.new" "$folder"
    rm -rf "$scratch"
}

# Where this machine's own apt gets its packages.
apt_mirror() {
    local found
    found=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1 | tr -d ' ')
    echo "${found:-http://deb.debian.org/debian}"
}

apptainer_down() { return 0; }
