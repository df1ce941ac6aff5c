"""Trains a small neural network on handwritten digits. Python's standard library only.

The same seed and the same Python give the same files, byte for byte. (Python
3.12 began to add floats more exactly, so 3.11 and 3.12 part in the last digits.)
"""

import argparse
import csv
import json
import math
import os
import random
from operator import mul
from pathlib import Path

HERE = Path(__file__).resolve().parent


def log(**metrics):
    """Hands metrics to Reprise: one JSON line in the file that it names. By hand there is none."""
    path = os.environ.get("REPRISE_METRICS")
    if path:
        with open(path, "a") as file:
            file.write(json.dumps(metrics) + "\n")


def read_digits(path):
    """Images as 64 numbers from 0 to 1, each with its digit."""
    with open(path, newline="") as file:
        rows = [[int(cell) for cell in row] for row in csv.reader(file)]
    return [([pixel / 16 for pixel in row[:-1]], row[-1]) for row in rows]


class Network:
    """Pixels → hidden units (ReLU) → ten digits (softmax). With 0 hidden units: softmax regression."""

    def __init__(self, inputs, hidden, outputs, chance):
        sizes = [inputs, hidden, outputs] if hidden else [inputs, outputs]
        self.layers = [
            [[chance.gauss(0, math.sqrt(2 / wide)) for _ in range(wide)] + [0.0] for _ in range(deep)]
            for wide, deep in zip(sizes, sizes[1:])
        ]

    def activations(self, image):
        """What enters each layer, a constant 1 for the bias included; the scores of the digits last."""
        entering = [image + [1.0]]
        for layer in self.layers[:-1]:
            entering.append([max(0.0, sum(map(mul, unit, entering[-1]))) for unit in layer] + [1.0])
        return entering, [sum(map(mul, unit, entering[-1])) for unit in self.layers[-1]]

    def add_gradient(self, image, digit, gradient):
        """Adds the image's share to the gradient; returns its loss."""
        entering, scores = self.activations(image)
        probabilities = softmax(scores)
        errors = [p - (index == digit) for index, p in enumerate(probabilities)]
        for depth in range(len(self.layers) - 1, -1, -1):
            values = entering[depth]
            for index, error in enumerate(errors):
                if error:
                    row = gradient[depth][index]
                    gradient[depth][index] = [g + error * v for g, v in zip(row, values)]
            if depth:
                columns = zip(*self.layers[depth])
                errors = [sum(map(mul, column, errors)) if v > 0 else 0.0 for column, v in zip(columns, values[:-1])]
        return -math.log(max(probabilities[digit], 1e-300))


def softmax(scores):
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


class Descent:
    """Gradient descent with momentum; `nesterov` looks one step ahead."""

    def __init__(self, network, name, lr, momentum):
        self.network, self.name, self.lr, self.momentum = network, name, lr, momentum
        self.velocity = self.zeros()

    def zeros(self):
        return [[[0.0] * len(unit) for unit in layer] for layer in self.network.layers]

    def step(self, gradient, count):
        rate, keep = self.lr / count, self.momentum
        for layer, moving, slopes in zip(self.network.layers, self.velocity, gradient):
            for index, slope in enumerate(slopes):
                speed = moving[index] = [keep * v - rate * g for v, g in zip(moving[index], slope)]
                if self.name == "nesterov":
                    speed = [keep * v - rate * g for v, g in zip(speed, slope)]
                layer[index] = [w + v for w, v in zip(layer[index], speed)]


def train_epoch(network, descent, train, batch, chance):
    """One pass over the images in an order drawn anew; returns the mean loss."""
    order = list(range(len(train)))
    chance.shuffle(order)
    loss = 0.0
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        gradient = descent.zeros()
        loss += sum(network.add_gradient(*train[index], gradient) for index in chosen)
        descent.step(gradient, len(chosen))
    return loss / len(order)


def predictions(network, images):
    scores = (network.activations(image)[1] for image, _ in images)
    return [max(range(10), key=score.__getitem__) for score in scores]


def write_outputs(folder, network, test, predicted, accuracy):
    folder.mkdir(parents=True, exist_ok=True)
    truth = [digit for _, digit in test]
    with open(folder / "model.json", "w") as file:
        json.dump({"accuracy": accuracy, "layers": network.layers}, file)
        file.write("\n")
    with open(folder / "predictions.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "digit", "predicted"])
        writer.writerows(zip(range(len(test)), truth, predicted))
    pairs = list(zip(truth, predicted))
    with open(folder / "confusion.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["digit", *range(10)])
        writer.writerows([digit, *(pairs.count((digit, guess)) for guess in range(10))] for digit in range(10))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=HERE / "data" / "digits.csv", type=Path)
    parser.add_argument("--hidden", default=24, type=int, help="hidden units; 0 is softmax regression")
    parser.add_argument("--epochs", default=8, type=int)
    parser.add_argument("--batch", default=16, type=int, help="images between two steps")
    parser.add_argument("--optimizer", default="sgd", choices=["sgd", "nesterov"])
    parser.add_argument("--lr", default=0.05, type=float)
    parser.add_argument("--momentum", default=0.9, type=float)
    parser.add_argument("--seed", default=7, type=int)
    parser.add_argument("--outputs", default="outputs", type=Path)
    return parser.parse_args()


def main():
    options = arguments()
    chance = random.Random(options.seed)
    digits = read_digits(options.data)
    # The same images test every seed, so that accuracies can be compared.
    train, test = digits[:1297], digits[1297:]
    network = Network(64, options.hidden, 10, chance)
    descent = Descent(network, options.optimizer, options.lr, options.momentum)
    predicted, accuracy = [], 0.0
    for epoch in range(1, options.epochs + 1):
        loss = train_epoch(network, descent, train, options.batch, chance)
        predicted = predictions(network, test)
        accuracy = sum(guess == digit for guess, (_, digit) in zip(predicted, test)) / len(test)
        log(step=epoch, loss=loss, accuracy=accuracy)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.3f}", flush=True)
    write_outputs(options.outputs, network, test, predicted, accuracy)


if __name__ == "__main__":
    main()
