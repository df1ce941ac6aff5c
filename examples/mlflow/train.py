"""Fits a line to noisy points by gradient descent, and logs it by mlflow as any program would."""

import os
import random

import mlflow

LR = float(os.environ.get("LR", "0.05"))
STEPS = int(os.environ.get("STEPS", "40"))

generator = random.Random(int(os.environ.get("REPRISE_SEED", "0")))
points = [(x / 50, 3 * x / 50 - 1 + generator.gauss(0, 0.1)) for x in range(100)]

with mlflow.start_run():
    mlflow.log_params({"lr": LR, "steps": STEPS})
    slope = intercept = 0.0
    for step in range(STEPS):
        errors = [(slope * x + intercept - y, x) for x, y in points]
        slope -= LR * 2 * sum(error * x for error, x in errors) / len(points)
        intercept -= LR * 2 * sum(error for error, _ in errors) / len(points)
        mlflow.log_metric("loss", sum(error**2 for error, _ in errors) / len(points), step=step)
    mlflow.log_dict({"slope": slope, "intercept": intercept}, "line.json")
    mlflow.set_tag("model", "line")
