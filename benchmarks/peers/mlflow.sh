#!/usr/bin/env bash
# `mlflow run` of a project whose entry point is `true`, in the environment that is there.
source "$(dirname "$0")/measure.sh"
peer mlflow mlflow
workplace
export MLFLOW_TRACKING_URI=sqlite:///$PWD/mlflow.db
mkdir project
cat >project/MLproject <<'YAML'
name: only
entry_points:
  main:
    parameters: {x: {type: float, default: 0}}
    command: "true"
YAML
projects() {
    for ((index = 0; index < $1; index++)); do
        mlflow run project --env-manager local -P "x=$index" || return
    done
}
projects 1 >"$log" 2>&1 || broken "the first run, which creates the database, failed"
measured projects "$runs"
expect "$((runs + 1))" python -c 'import mlflow; [print(run.info.run_id) for run in mlflow.MlflowClient().search_runs(["0"]) if run.info.status == "FINISHED"]'
report "mlflow run --env-manager local of an entry point true, a process each, one after another, SQLite; the run that creates the database is not counted"
