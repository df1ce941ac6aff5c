/// What a file holds, guessed from its name as MLflow guesses it: whatever a person can read is plain text, so that
/// no browser runs it; what nobody knows is bytes.
func mediaType(of name: String) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    // A dot at the start begins a hidden file's name and no extension.
    if parts.first?.isEmpty == true { parts.removeFirst() }
    guard parts.count > 1 else { return plainNames.contains(name) ? "text/plain" : "application/octet-stream" }
    if plainNames.contains(parts[parts.count - 1]) { return "text/plain" }
    if packings.contains(parts[parts.count - 1].lowercased()) { parts.removeLast() }
    guard parts.count > 1 else { return "application/octet-stream" }
    return types[parts[parts.count - 1].lowercased()] ?? "application/octet-stream"
}

/// Extensions, and whole names without one.
private let plainNames: Set<String> = [
    "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml", "xml",
    "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb", "MLmodel", "MLproject",
]

private let packings: Set<String> = ["gz", "z", "bz2", "xz", "br"]

private let types: [String: String] = [
    "a": "application/octet-stream", "aac": "audio/aac", "avi": "video/x-msvideo", "avif": "image/avif",
    "bat": "text/plain", "bin": "application/octet-stream", "bmp": "image/bmp", "c": "text/plain",
    "css": "text/css", "doc": "application/msword", "dot": "application/msword", "eml": "message/rfc822",
    "eps": "application/postscript", "flac": "audio/flac", "gif": "image/gif", "gtar": "application/x-gtar",
    "h": "text/plain", "h5": "application/x-hdf5", "hdf": "application/x-hdf", "heic": "image/heic",
    "htm": "text/html", "html": "text/html", "ico": "image/vnd.microsoft.icon", "jpe": "image/jpeg",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "latex": "application/x-latex", "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4", "mid": "audio/midi", "mjs": "text/javascript", "mov": "video/quicktime", "mp2": "audio/mpeg",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg", "n3": "text/n3",
    "nq": "application/n-quads", "nt": "application/n-triples", "nc": "application/x-netcdf",
    "o": "application/octet-stream",
    "ogg": "audio/ogg", "ogv": "video/ogg", "opus": "audio/opus", "otf": "font/otf", "pbm": "image/x-portable-bitmap",
    "pdf": "application/pdf", "pgm": "image/x-portable-graymap", "pl": "text/plain", "png": "image/png",
    "ppm": "image/x-portable-pixmap", "ppt": "application/vnd.ms-powerpoint", "ps": "application/postscript",
    "pyc": "application/x-python-code", "pyo": "application/x-python-code", "rtf": "application/rtf",
    "rtx": "text/richtext", "sh": "application/x-sh", "so": "application/octet-stream",
    "src": "application/x-wais-source",
    "svg": "image/svg+xml", "tar": "application/x-tar", "tex": "application/x-tex", "tif": "image/tiff",
    "tiff": "image/tiff", "trig": "application/trig", "ttf": "font/ttf", "vtt": "text/vtt", "wasm": "application/wasm",
    "wav": "audio/x-wav", "weba": "audio/webm", "webm": "video/webm", "webp": "image/webp", "woff": "font/woff",
    "woff2": "font/woff2", "xls": "application/vnd.ms-excel", "xpm": "image/x-xpixmap", "zip": "application/zip",
]
