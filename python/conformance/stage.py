"""What a scenario is given: a server, the clients of it, and a list of what came back."""

import json
import urllib.error
import urllib.parse
import urllib.request

from plain import Plain


class Stage:
    """One server, for one scenario."""

    def __init__(self, uri, scenario, folder):
        from mlflow import MlflowClient

        self.uri, self.scenario, self.folder = uri, scenario, folder
        self.client = MlflowClient(uri)
        self.notes = []
        self.plain = Plain(uri, folder)

    def name(self, suffix="main"):
        """A name that no other scenario uses."""
        return f"{self.scenario} {suffix}"

    def experiment(self, suffix="main", **arguments):
        """Makes an experiment and gives its number, which the notes replace with its name."""
        name = self.name(suffix)
        number = self.client.create_experiment(name, **arguments)
        self.plain.experiments[str(number)] = f"<experiment {suffix}>"
        return number

    def run(self, experiment, start_time, **arguments):
        return self.client.create_run(experiment, start_time=start_time, **arguments).info.run_id

    def note(self, label, value):
        """Keeps `value`, without what differs between any two servers: identifiers, times, addresses."""
        self.notes.append([self.plain.text(label), self.plain(value)])

    def attempt(self, label, call, *arguments, **options):
        """Notes what the call returns, or how it fails; gives back what it returned, else None."""
        from mlflow.exceptions import MlflowException

        try:
            value = call(*arguments, **options)
        except MlflowException as error:
            self.note(label, {"error_code": error.error_code, "message": error.message})
            return None
        except Exception as error:
            self.note(label, {"raised": type(error).__name__, "message": str(error)})
            return None
        self.note(label, value)
        return value

    def rest(self, method, path, body=None, *, query=None, headers=None, prefix="/api/2.0/mlflow/"):
        """One raw request. `body`: bytes as they are, anything else as JSON. Gives the status and the JSON (or text) of the answer."""
        url = self.uri + (path if path.startswith("/") else prefix + path)
        if query:
            url += "?" + urllib.parse.urlencode(query, doseq=True)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, decoded(response.read())
        except urllib.error.HTTPError as error:
            return error.code, decoded(error.read())

    def wire(self, label, method, path, body=None, **options):
        """Notes the answer to a raw request, and gives back its JSON."""
        status, answer = self.rest(method, path, body, **options)
        if isinstance(answer, dict):
            # What newer servers add to an error for machines to sort by; no client reads it.
            answer = {key: value for key, value in answer.items() if key not in ("sqlstate", "error_class")}
        self.note(label, {"status": status, "answer": answer})
        return answer


def decoded(data):
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
