import RepriseSystem

/// What is executed in a workspace on another machine, in POSIX sh with the tools of GNU. The first word is always the
/// workspace's folder.
enum RemoteWorkspaceScript {
    /// Where `$path` is, from the words of a person: `~` is the home there. In a folder of somebody else, which may be that
    /// of a group, everybody has a folder of their own.
    private static let place = """
        case $1 in
            '~') path=$HOME ;;
            '~/'*) path=$HOME/${1#??} ;;
            *) path=$1 ;;
        esac
        if [ -d "$path" ] && [ ! -O "$path" ]; then path=$path/$(id -un); fi
        """

    /// Says whose the folder is where this user may not write in it.
    private static let permission = """
        if [ ! -w . ] && [ ! -O . ]; then
            echo "it belongs to \(back)$(ls -ld . | awk '{ print $3 }')\(back), and \(back)$(id -un)\(back) may not write in it" >&2
            exit 73
        fi
        """
    private static let back = #"\`"#

    /// Tells of the machine, in lines of a word and its value.
    private static let facts = """
        echo "clock $(date +%s%3N)"
        df -Pk . | awk 'NR > 1 && NF > 3 { free = $4 } END { print "free " free }'
        for name in tar gzip find awk dd flock rsync; do
            if command -v "$name" > /dev/null 2>&1; then echo "has $name"; fi
        done
        """

    /// Makes the workspace and tells of it. Status 73, and words, where that cannot be.
    static let open = """
        \(place)
        mkdir -p -- "$path" && cd -- "$path" && mkdir -p jobs batches code data images && chmod 700 jobs batches code data images || exit 73
        echo "place $PWD"
        \(facts)
        """

    /// The same without making it: in the nearest folder above where it is not there. Four kilobytes are written and
    /// removed, since quotas and full disks are told of in no other way.
    static let probe = """
        \(place)
        whole=$path
        until [ -d "$path" ]; do
            if [ -e "$path" ]; then echo "$path is no folder" >&2; exit 73; fi
            case $path in */*) path=${path%/*} ;; *) path=. ;; esac
            [ -n "$path" ] || path=/
        done
        cd -- "$path" || exit 73
        \(permission)
        echo "place $whole"
        \(facts)
        probe=.reprise-$$
        head -c 4096 /dev/zero > "$probe" && [ "$(wc -c < "$probe")" -eq 4096 ] || { rm -f "$probe"; exit 73; }
        rm -f "$probe" || exit 73
        """

    /// Names on standard input, a line each; prints those that are not there.
    static let missing = """
        cd -- "$1" || exit 73
        while IFS= read -r name; do [ -e "$name" ] || printf '%s\\n' "$name"; done
        """

    /// Standard input becomes the file `$2`, of `$3` bytes. What another one has put there meanwhile is the same.
    static let receiveFile = """
        cd -- "$1" || exit 73
        draft=$2.new-$$
        cat > "$draft" && [ "$(wc -c < "$draft")" -eq "$3" ] && chmod a-w "$draft" && mv -f "$draft" "$2" && exit 0
        rm -f "$draft"
        exit 73
        """

    /// A tar on standard input becomes the folder `$2`, whose files nobody changes by mistake: all runs share it.
    static let receiveFolder = """
        cd -- "$1" || exit 73
        draft=$2.new-$$
        mkdir "$draft" && tar -xopf - -C "$draft" && find "$draft" -type f -exec chmod a-w {} + && { mv -T "$draft" "$2" 2> /dev/null || [ -e "$2" ]; } && rm -rf "$draft" &&
            exit 0
        rm -rf "$draft"
        exit 73
        """

    /// What `rsync` has brought as `$3` becomes `$2`.
    static let conclude = """
        cd -- "$1" || exit 73
        find "$3" -type f -exec chmod a-w {} +
        mv -T "$3" "$2" 2> /dev/null || [ -e "$2" ] || exit 73
        rm -rf "$3"
        """

    /// Lays the folders of jobs. Standard input has lines, then a dot, then the bytes that the lines speak of:
    /// `job RUN JOB CODE SIZE` a run's folder, a job's, the code's archive or `-`, and the size of its parcel;
    /// `data RUN NAME CONTENT`; `file PATH MODE SIZE`.
    static let lay = """
        cd -- "$1" || exit 73
        root=$PWD
        # What could not be laid is not left lying: it would keep a full disk full.
        give_up() {
            rm -f "$parcel"
            [ -e "$job/\(StagingScript.marks)/ready" ] || rm -rf "$run"
            exit 73
        }
        exec 3<&0
        lines=
        while IFS= read -r line && [ "$line" != . ]; do lines="$lines$line
        "; done
        while read -r kind first second third size; do
            case $kind in
                job)
                    run=$root/$first job=$root/$second parcel=$root/$first.parcel code=
                    [ "$third" = - ] || code=$root/$third
                    head -c "$size" <&3 > "$parcel" && [ "$(wc -c < "$parcel")" -eq "$size" ] || give_up
                    (
        \(StagingScript.unpack)
                    ) || give_up
                    rm -f "$parcel"
                    ;;
                data) mkdir -p "$first/data" && ln -sfn "$root/$third" "$first/data/$second" || exit 73 ;;
                file)
                    size=$third
                    case $first in batches/*) mkdir -p -m 700 "${first%/*}" || exit 73 ;; esac
                    (umask 077 && head -c "$size" <&3 > "$first.new") && [ "$(wc -c < "$first.new")" -eq "$size" ] &&
                        chmod "$second" "$first.new" && mv -f "$first.new" "$first" || exit 73
                    ;;
            esac
        done <<LINES
        $lines
        LINES
        """

    /// Removes what was begun: files, whose names stand on standard input, and folders of jobs that no engine was told of.
    static let withdraw = """
        cd -- "$1" || exit 73
        while IFS= read -r name; do
            case $name in jobs/?* | code/?*.part-* | data/?*.part-* | images/?*.part-*) rm -rf "$name" "$name.parcel" ;; esac
        done
        """

    /// Asks Slurm, and tells in the same breath what is new of files, which is no older than the answer.
    ///
    /// `$2` is the most bytes of a file, `$3` the most in all, what follows is the question. Standard input has lines:
    /// `look PATH` a folder or a file, `know PATH SIZE` what is known already, `clear PATH` what is to be removed. Nothing
    /// is started for what is not new.
    static let look = """
        cd -- "$1" || exit 73
        most=$2 rest=$3
        shift 3
        table=$(cat)
        if [ $# -gt 0 ]; then
            printf 'answer\\n'
            "$@" 2>&1
            printf '\\n\\001end %s\\n' "$?"
        fi
        printf '%s\\n' "$table" | awk '$1 == "look" { print $2 }' |
            xargs -r sh -c 'find "$@" -maxdepth 1 -type f -size +0c \\( -name stdout.log -o -name stderr.log -o -name metrics.jsonl \\
                -o -name slurm.claim -o -name started -o -name limit -o -name "[0-9]*.log" -o -name slurm.log \\
                -o -name engine.log -o -name exit.json \\) -printf "is %p %s\\n" 2> /dev/null' sh |
            { printf '%s\\n' "$table"; cat; } |
            awk '$1 == "know" { known[$2] = $3 }
                $1 == "is" && $2 ~ /exit[.]json$/ { print "exit", $2, 0, 0; next }
                $1 == "is" && $3 + 0 > known[$2] + 0 { print "file", $2, known[$2] + 0, $3 }
                $1 == "is" && $3 + 0 < known[$2] + 0 { print "file", $2, 0, $3 }' |
            while read -r kind path from size; do
                case $kind in
                    exit) printf 'exit %s\\n' "$path" ;;
                    file)
                        count=$((size - from))
                        [ "$count" -le "$most" ] || count=$most
                        [ "$count" -le "$rest" ] || continue
                        rest=$((rest - count))
                        printf 'file %s %s %s\\n' "$path" "$from" "$count"
                        dd if="$path" bs=65536 iflag=skip_bytes,count_bytes skip="$from" count="$count" 2> /dev/null ||
                            tail -c "+$((from + 1))" "$path" | head -c "$count"
                        printf '\\n\\001end\\n'
                        ;;
                esac
            done
        printf '%s\\n' "$table" | while read -r kind name; do
            case $kind:$name in
                clear:jobs/?* | clear:batches/?*)
                    rm -rf "$name" 2> /dev/null || { chmod -R u+rwx "$name"; rm -rf "$name"; } > /dev/null 2>&1
                    ;;
            esac
        done
        printf 'done\\n'
        """

    /// What jobs left, as archives one after the other, until `$2` seconds are over. Standard input names them, a line each:
    /// the job's folder and the run's. Before each archive stands a block with `begin` and the job's number, from 0 on, and
    /// behind it one with `end`; `gone` says that there is no such folder. What comes after a job that took long is not
    /// spoken of: somebody asks for it again.
    static let leavings = """
        cd -- "$1" || exit 73
        root=$PWD number=0 until=$(($(date +%s) + $2))
        exec 3<&0 < /dev/null
        tell() { printf '\\001%-510s\\n' "$1"; }
        while read -r job run <&3; do
            job=$root/$job run=$root/$run
            if [ -d "$job" ]; then
                tell "begin $number"
        \(StagingScript.leavings)
                tell "end $number"
            else
                tell "gone $number"
            fi
            number=$((number + 1))
            [ "$(date +%s)" -lt "$until" ] || break
        done
        """
}
