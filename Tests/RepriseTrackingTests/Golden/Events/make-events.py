"""Writes the event files that the tests read, with the writers that people use.

    pip install tensorboard==2.21.0 tensorboardX==2.6.5
    python make-events.py FOLDER

`scalars.tfevents`: tensorboardX, beside a histogram, a text and a picture. `tensors.tfevents`: scalars as TensorFlow 2's
`tf.summary.scalar` and Keras write them, built by TensorBoard's own `scalar_pb`. `new-style.tfevents`: as
`torch.utils.tensorboard` does with `new_style=True` and `double_precision=True`.
"""

import os
import sys
import time
import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.scalar import summary_v2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboardX import SummaryWriter

target = sys.argv[1]


def moved(folder, name):
    files = [f for f in os.listdir(folder) if "tfevents" in f]
    assert len(files) == 1, files
    os.rename(os.path.join(folder, files[0]), os.path.join(target, name))
    os.rmdir(folder)


folder = os.path.join(target, "x")
writer = SummaryWriter(folder)
for step in range(5):
    writer.add_scalar("loss", 1.0 / (step + 1), step, walltime=1700000000.25 + step)
    writer.add_scalar("accuracy/train", step / 10, step, walltime=1700000000.5 + step)
for step, value in enumerate([float("nan"), float("inf"), float("-inf"), -0.0]):
    writer.add_scalar("odd", value, 10 * step, walltime=1700000100)
writer.add_histogram("weights", np.linspace(0, 1, 8), 0, walltime=1700000100)
writer.add_text("words", "nothing to see", 0, walltime=1700000100)
writer.add_image("picture", np.zeros((3, 4, 4), dtype=np.uint8), 0, walltime=1700000100)
writer.add_scalar("größe", 3, 2**40, walltime=1700000200.125)
writer.close()
moved(folder, "scalars.tfevents")

folder = os.path.join(target, "t")
writer = EventFileWriter(folder)
for step in range(4):
    for tag, value in [("epoch_loss", 2.5 - step), ("lr", 10.0**-step)]:
        summary = summary_v2.scalar_pb(tag, value)
        writer.add_event(event_pb2.Event(wall_time=1700000000 + step, step=step, summary=summary))
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
writer.add_event(event_pb2.Event(wall_time=1, step=1, summary=histogram_pb("h", np.arange(3.0))))
writer.close()
moved(folder, "tensors.tfevents")

folder = os.path.join(target, "n")
writer = EventFileWriter(folder)
metadata = summary_pb2.SummaryMetadata(
    plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="scalars"),
    data_class=summary_pb2.DATA_CLASS_SCALAR,
)
kinds = [
    ("float", dict(float_val=[0.1], dtype=types_pb2.DT_FLOAT)),
    ("double", dict(double_val=[0.1], dtype=types_pb2.DT_DOUBLE)),
    ("integer", dict(int_val=[-7], dtype=types_pb2.DT_INT32)),
    ("long", dict(int64_val=[2**40], dtype=types_pb2.DT_INT64)),
    ("yes", dict(bool_val=[True], dtype=types_pb2.DT_BOOL)),
    ("half", dict(half_val=[0x3555], dtype=types_pb2.DT_HALF)),
    ("bfloat", dict(half_val=[0x3EAB], dtype=types_pb2.DT_BFLOAT16)),
    ("bytes", dict(tensor_content=np.array(0.7, dtype="<f8").tobytes(), dtype=types_pb2.DT_DOUBLE)),
    ("text", dict(string_val=[b"no"], dtype=types_pb2.DT_STRING)),
]
for step, (tag, fields) in enumerate(kinds):
    tensor = tensor_pb2.TensorProto(**fields)
    value = summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata)
    writer.add_event(event_pb2.Event(wall_time=1700000000, step=step, summary=summary_pb2.Summary(value=[value])))
pair = tensor_pb2.TensorProto(
    float_val=[1, 2], dtype=types_pb2.DT_FLOAT,
    tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=2)]),
)
writer.add_event(event_pb2.Event(wall_time=1, step=1, summary=summary_pb2.Summary(
    value=[summary_pb2.Summary.Value(tag="pair", tensor=pair, metadata=metadata)])))
writer.close()
moved(folder, "new-style.tfevents")
