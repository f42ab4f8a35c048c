"""Random weights for narrow networks, and files of safetensors."""
import json

import numpy as np
from torch import nn


def randomise(network):
    """Weights that keep the size of activations, and statistics of batches that are not those of nothing."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode='fan_in', nonlinearity='relu')
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.3)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, module.in_features**-0.5)
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.3)
        elif isinstance(module, nn.LayerNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)


def write_safetensors(file, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        array = np.ascontiguousarray(tensor.detach().numpy())
        kind = {'float32': 'F32', 'int64': 'I64'}[array.dtype.name]
        header[name] = {'dtype': kind, 'shape': list(array.shape), 'data_offsets': [offset, offset + array.nbytes]}
        parts.append(array.tobytes())
        offset += array.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(file, 'wb') as out:
        out.write(len(text).to_bytes(8, 'little') + text + b''.join(parts))
