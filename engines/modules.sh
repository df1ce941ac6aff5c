# shellcheck shell=bash disable=SC2154
# Environment modules, as clusters have them: Debian's package, and a folder with a module that works and one that does not.
# Nothing under /etc or /usr is changed beyond what the package brings; the folder is found by MODULEPATH alone.

modules_env() {
    is_up modules root || is_up modules user || return 0
    echo "REPRISE_TEST_MODULES=$home/modules"
}

modules_up() {
    local who words
    if is_root; then install_missing environment-modules; fi
    mkdir -p "$home/modules/reprise-tool"
    printf '#%%Module1.0\nsetenv REPRISE_TOOL 1.2\n' >"$home/modules/reprise-tool/1.2"
    printf '#%%Module1.0\nfrobnicate\n' >"$home/modules/reprise-broken"
    chmod -R a+rX "$home/modules"
    for who in root user; do
        if [ "$who" = root ] && ! is_root; then
            skipped modules root "this is not root"
        elif words=$(MODULEPATH=$home/modules sh -c '. /usr/share/modules/init/sh && module load reprise-tool && echo "$REPRISE_TOOL"' 2>&1) && [ "$words" = 1.2 ]; then
            up modules "$who" "$(sh -c '. /usr/share/modules/init/sh && module --version' 2>&1 | sed -nE 's/.*Modules Release ([0-9.]+).*/\1/p' | head -n 1)"
        else
            skipped modules "$who" "no module can be loaded: $(tail -n 1 <<<"$words")"
        fi
    done
}

modules_down() { :; }
