"""Images of our own making in the real registry, and a way to it that counts, lies and goes away."""

import http.client
import http.server
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading

from patience import PATIENCE, Failed
from trying import NotHere
from worlds import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "engines"))
import image as images


def made(marker, **settings):
    """A busybox with a file `/marker` of this content, which no engine has yet; the content decides its id."""
    tree = images.busybox()
    tree.file("marker", marker.encode(), 0o644)
    # Not to be compressed away: a layer must be told from a manifest by its size.
    tree.file("ballast", secrets.token_bytes(1 << 20), 0o644)
    return images.Image(tree, **settings)


def pushed(world, image, repository, tag="1"):
    """Sends it to the registry without a password; its manifest digest there."""
    host = world.variables["REPRISE_TEST_REGISTRY"]
    with tempfile.TemporaryDirectory(prefix="reprise-push-") as folder:
        archive, digest = pathlib.Path(folder, "image.tar"), pathlib.Path(folder, "digest")
        image.archive(archive, "localhost/pushed:1")
        done = subprocess.run(["skopeo", "copy", "-q", "--dest-tls-verify=false", "--digestfile", digest, f"docker-archive:{archive}",
                               f"docker://{host}/{repository}:{tag}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise Failed(f"skopeo: {done.stdout}")
        return digest.read_text().strip()


def reachable(world):
    return "REPRISE_TEST_REGISTRY" in world.variables and shutil.which("skopeo") is not None


def needed(world):
    if not reachable(world):
        raise NotHere("there is no registry, or no `skopeo`")


def fresh(name):
    """A repository that nobody used before."""
    return f"trial/{name}-{os.getpid()}-{secrets.token_hex(4)}"


class Detour:
    """`with Detour(world) as detour:` a registry at `detour.host` that hands on to the real one, counting what is large."""

    def __init__(self, world):
        self.upstream = world.variables["REPRISE_TEST_REGISTRY"]
        self.large, self.requests, self.altered = {}, 0, None
        self.lock = threading.Lock()

    def __enter__(self):
        detour = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                connection = http.client.HTTPConnection(detour.upstream, timeout=PATIENCE)
                connection.request(self.command, self.path, headers={"Accept": self.headers.get("Accept", "*/*")})
                answer = connection.getresponse()
                data = detour.seen(self.command, self.path, answer.read())
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def seen(self, method, path, data):
        with self.lock:
            self.requests += 1
            if len(data) > 500_000:
                self.large[path] = self.large.get(path, 0) + 1
        return self.altered(path, data) if self.altered and method == "GET" else data
