"""Plays the scenarios against one server, with the MLflow client of the Python that executes it; called by conform.py.

Usage: player.py URI ANSWERS [--classic] [NAME …]     writes {scenario: [[label, value], …]} to the file ANSWERS
"""

import json
import os
import pathlib
import sys
import tempfile
import time
import traceback

os.environ |= {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "MPLBACKEND": "Agg",
               "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "USER": "somebody",
               "LOGNAME": "somebody", "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_ALLOW_FILE_STORE": "true"}


def play(uri, names, classic):
    import logging
    import warnings

    import mlflow
    from scenarios import scenarios
    from stage import Stage

    warnings.simplefilter("ignore")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    answers = {}
    for name, function in scenarios(names, classic):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            stage = Stage(uri, name, pathlib.Path(folder))
            try:
                function(stage)
            except Exception:
                stage.note("broke off", traceback.format_exc(limit=-3).strip().splitlines())
            finally:
                while mlflow.active_run():
                    mlflow.end_run()
        answers[name] = stage.notes
        print(f"  {time.monotonic() - began:6.1f} s  {len(stage.notes):4} answers  {name}", file=sys.stderr, flush=True)
    return answers


def main():
    classic = "--classic" in sys.argv
    uri, answers, *names = [argument for argument in sys.argv[1:] if argument != "--classic"]
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    # A run's source and version tags come from the program and its repository: the same for both servers, and no one's folder.
    sys.argv = ["player.py"]
    os.chdir(tempfile.gettempdir())
    found = play(uri, names, classic)
    pathlib.Path(answers).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
