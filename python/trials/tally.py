"""Counts executions by what each says itself, and holds them until a trial lets them go, so that no trial hopes to be in time.

`note` and `hold` are words for a shell. What is held goes on by itself some time after the trial is gone."""

import collections
import contextlib
import http.server
import threading


class InFolder:
    """For what sees this machine's files. Not in the run's own folder: a second execution may have another one."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        self.note = f'echo x >> "{folder}/$REPRISE_RUN_ID"'
        self.hold = f'while test -e "{folder}" && test ! -e "{folder}/go"; do sleep 0.2; done'

    def executed(self, run):
        path = self.folder / run
        return len(path.read_text().splitlines()) if path.exists() else 0

    def let_go(self):
        (self.folder / "go").touch()


class BesideWork:
    """For containers, which see the folder of their run alone: what an execution leaves beside `work` is not cleared by a second one."""

    note = 'echo x >> "$REPRISE_RUN_DIR/executions"'
    hold = 'for turn in $(seq 9000); do test ! -e "$REPRISE_RUN_DIR/go" || break; sleep 0.2; done'

    def __init__(self, store):
        self.store = store

    def executed(self, run):
        path = self.store / "runs" / run / "executions"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def let_go(self):
        for folder in (self.store / "runs").iterdir():
            (folder / "go").touch()


class OverHTTP:
    """For what shares no files: `hither` is where it reaches this machine."""

    def __init__(self, hither):
        self.counts, self.is_open = collections.Counter(), False
        lock, tally = threading.Lock(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with lock:
                    tally.counts[self.path.strip("/")] += 1
                self.send_response(404 if self.path == "/go" and not tally.is_open else 204)
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        where = f"nc -w 30 {hither} {self.server.server_port}"
        self.note = f'echo "GET /$REPRISE_RUN_ID HTTP/1.0" | {where} > /dev/null'
        self.hold = f'for turn in $(seq 3000); do if echo "GET /go HTTP/1.0" | {where} | grep -q " 204 "; then break; fi; sleep 0.5; done'

    @contextlib.contextmanager
    def listening(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()

    def executed(self, run):
        return self.counts[run]

    def let_go(self):
        self.is_open = True
