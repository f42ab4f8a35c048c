"""What is known of how each network was trained."""
import hashlib
import json
import os
import platform

import numpy as np
import onnx
import torch

from errors import InputError
from export import write_whole
from fit import Fitted
from recipes import RECIPES, Recipe


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + '\n').encode()


def record(out: str, recipe: Recipe, fitted: Fitted, data: bytes, seed: int, epochs: int, images: int) -> None:
    write_whole(os.path.join(out, f'training-{recipe.name}.json'), as_json({
        'name': recipe.name,
        'objective': recipe.objective.sentence,
        'input': 'brightness' if recipe.grey else 'colour',
        'seed': seed,
        'epochs': epochs,
        'images': images,
        'batch': min(recipe.batch, images),
        'steps': fitted.steps,
        'seconds': round(fitted.seconds, 1),
        # Means: of the first ten batches, and of the last epoch.
        'firstLoss': round(fitted.first_loss, 5),
        'lastLoss': round(fitted.last_loss, 5),
        'parameters': sum(weight.numel() for weight in fitted.trunk.parameters()),
        'bytes': len(data),
        'sha256': hashlib.sha256(data).hexdigest(),
        'versions': {
            'python': platform.python_version(),
            'torch': torch.__version__,
            'numpy': np.__version__,
            'onnx': onnx.__version__,
        },
    }))


def collect(out: str) -> int:
    """Merges the records into training.json, after a look whether each is of the network beside it."""
    records = []
    for name in RECIPES:
        path = os.path.join(out, f'training-{name}.json')
        if not os.path.isfile(path):
            continue
        with open(path, encoding='utf-8') as file:
            entry = json.load(file)
        network = os.path.join(out, f'{name}.onnx')
        if not os.path.isfile(network):
            raise InputError(f'{path} is there, but not {network}')
        with open(network, 'rb') as file:
            if hashlib.sha256(file.read()).hexdigest() != entry['sha256']:
                raise InputError(f'{network} is not the file of which {path} tells')
        records.append(entry)
    if not records:
        raise InputError(f'{out} holds no records: train a recipe first')
    write_whole(os.path.join(out, 'training.json'), as_json(records))
    return len(records)
