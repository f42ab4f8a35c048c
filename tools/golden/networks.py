#!/usr/bin/env python3
"""Narrow networks with random weights, and what they make of two drawn images, by torch.

usage: networks.py libs/checkpoints/golden/networks

Each network gives NAME.safetensors (its weights, by the usual names) and NAME.values.safetensors (`layer`, and `head`
where it has a classifier); ../networks.json says what they are. One of each architecture is also saved in every other
container. Made with Debian's torch 1.13, torchvision 0.14 and msgpack 1.0.
"""
import json
import os
import pickle
import sys
import warnings

import msgpack
import numpy as np
import torch

import plain_networks
import residual_networks
import transformers
from network_files import randomise, write_safetensors
from tensor_bundle import write_bundle

# Those that are saved in every container.
CONTAINED = ('resnet-basic', 'vit-plain', 'convnext', 'vgg', 'alexnet', 'squeezenet-1-1')


def draw(images, height, width):
    """The same arithmetic as in `drawImages` of libs/testing: whole numbers, so that both draw the same values."""
    n, c, y, x = np.meshgrid(np.arange(images), np.arange(3), np.arange(height), np.arange(width), indexing='ij')
    return (((x * x * 7 + y * y * 13 + x * y * 3 + c * 91 + n * 57) % 251) / 100 - 1.25).astype(np.float32)


def write_containers(folder, name, network, images):
    os.makedirs(folder, exist_ok=True)
    weights = network.state_dict()
    arrays = {key: value.numpy() for key, value in weights.items()}
    torch.save(weights, os.path.join(folder, f'{name}.pth'))
    torch.save(weights, os.path.join(folder, f'{name}.legacy.pth'), _use_new_zipfile_serialization=False)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.jit.save(torch.jit.trace(network, images), os.path.join(folder, f'{name}.script.pt'))
    np.savez(os.path.join(folder, f'{name}.npz'), **arrays)
    with open(os.path.join(folder, f'{name}.pkl'), 'wb') as out:
        pickle.dump(arrays, out, protocol=4)
    packed = {key: msgpack.ExtType(1, msgpack.packb((value.shape, value.dtype.name, value.tobytes()))) for key, value in arrays.items()}
    with open(os.path.join(folder, f'{name}.msgpack'), 'wb') as out:
        out.write(msgpack.packb(packed))
    write_bundle(os.path.join(folder, f'{name}.ckpt'), {key: (value.dtype.name, value.shape, value.tobytes()) for key, value in arrays.items()})


def main(folder):
    os.makedirs(folder, exist_ok=True)
    listed = []
    kinds = {
        'resnet': residual_networks.networks,
        'vit': transformers.networks,
        'convnext': plain_networks.convnexts,
        'vgg': plain_networks.vggs,
        'alexnet': plain_networks.alexnets,
        'squeezenet': plain_networks.squeezenets,
    }
    for architecture, networks in kinds.items():
        for name, facts, layer, size, prefix, make in networks():
            torch.manual_seed(sum(map(ord, name)))
            network = make()
            randomise(network)
            network.eval()
            with torch.no_grad():
                layer_values, head = network(torch.from_numpy(draw(2, *size)))
            write_safetensors(os.path.join(folder, f'{name}.safetensors'), network.state_dict())
            if name in CONTAINED:
                write_containers(os.path.join(folder, '..', 'network-containers'), name, network, torch.zeros(1, 3, *size))
            values = {'layer': layer_values, **({} if head is None else {'head': head})}
            write_safetensors(os.path.join(folder, f'{name}.values.safetensors'), values)
            listed.append({'name': name, 'architecture': architecture, 'facts': facts, 'layer': layer, 'height': size[0], 'width': size[1], 'prefixTokens': prefix})
            print(name, tuple(layer_values.shape), f'{layer_values.abs().mean():.3f}')
    with open(os.path.join(folder, '..', 'networks.json'), 'w') as out:
        json.dump(listed, out, indent=1)
        out.write('\n')


main(sys.argv[1])
