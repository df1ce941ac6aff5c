#!/bin/sh
# Begins 63033b0ca389c35ac097314d939736f8 in a container of docker. Generated, never changed.
# By hand: `sh launch.sh`; once it has been executed, `sh launch.sh --again`. Credentials come from the environment.
case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
[ -s launched ] || echo "$$" > launched || exit 125
export DOCKER_HOST="${DOCKER_HOST-unix:///run/a \"b\".sock}"
exec /usr/bin/docker run \
    --rm \
    --name reprise-63033b0ca389c35ac097314d939736f8 \
    --pull never \
    --log-driver none \
    --security-opt label=disable \
    --user 0:0 \
    --env HOME=/tmp \
    --env REPRISE_JOB \
    --env REPRISE_CLOCK \
    --env REPRISE_MEMORY_GROUP \
    --mount type=bind,source=/runs/x,target=/runs/x \
    --workdir /runs/x \
    --entrypoint /bin/sh \
    --pids-limit 500 sha256:0123 \
    -c 'exec /bin/sh run.sh "$@" >>stdout.log 2>>stderr.log' sh "$@"
