"""Requests that no client sends: whatever they are, the server answers with an error of MLflow's kind and goes on."""

import base64
import http.client
import json
import pathlib
import random
import socket
import tempfile
import urllib.parse

import servers
from routes import ROUTES

MEMORY = 600 * 1024 * 1024
FIXED_SEED = 20


def fuzzed(options):
    """One fuzz from the fixed seed, one from another; the summary and whether both passed."""
    failures, sent = [], 0
    with tempfile.TemporaryDirectory(prefix="reprise-fuzz-") as scratch, servers.reprise(options.reprise, pathlib.Path(scratch)) as server:
        for seed in (FIXED_SEED, options.seed):
            fuzz = Fuzz(server, seed)
            fuzz.send(options.requests)
            failures += fuzz.failures
            sent += fuzz.sent
        crude(server, random.Random(options.seed))
        memory = server.memory()
        if not server.answers():
            failures.append(f"the server does not answer any more:\n{server.tail()}")
        if memory > MEMORY:
            failures.append(f"the server holds {memory >> 20} MiB, more than {MEMORY >> 20}")
    for failure in failures[:40]:
        print(f"  ✘ {failure}")
    return f"{sent} requests, {len(failures)} answered wrongly, seeds {FIXED_SEED} and {options.seed}, {memory >> 20} MiB", not failures


class Fuzz:
    """Requests drawn from one seed."""

    def __init__(self, server, seed):
        self.server, self.seed, self.random = server, seed, random.Random(seed)
        self.failures, self.sent = [], 0
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        number = self.post("experiments/create", {"name": f"fuzz {seed}"})["experiment_id"]
        run = self.post("runs/create", {"experiment_id": number})["run"]["info"]["run_id"]
        self.known = {"experiment_id": number, "experiment_ids": [number], "run_id": run, "run_uuid": run, "run_ids": [run], "name": "fuzzed", "key": "key",
                      "metric_key": "key", "value": 1, "timestamp": 1, "step": 0, "path": "a", "version": "1", "alias": "a", "stage": "Staging",
                      "source": "mlflow-artifacts:/0/x", "new_name": "other", "filter": "metrics.key > 1", "order_by": ["metrics.key"], "max_results": 5,
                      "metrics": [{"key": "key", "value": 1, "timestamp": 1, "step": 0}], "params": [{"key": "p", "value": "v"}], "tags": [{"key": "t", "value": "v"}],
                      "datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "s", "source": "s"}}], "models": [{"model_id": "m-" + "0" * 32}],
                      "page_token": base64.b64encode(b'{"offset": 1}').decode(), "status": "RUNNING", "end_time": 1, "start_time": 1, "run_view_type": "ALL"}
        self.numbers = {"{run}": run, "{root}": f"{number}/{run}/artifacts"}

    def post(self, path, body):
        status, _, data = self.exchange("POST", "/api/2.0/mlflow/" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        if status != 200:
            raise servers.ServerBroke(f"{path} answers {status}: {data[:300]!r}")
        return json.loads(data)

    def exchange(self, method, target, body, headers):
        self.connection.request(method, target, body=body, headers=headers)
        response = self.connection.getresponse()
        return response.status, response, response.read()

    def send(self, count):
        for index in range(count):
            method, target, body, headers = self.drawn()
            self.sent += 1
            shown = f"seed {self.seed}, request {index}: {method} {target[:300]} {headers} {(body or b'')[:300]!r}"
            try:
                status, response, data = self.exchange(method, target, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                if not self.server.alive():
                    self.failures.append(f"{shown}: the server ended\n{self.server.tail()}")
                    return
                # A server that has answered may close before it has read a body that is too long.
                if not isinstance(error, (BrokenPipeError, ConnectionResetError)) or len(body or b"") < 1 << 20:
                    self.failures.append(f"{shown}: {type(error).__name__} {error}")
                continue
            wrong = self.wrong(method, target, status, response, data)
            if wrong:
                self.failures.append(f"{shown}: {wrong}")

    def wrong(self, method, target, status, response, data):
        """What is wrong with an answer, or None."""
        if status >= 500 and status not in (501, 503, 505):
            return f"status {status}: {data[:300]!r}"
        if method == "HEAD" or status < 400 or not any(part in target for part in ("/mlflow/", "/mlflow-artifacts/")):
            return None
        try:
            answer = json.loads(data)
            if isinstance(answer["error_code"], str) and isinstance(answer["message"], str) and answer["message"]:
                return None
        except (ValueError, KeyError, TypeError):
            pass
        return f"status {status}, and no error_code and message: {data[:300]!r}"

    def drawn(self):
        """Method, target, body and headers of the next request."""
        method, path, fields = self.random.choice(ROUTES)
        for name, value in self.numbers.items():
            path = path.replace(name, value)
        given = {name: self.known.get(name, "x") for name in fields if self.random.random() < 0.9}
        headers = {"Content-Type": "application/json"}
        chance = self.random.random()
        if chance < 0.05:
            method = self.random.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"])
        elif chance < 0.1:
            path = self.hostile(path)
        elif chance < 0.15:
            headers["Content-Type"] = self.random.choice(["", "text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "x" * 300])
        if method in ("GET", "HEAD") and "{" not in path:
            return method, path + "?" + self.query(self.mutated(given)), None, headers
        return method, path, self.body(given), headers

    def mutated(self, value, depth=0):
        """The value with one or a few places changed to what does not belong there."""
        if isinstance(value, dict) and value and self.random.random() < 0.9:
            chosen = self.random.choice(list(value))
            return {key: self.mutated(member, depth + 1) if key == chosen else member for key, member in value.items()}
        if isinstance(value, list) and value and self.random.random() < 0.7:
            return [self.mutated(value[0], depth + 1), *value[1:]] * self.random.choice([1, 1, 2, 3])
        return self.strange()

    def strange(self):
        chosen = self.random.randrange(14)
        if chosen == 0:
            return self.random.choice([None, True, False, [], {}, [[]], [None], {"": ""}, "", " "])
        if chosen == 1:
            return self.random.choice([0, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**400, 1e308, -1e308, 5e-324, -0.0, 1.5])
        if chosen == 2:
            return self.random.choice(["NaN", "Infinity", "-Infinity", "nan", "1e999", "0x10", "1_0", "١٢", "+5", " 5 ", "9" * 400])
        if chosen == 3:
            return "".join(chr(self.random.choice([0, 9, 10, 13, 27, 34, 39, 92, 96, 0x7F, 0xE9, 0x202E, 0xFEFF, 0xFFFD, 0x1F680])) for _ in range(self.random.randrange(1, 40)))
        if chosen == 4:
            return self.random.choice("a/.%é'") * self.random.choice([250, 251, 500, 6001, 70_000])
        if chosen == 5:
            return self.random.choice(["../../etc/passwd", "/etc/passwd", "..", ".", "a//b", "a/../..", "%2e%2e", "a\0b", "~root", "C:\\x", "file:///etc/passwd"])
        if chosen in (6, 7, 8, 9):
            return self.clause()
        if chosen == 10:
            return base64.b64encode(self.random.choice([b"{}", b'{"offset": -1}', b'{"offset": 1e99}', b'{"offset": "x"}', b"[]", b"\xff\xfe", b'{"offset": 99999999999999999999}'])).decode()
        if chosen == 11:
            return [self.strange() for _ in range(self.random.randrange(4))]
        if chosen == 12:
            return {self.random.choice(["key", "value", "", "name", "dataset", "a"]): self.strange()}
        return "\ud800"

    def clause(self):
        words = ["metrics.key", "params.p", "tags.`t`", "attributes.status", "name", "datasets.name", "`", '"', "'", "(", ")", "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE",
                 "=", "!=", ">", "<=", "'a'", '"b"', "1", "-1e5", "1e999", ",", ".", "..", ";", "--", "/*", "DESC", "ASC", "start_time", "%", "_", "\\", "\0", "é", "('a', 'b')", "metrics.", ".x", "run_id"]
        return self.random.choice([" ", " ", ""]).join(self.random.choice(words) for _ in range(self.random.randrange(1, 12))) * self.random.choice([1, 1, 1, 1, 1, 50])

    def query(self, fields):
        if not isinstance(fields, dict):
            return urllib.parse.quote_from_bytes(self.random.randbytes(30))
        text = urllib.parse.urlencode({key: [str(item) for item in value] if isinstance(value, list) else str(value) for key, value in fields.items()}, doseq=True, errors="replace")
        return text[:6000] if self.random.random() < 0.9 else text[:6000] + self.random.choice(["&%zz=1", "&=&&", "%", "&run_id=%ff%fe", "&a" * 300, "&run_id=1&run_id=2", "#x", "&x=%00"])

    def body(self, fields):
        chance = self.random.random()
        if chance < 0.06:
            return self.random.randbytes(self.random.randrange(200))
        if chance < 0.09:
            opening = self.random.choice([b"[", b'{"a":', b'{"tags":[', b'{"metrics":['])
            return opening * self.random.choice([100, 1000, 100_000])
        if chance < 0.11:
            return b'{"name": "' + b"x" * self.random.choice([100_000, 2_000_000]) + b'"}'
        data = json.dumps(self.mutated(fields)).encode()
        if chance < 0.2:
            return data[:self.random.randrange(len(data) + 1)]
        if chance < 0.3 and data:
            place = self.random.randrange(len(data))
            return data[:place] + self.random.choice([b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"\\u", b"\\x", b'"', b",", b"}", b"1e", b"NaN", b"-", b"//", b"\n"]) + data[place + 1:]
        if chance < 0.33:
            return data + data
        if chance < 0.36 and isinstance(fields, dict) and fields:
            name = self.random.choice(list(fields))
            return data[:1] + json.dumps(name).encode() + b":null," + data[1:]
        return data

    def hostile(self, path):
        return path + self.random.choice(["/", "//", "/..", "/../..", "%00", "%2e%2e%2f", "/%2e%2e/x", "/" + "a/" * 500, "?", "%", "%ff", "/%c0%ae%c0%ae/", ";x=1", "/*", "/{run_id}", "\\..\\"])


def crude(server, source):
    """What is not even a request: the server may say what it likes, and lives."""
    head = b"POST /api/2.0/mlflow/runs/create HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for data in [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", source.randbytes(2000), head + b"Content-Length: -5\r\n\r\n",
                 head + b"Content-Length: 99999999999999999999\r\n\r\nx", head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                 head + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nabc", head + b"X: " + b"y" * 100_000 + b"\r\n\r\n", head + b"A: b\r\n" * 5000 + b"\r\n",
                 b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET http://evil.example.org/ HTTP/1.1\r\n\r\n", head]:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.settimeout(0.2)
            try:
                connection.sendall(data)
                connection.recv(1000)
            except OSError:
                pass
