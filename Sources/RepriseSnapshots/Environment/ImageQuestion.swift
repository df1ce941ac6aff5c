import RepriseModel
import RepriseSystem

/// What is asked of an image: the same facts that `EnvironmentProbe` finds on the host, for the programs that commands
/// start in it.
package struct ImageQuestion: Hashable, Sendable {
    /// As commands name them: without a slash, or absolute.
    package var programs: [String]
    /// PATH as the experiment sets it; nil for the image's own.
    package var path: String?

    package init(programs: [String], path: String? = nil) {
        self.programs = programs
        self.path = path
    }

    /// Of the programs that the commands start. Those of the code itself count by what their first line names, which
    /// `interpreter` tells; the code is no part of an image.
    package init(commands: [Command], path: String? = nil, interpreter: (String) -> String?) {
        var names: [String] = []
        for name in RepriseSnapshots.programs(of: commands) where !name.contains(where: { "<>".contains($0) }) {
            let isScript = name.contains("/") && !name.hasPrefix("/")
            guard let program = isScript ? interpreter(name) : name, !names.contains(program) else { continue }
            names.append(program)
        }
        self.init(programs: names, path: path)
    }

    /// What decides the answer, beside the image: changes when the script does.
    package var digest: Digest { SHA256Hasher.digest(of: script.utf8) }

    /// For a POSIX shell without any other program: what is not there is left out of the answer.
    package var script: String {
        var lines = [imageScriptHead]
        if let path { lines.append("PATH=\(shellQuoted(path))") }
        lines.append(imageScriptSystem)
        for (number, name) in programs.enumerated() {
            lines.append("if look \(number) \(shellQuoted(name)); then")
            lines.append("    " + question(number, name))
            lines.append("fi")
        }
        lines.append("say end 1\n")
        return lines.joined(separator: "\n")
    }

    private func question(_ number: Int, _ name: String) -> String {
        let short = name.split(separator: "/").last.map(String.init) ?? name
        if isPython(short) { return "ask_python \(number)" }
        guard let words = versionQuestion(short) else { return "ask_digest \(number)" }
        return "ask_version \(number) \(words.map(shellQuoted).joined(separator: " "))"
    }
}

/// Every line of the answer begins with a word that nothing else prints.
private let imageScriptHead = """
    say() { printf 'reprise-fact\\t%s\\t%s\\n' "$1" "$2"; }
    newline='
    '
    look() {
        found=
        case $2 in
        */*) [ -f "$2" ] && [ -x "$2" ] && found=$2 ;;
        *)
            rest=$PATH:
            while [ -z "$found" ] && [ -n "$rest" ]; do
                place=${rest%%:*}
                rest=${rest#*:}
                [ -f "${place:-.}/$2" ] && [ -x "${place:-.}/$2" ] && found=${place:-.}/$2
            done
            if [ -z "$found" ] && command -v "$2" >/dev/null 2>&1; then
                say "shell $1" "$2"
                return 1
            fi
            ;;
        esac
        [ -n "$found" ] || return 1
        say "path $1" "$found"
    }
    ask_version() {
        number=$1
        shift
        if answer=$("$found" "$@" 2>/dev/null </dev/null); then
            [ -n "$answer" ] || answer=$("$found" "$@" 2>&1 </dev/null)
            say "version $number" "${answer%%"$newline"*}"
        fi
    }
    ask_digest() {
        if answer=$(sha256sum <"$found" 2>/dev/null); then say "digest $1" "${answer%% *}"; fi
    }
    ask_python() {
        "$found" -c '\(imagePythonQuestion)' 2>/dev/null </dev/null | while IFS= read -r line; do say "python $1" "$line"; done
    }
    say begin 1
    """

private let imagePythonQuestion = """
    import os, sys
    lines = [sys.implementation.name, sys.version.replace("\\n", " ")]
    for place in sys.path:
        try:
            names = sorted(os.listdir(place)) if place else []
        except OSError:
            names = []
        lines += [name for name in names if name.endswith((".dist-info", ".egg-info"))]
    sys.stdout.write("\\n".join(lines) + "\\n")
    """

private let imageScriptSystem = """
    for file in /etc/os-release /usr/lib/os-release; do
        [ -r "$file" ] || continue
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in PRETTY_NAME=*)
                say system "${line#PRETTY_NAME=}"
                break 2
                ;;
            esac
        done <"$file"
    done
    if answer=$(uname -m 2>/dev/null); then say architecture "$answer"; fi
    if answer=$(uname -s 2>/dev/null); then say kernel "$answer"; fi
    for file in /lib64/ld-linux*.so.* /lib/ld-linux*.so.* /lib/ld-musl-*.so.1; do
        [ -x "$file" ] || continue
        case $file in
        *musl*) answer=$("$file" 2>&1 </dev/null) ;;
        *) answer=$("$file" --version 2>/dev/null </dev/null) ;;
        esac
        say libc "$answer"
        break
    done
    env 2>/dev/null | while IFS= read -r line; do say variable "$line"; done
    """
