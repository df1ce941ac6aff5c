#!/bin/sh
# Begins 63033b0ca389c35ac097314d939736f8.train.2@3 in a container of podman. Generated, never changed.
# By hand: `sh launch.sh`; once it has been executed, `sh launch.sh --again`. Credentials come from the environment.
case $0 in */*) cd -- "${0%/*}" || exit 125 ;; esac
[ -s launched ] || echo "$$" > launched || exit 125
export DOCKER_HOST="${DOCKER_HOST-unix:///run/a \"b\".sock}"
exec /usr/bin/podman run \
    --rm \
    --name reprise-63033b0ca389c35ac097314d939736f8.train.2..3 \
    --pull never \
    --log-driver none \
    --security-opt label=disable \
    --userns keep-id \
    --user 1000:1001 \
    --network none \
    --shm-size 1073741824 \
    --read-only \
    --read-only-tmpfs=false \
    --tmpfs /tmp:rw,exec,nosuid,nodev,mode=1777 \
    --device nvidia.com/gpu=1 \
    --device nvidia.com/gpu=3 \
    --env HOME=/tmp \
    --env REPRISE_JOB \
    --env REPRISE_CLOCK \
    --env REPRISE_MEMORY_GROUP \
    --env A \
    --env TOKEN \
    --env CUDA_VISIBLE_DEVICES=0,1 \
    --mount type=bind,source=/data/runs/x,target=/data/runs/x \
    --mount 'type=bind,"source=/mnt/sets/a ""b""","target=/sets/it'\''s, here",readonly' \
    --workdir /data/runs/x/steps/train.2 \
    --entrypoint /bin/sh \
    --pids-limit 500 sha256:0123 \
    -c 'exec /bin/sh run.sh "$@" >>stdout.log 2>>stderr.log' sh "$@"
