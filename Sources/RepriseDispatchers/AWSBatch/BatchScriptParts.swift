import RepriseModel
import RepriseSystem

/// The parts of what a container executes that are the same for every job.
enum BatchScriptParts {
    /// Stands in the job definition: fetches the rest.
    static let bootstrap = """
        folder=${TMPDIR:-/tmp}/reprise
        mkdir -p "$folder" || exit 126
        if command -v curl > /dev/null; then
            curl -sSf --retry 5 -o "$folder/start.sh" "$REPRISE_START"
        elif command -v wget > /dev/null; then
            wget -q -O "$folder/start.sh" "$REPRISE_START"
        elif command -v python3 > /dev/null; then
            python3 -c 'import os, shutil, sys, urllib.request as r
        shutil.copyfileobj(r.urlopen(os.environ["REPRISE_START"]), sys.stdout.buffer)' > "$folder/start.sh"
        else
            echo 'reprise: the image has none of curl, wget, python3' >&2
            exit 126
        fi || {
            echo 'reprise: cannot fetch what to execute; its address may have expired, or the network forbids it' >&2
            exit 126
        }
        exec /bin/sh "$folder/start.sh"
        """

    /// `fetch ADDRESS FILE`, and `send NAME`, which sends its standard input. busybox's wget sends text alone.
    static let transfer = """
        if command -v curl > /dev/null; then
            tool=curl
        else
            case $(wget --version 2>&1) in
                *GNU*) tool=wget ;;
                *) if command -v python3 > /dev/null; then tool=python3; else tool=busybox; fi ;;
            esac
        fi

        fetch() {
            case $tool in
                curl) curl -sSf --retry 3 -o "$2" "$1" ;;
                wget | busybox) wget -q -O "$2" "$1" ;;
                python3)
                    python3 -c 'import shutil, sys, urllib.request as r
        shutil.copyfileobj(r.urlopen(sys.argv[1], timeout=300), open(sys.argv[2], "wb"))' "$1" "$2"
                    ;;
            esac
        }

        send() {
            name=$place/$number/$1
            [ "$tool" != busybox ] || name=$name.base64
            {
                while read -r field value; do
                    printf -- '--%s\\r\\nContent-Disposition: form-data; name="%s"\\r\\n\\r\\n%s\\r\\n' "$mark" "$field" "$value"
                done << END
        key $name
        $fields
        END
                printf -- '--%s\\r\\nContent-Disposition: form-data; name="file"; filename="x"\\r\\n' "$mark"
                printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'
                if [ "$tool" = busybox ]; then base64; else cat; fi
                printf '\\r\\n--%s--\\r\\n' "$mark"
            } > "$body" || return 1
            type="multipart/form-data; boundary=$mark"
            case $tool in
                curl) curl -sSf -o /dev/null -X POST -H "Content-Type: $type" -H Expect: -T "$body" "$bucket" ;;
                wget | busybox) wget -q -O /dev/null --header "Content-Type: $type" --post-file "$body" "$bucket" ;;
                python3)
                    python3 -c 'import os, sys, urllib.request as r
        f, u, t = sys.argv[1:]
        h = {"Content-Type": t, "Content-Length": str(os.path.getsize(f))}
        r.urlopen(r.Request(u, open(f, "rb"), h), timeout=300)' "$body" "$bucket" "$type"
                    ;;
            esac
        }

        # Why the job could not begin, for those who see this log and for the supervisor.
        trouble() {
            echo "reprise: $1" >&2
            printf '%s' "$1" | send trouble
            exit 126
        }

        now() {
            milliseconds=$(date +%s%3N)
            case $milliseconds in *[!0-9]*) milliseconds=$(date +%s)000 ;; esac
        }
        """

    /// A second submission, made after a crash, finds the claim of the first and leaves the job alone.
    static let claim = """
        unset REPRISE_START
        job=$run${below:+/$below}
        mkdir -p "$job" || trouble 'cannot make the folder of the run'
        now
        echo "$milliseconds" | send "claim_${AWS_BATCH_JOB_ID%%:*}_$milliseconds" || exit 126
        fetch "$claims" "$folder/claims" || trouble 'cannot see who claimed the job'
        case $(cat "$folder/claims") in
            *'<Key>'*'<Key>'*)
                echo 'reprise: the job is executed elsewhere already'
                exit 0
                ;;
        esac
        """

    static let unpack = """
        code=$archive
        (
        \(StagingScript.unpack)
        ) || trouble 'cannot lay out the run'
        rm -f "$parcel" "$archive"
        """

    /// Everything that goes back, to standard output.
    static let leavings = """
        leavings() {
        \(StagingScript.leavings)
        }
        """
}
