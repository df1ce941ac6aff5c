#!/usr/bin/env bash
# `dvc exp run`, each with another value of a parameter, so that each is a new experiment.
source "$(dirname "$0")/measure.sh"
peer dvc dvc
workplace
prepare() {
    git init -q &&
        git config user.name bench &&
        git config user.email bench@example.invalid &&
        dvc init -q &&
        dvc config core.check_update false &&
        printf 'x: -1\n' >params.yaml &&
        printf 'stages:\n  only:\n    cmd: "true"\n    params: [x]\n' >dvc.yaml &&
        git add -A &&
        git commit -qm start
}
experiments() {
    for ((index = 0; index < runs; index++)); do
        dvc exp run -q -S "x=$index" || return
    done
}
prepare >"$log" 2>&1 || broken "the repository could not be prepared"
measured experiments
expect "$runs" git for-each-ref 'refs/exps/??/*/*'
report "dvc exp run -S x=N of a stage true, a process each, one after another; keeps a commit of each experiment"
