/// What is done where a job is executed far from this machine's files, in POSIX sh. Besides a shell it takes `tar` and
/// `find`, and what every system has beside them; those of BusyBox do.
///
/// Marks lie in `.parcel/` of the job's folder. One job at a time works in a run's folder there.
package enum StagingScript {
    /// Where the marks lie, below the job's folder.
    package static let marks = ".parcel"

    /// Lays the run's folder `$run`, to execute the job in `$job` (that folder, or one below it). Both are absolute paths.
    ///
    /// `$code` is the code's archive and `$parcel` what `Parcels` made, both paths there; either may be empty, for what
    /// lies there already. Killed at any moment, it can be done again; done already, it does nothing. Ends the script with
    /// status 125, and words, where it cannot.
    package static let unpack = """
        (
            unset TAR_OPTIONS
            marks=$job/\(marks)
            [ ! -e "$marks/ready" ] || exit 0
            mkdir -p "$marks" "$run" || exit 125
            if [ -n "${code-}" ] && [ ! -e "$run/work" ]; then
                rm -rf "$marks/work" && mkdir "$marks/work" &&
                    tar -xzopf - -C "$marks/work" < "$code" && mv "$marks/work" "$run/work" || exit 125
            fi
            mkdir -p "$run/work" "$run/outputs" || exit 125
            if [ -n "${parcel-}" ]; then
                tar -xopf - -C "$run" \(marks)/gone < "$parcel" || exit 125
                while IFS= read -r name; do rm -rf "$run/$name" || exit 125; done < "$run/\(marks)/gone"
                tar -xopf - -C "$run" < "$parcel" || exit 125
            fi
            printf '%s\\n' "$run" > "$marks/place" &&
                TZ=UTC0 touch -t 200001010000.01 "$marks/mark" &&
                (cd "$run" && find outputs work) > "$marks/before" &&
                : > "$marks/ready.new" && mv "$marks/ready.new" "$marks/ready" || exit 125
        ) || exit 125
        """

    /// Writes to standard output what the job in `$job` of `$run` left there, for `Leavings`: what it changed below
    /// `work/` and `outputs/`, its logs and metrics, and how it ended. Changes nothing that it would write again.
    ///
    /// The status says nothing: what could not be read is told to whoever unpacks it. May be executed for many jobs, one
    /// after the other, and starts few programs for each.
    package static let leavings = """
        if [ -z "${tools_are_known-}" ]; then
            plain= small=
            case $(unset TAR_OPTIONS; tar --version 2> /dev/null) in *GNU*) plain=--no-unquote small='--no-unquote -b1' ;; esac
            # Whatever was written or renamed, whatever time a program gave it. Not every find knows this.
            whole=
            if find . -prune -cnewer . > /dev/null 2> /dev/null; then whole=yes; fi
            tools_are_known=yes
        fi
        (
            unset TAR_OPTIONS
            below=${job#"$run"}
            below=${below#/}
            marks=${below:+$below/}\(marks)
            cd -- "$run" && mkdir -p "$marks" || exit 125
            exec 2> "$marks/words"
            [ -d outputs ] || mkdir outputs
            set -- -newer "$marks/mark"
            [ -z "$whole" ] || set -- "$@" -o -cnewer "$marks/ready"
            # Pipes and sockets mean nothing elsewhere, and whoever made them is told.
            : > "$marks/odd"
            find outputs work -type d -empty -exec tar -cf - $small {} + -o \\
                \\( -type f -o -type l \\) \\( "$@" \\) -exec tar -cf - $plain {} + -o \\
                ! -type d ! -type f ! -type l -exec sh -c 'odd=$0; printf "%s\\n" "$@" >> "$odd"' "$marks/odd" {} +
            : > "$marks/gone"
            if [ -e "$marks/before" ]; then
                find outputs work > "$marks/after"
                # Lines of the first alone.
                LC_ALL=C sort "$marks/before" "$marks/after" "$marks/after" | uniq -u > "$marks/gone"
            fi
            if [ -z "$whole" ] && [ -e "$marks/before" ]; then
                find outputs work \\( -type f -o -type l \\) ! -newer "$marks/mark" > "$marks/after"
                LC_ALL=C sort "$marks/before" "$marks/before" "$marks/after" | uniq -u > "$marks/moved"
                set --
                while IFS= read -r name; do
                    set -- "$@" "$name"
                    [ "$#" -lt 100 ] || { tar -cf - $plain "$@"; set --; }
                done < "$marks/moved"
                [ "$#" -eq 0 ] || tar -cf - $plain "$@"
            fi
            set --
            [ ! -e "$marks/place" ] || set -- "$marks/place"
            for name in odd gone; do [ ! -s "$marks/$name" ] || set -- "$@" "$marks/$name"; done
            for name in stdout.log stderr.log metrics.jsonl started limit exit.json; do
                [ ! -e "${below:+$below/}$name" ] || set -- "$@" "${below:+$below/}$name"
            done
            [ "$#" -eq 0 ] || tar -cf - $small "$@"
            echo > "$marks/end"
            tar -cf - $small "$marks/words" "$marks/end"
        )
        """
}
