# shellcheck shell=bash disable=SC2154
# AWS as moto serves it: S3, Batch, logs. Its Batch executes real containers in the dockerd of docker.sh, with the machine's own network,
# so that a job reaches moto's S3 at the address that everybody here uses.
#
# What moto does not do: keep limits of memory and processors, check signatures, rights and the age of URLs, send TERM before KILL,
# show the log of a job that still runs.

moto_packages=(awscli python3-venv)
moto_bucket=reprise-test
moto_queue=reprise-test

moto_env() {
    is_up moto root || is_up moto user || return 0
    echo "AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$home/moto/port")"
    echo "AWS_ACCESS_KEY_ID=AKIAREPRISETEST"
    echo "AWS_SECRET_ACCESS_KEY=not-a-secret"
    echo "AWS_DEFAULT_REGION=eu-central-1"
    # Nothing of the person's own.
    echo "AWS_CONFIG_FILE=/dev/null"
    echo "AWS_SHARED_CREDENTIALS_FILE=/dev/null"
    echo "AWS_EC2_METADATA_DISABLED=true"
    echo "REPRISE_TEST_BATCH_QUEUE=$moto_queue"
    echo "REPRISE_TEST_BATCH_WORKSPACE=s3://$moto_bucket/work"
}

moto_up() {
    local who
    for who in root user; do
        if ! is_up docker root; then skipped moto "$who" "its jobs are containers of \`docker\`, which is not up as root"; fi
    done
    is_up docker root || return 0
    moto_install
    moto_start || return 0
    moto_fill || { skipped moto root "its queue could not be made, see $home/log/moto.log"; return 0; }
    up moto root "$(moto_words "$(command -v aws)")"
    if as_person aws --version >/dev/null 2>&1; then up moto user "$(moto_words "$(PATH=$(person_path) command -v aws)")"; else skipped moto user "\`aws\` is not in the PATH of $person"; fi
}

moto_words() { echo "port $(cat "$home/moto/port"), $("$1" --version 2>&1 | cut -d' ' -f1)"; }

# The one that is installed, else one in a folder of its own.
moto_program() {
    if [ -x "$home/moto/venv/bin/moto_server" ]; then echo "$home/moto/venv/bin/moto_server"; else command -v moto_server; fi
}

moto_install() {
    local folder=$home/moto/venv
    mkdir -p "$home/moto"
    chmod 755 "$home/moto"
    if { ! as_person aws --version || ! { moto_program || python3 -m ensurepip --version; }; } >/dev/null 2>&1 && is_debian_12; then
        say "installing ${moto_packages[*]}"
        { apt-get update -qq && env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
            apt-get install -y -qq --no-install-recommends "${moto_packages[@]}"; } >>"$home/log/packages.log" 2>&1 ||
            say "some packages could not be installed, see $home/log/packages.log"
    fi
    if moto_program >/dev/null; then return 0; fi
    say "installing moto into $folder"
    rm -rf "$folder.new"
    if { python3 -m venv "$folder.new" && "$folder.new/bin/pip" install -q 'moto[batch,s3]>=5,<6' flask flask-cors; } >>"$home/log/packages.log" 2>&1; then
        rm -rf "$folder"
        mv "$folder.new" "$folder"
        # What pip wrote names the folder.
        find "$folder/bin" -maxdepth 1 -type f -exec sed -i "1s|$folder.new|$folder|" {} +
    else
        rm -rf "$folder.new"
        say "moto could not be installed, see $home/log/packages.log"
    fi
}

moto_start() {
    local program port=5560 turn
    if ! program=$(moto_program) || ! command -v aws >/dev/null; then
        skipped moto root "\`moto_server\` or \`aws\` is not in PATH"
        skipped moto user "\`moto_server\` or \`aws\` is not in PATH"
        return 1
    fi
    if pid_of moto >/dev/null; then return 0; fi
    while ! port_is_free "$port"; do port=$((port + 10)); done
    echo "$port" >"$home/moto/port"
    started moto env DOCKER_HOST="unix://$(docker_socket)" MOTO_DOCKER_NETWORK_MODE=host "$program" -H 127.0.0.1 -p "$port"
    for turn in $(seq 300); do
        if ! port_is_free "$port"; then return 0; fi
        pid_of moto >/dev/null || break
        sleep 0.1
    done
    skipped moto root "its server does not start ($turn tries), see $home/log/moto.out"
    skipped moto user "its server does not start"
    return 1
}

# It remembers nothing beyond its own life.
moto_fill() {
    local variables=() line role environment
    : >"$home/state/moto.root"
    up moto root starting
    while IFS= read -r line; do variables+=("$line"); done < <(moto_env)
    aws_() { env "${variables[@]}" AWS_PAGER= aws --endpoint-url "http://127.0.0.1:$(cat "$home/moto/port")" --output text "$@"; }
    if [ -n "$(aws_ batch describe-job-queues --job-queues $moto_queue --query 'jobQueues[].jobQueueName')" ]; then return 0; fi
    aws_ s3 mb "s3://$moto_bucket" >/dev/null || return 1
    role=$(aws_ iam create-role --role-name reprise-test --assume-role-policy-document '{}' --query Role.Arn) || return 1
    environment=$(aws_ batch create-compute-environment --compute-environment-name reprise-test --type UNMANAGED --state ENABLED \
        --service-role "$role" --query computeEnvironmentArn) || return 1
    aws_ batch create-job-queue --job-queue-name $moto_queue --state ENABLED --priority 1 \
        --compute-environment-order "order=1,computeEnvironment=$environment" >/dev/null
}

moto_down() { stopped moto; }
