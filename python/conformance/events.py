"""Prints what the real TensorBoard reads below a folder: the points of each scalar by run, as JSON. Runs in TensorBoard's Python."""

import json
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

runs = {}
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        events = EventAccumulator(folder, size_guidance={"scalars": 0})
        events.Reload()
        start, end = (plugin_data_pb2.HParamsPluginData.FromString(events.SummaryMetadata(f"_hparams_/session_{part}_info").plugin_data.content)
                      for part in ("start", "end"))
        runs[name.rsplit(".", 1)[1]] = {
            "points": {tag: [[event.step, round(event.wall_time * 1000), event.value] for event in events.Scalars(tag)]
                       for tag in events.Tags()["scalars"]},
            "parameters": {key: getattr(value, value.WhichOneof("kind")) for key, value in start.session_start_info.hparams.items()},
            "status": end.session_end_info.status,
        }
print(json.dumps(runs))
