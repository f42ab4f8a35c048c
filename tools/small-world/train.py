#!/usr/bin/env python3
"""Trains the networks of the small world on its drawn scenes, one recipe after the other, and writes them as ONNX.

example:
  train.py --data arrays --out models --recipe objects simclr
  train.py --out models --collect

Writes NAME.onnx and training-NAME.json after each recipe; networks that are there already are kept. Two processes may
train different recipes into the same folder; --collect then makes training.json of their records. Made with Debian's
python3-torch 1.13, python3-numpy 1.24 and python3-onnx 1.12 on one core: the same seed gives the same weights there.
"""
import argparse
import os

# Before torch starts its threads.
os.environ.setdefault('OMP_NUM_THREADS', '1')
import torch

from errors import InputError, Parser, fail
from export import trunk_model, writable_folder, write_whole
from fit import fit
from recipes import RECIPES, Recipe
from record import collect, record
from world import World


def whole_number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} is not a whole number from 1')
    return int(text)


def arguments() -> argparse.Namespace:
    parser = Parser('train.py', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', metavar='DIR', help='arrays of the scenes: images.npy, presence.npy, …')
    parser.add_argument('--out', metavar='DIR', required=True, help='where networks and records are written')
    parser.add_argument('--recipe', metavar='NAME', nargs='+', action='extend', help=f'any of {", ".join(RECIPES)} (all)')
    parser.add_argument('--epochs', type=whole_number, help='instead of those of each recipe')
    parser.add_argument('--images', type=whole_number, metavar='N', help='only the first N')
    parser.add_argument('--seed', type=whole_number, default=1, help='of names without a number; NAME-2 has the next (1)')
    parser.add_argument('--again', action='store_true', help='also train what is there already')
    parser.add_argument('--collect', action='store_true', help='write training.json of all records in --out, and train nothing')
    return parser.parse_args()


def chosen(names: list[str], out: str, again: bool) -> list[Recipe]:
    for name in names:
        if name not in RECIPES:
            raise InputError(f'there is no recipe {name}; known: {", ".join(RECIPES)}')
    recipes = [RECIPES[name] for name in dict.fromkeys(names)]
    if again:
        return recipes
    present = [recipe.name for recipe in recipes if os.path.exists(os.path.join(out, f'{recipe.name}.onnx'))]
    if present:
        print(f'there already: {", ".join(present)}')
    return [recipe for recipe in recipes if recipe.name not in present]


def train(options: argparse.Namespace) -> None:
    if options.data is None:
        raise InputError('--data is needed: the folder of the arrays of the scenes')
    writable_folder(options.out)
    recipes = chosen(options.recipe or list(RECIPES), options.out, options.again)
    if not recipes:
        return
    world = World(options.data, {name for recipe in recipes for name in recipe.objective.needs}, options.images)
    if len(world) < 128:
        raise InputError(f'{len(world)} images are fewer than a batch: 128 are needed')
    epochs = {recipe.name: options.epochs or recipe.epochs for recipe in recipes}
    print(f'{len(world)} images, {len(recipes)} recipes')
    for place, recipe in enumerate(recipes):
        waiting = sum(later.cost * epochs[later.name] for later in recipes[place + 1:])

        def progress(done: int, loss: float, seconds: float) -> None:
            each = seconds / done
            left = each * (epochs[recipe.name] - done)
            # Others are as much slower or faster than their cost as this one.
            rest = left + waiting * each / recipe.cost
            print(f'{recipe.name}: epoch {done} of {epochs[recipe.name]}, loss {loss:.4f}, {1000 * each / len(world):.2f} ms an image, '
                  f'{left / 60:.1f} min left, {rest / 60:.1f} min for all', flush=True)

        seed = options.seed + recipe.again
        fitted = fit(recipe, world, seed, epochs[recipe.name], progress)
        data = trunk_model(fitted.trunk, {'recipe': recipe.name, 'seed': str(seed)}).SerializeToString()
        write_whole(os.path.join(options.out, f'{recipe.name}.onnx'), data)
        record(options.out, recipe, fitted, data, seed, epochs[recipe.name], len(world))
        print(f'{recipe.name}: {len(data):,} bytes after {fitted.seconds:.0f} s', flush=True)


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        if options.collect:
            print(f'{collect(options.out)} records in {os.path.join(options.out, "training.json")}')
        else:
            train(options)
    except InputError as error:
        fail('train.py', str(error))


if __name__ == '__main__':
    main()
