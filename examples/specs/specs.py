"""A sweep that no grid can express: each optimizer has rates, and further parameters, of its own."""

RATES = {"sgd": [0.1, 0.5], "momentum": [0.01, 0.05], "adam": [0.003, 0.01]}


def optimizers():
    """Every optimizer to try, with just the parameters that it has."""
    for name, rates in RATES.items():
        for lr in rates:
            if name == "momentum":
                # A high rate goes with less momentum: the two together decide how far a step goes.
                yield {"name": name, "lr": lr, "momentum": 0.9 if lr < 0.05 else 0.5}
            elif name == "adam":
                yield {"name": name, "lr": lr, "beta1": 0.9, "beta2": 0.999}
            else:
                yield {"name": name, "lr": lr}


def spec():
    """The experiments, as `*.exp.yaml` would say them."""
    return [
        {
            "name": "softmax-{name}-{lr}".format(**optimizer),
            "description": "Softmax regression on handwritten digits.",
            "tags": ["softmax", optimizer["name"]],
            "parameters": {"epochs": 5, "batch": 16, "optimizer": optimizer},
            "seed": 7,
            "command": ["python3", "fit.py"],
            "data": {"digits": "../digits/data/digits.csv"},
            "outputs": ["weights.json"],
            "metrics": {"accuracy": {"goal": "maximize", "tolerance": 1e-6}},
        }
        for optimizer in optimizers()
    ]
