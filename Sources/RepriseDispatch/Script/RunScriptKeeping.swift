import RepriseSystem

/// The part of `run.sh` that keeps what a step leaves under second names (`kept/` in the job's folder), for the case that
/// later steps begin before it was taken in.
///
/// Before `exit.json` is there, which later steps wait for. All or nothing: where a file has no second name, or is no file,
/// there is no `kept`, and what lies in the run's folder counts.
enum RunScriptKeeping {
    static let folder = "kept"

    /// `patterns` are those of outputs; `find` gives a star more than they do, which does no harm.
    static func text(_ patterns: [String], folder: String) -> String {
        let below = folder.isEmpty ? "" : shellQuoted("/" + folder)
        let words = patterns.map { "-path " + shellQuoted("./" + wide($0)) }.joined(separator: " -o ")
        let work = patterns.isEmpty ? "" : " && (keep \"$run/work\"\(below) work \(words))"
        return """
            keep() {
                cd -- "$1" 2> /dev/null || return 0
                place=$job/kept.tmp/$2
                shift 2
                find . ! -type d \\( "$@" \\) -exec sh -c '
                    for file do
                        [ -f "$file" ] && [ ! -h "$file" ] && mkdir -p "$0/${file%/*}" || exit 1
                        ln -- "$file" "$0/$file" 2> /dev/null || cp -p -- "$file" "$0/$file" || exit 1
                    done' "$place" {} +
            }
            if [ "$status" -eq 0 ] && [ -z "$record" ]; then
                mkdir kept.tmp && (keep "$run/outputs" outputs -name '*')\(work) && mv kept.tmp kept || rm -rf kept.tmp
            fi 2> /dev/null
            """
    }

    /// Two stars and a slash may stand for nothing.
    private static func wide(_ pattern: String) -> String {
        var text = ""
        var rest = pattern[...]
        while let first = rest.first {
            if rest.hasPrefix("**/") {
                text += "*"
                rest = rest.dropFirst(3)
            } else {
                text.append(first)
                rest = rest.dropFirst()
            }
        }
        return text
    }
}
