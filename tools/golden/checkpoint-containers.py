#!/usr/bin/env python3
"""One small set of tensors in every container that checkpoints come in, for libs/checkpoints.

usage: checkpoint-containers.py libs/checkpoints/golden/containers

containers.json says of each file what torch and NumPy have in it. Made with Debian's python3-torch 1.13, python3-numpy
1.24, python3-msgpack 1.0 and python3-dill 0.3. safetensors and TensorFlow's form are written by hand after their
descriptions. Keys of storages in torch's older form, and places in the code of TorchScript, differ from run to run. Texts of Python 2 are written by a pickler that writes them as Python 2 did.
"""
import argparse
import collections
import hashlib
import io
import json
import os
import pickle
import struct
import sys
import types
import warnings
import zipfile
import zlib

import dill
import msgpack
import numpy as np
import torch
from torch import nn

from tensor_bundle import write_bundle

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
for name in os.listdir(OUT):
    os.remove(os.path.join(OUT, name))
torch.manual_seed(20)
warnings.simplefilter('ignore')
expected = {}


def at(name):
    return os.path.join(OUT, name)


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def of_torch(tensor):
    dense = tensor.detach().contiguous()
    kind = str(dense.dtype).replace('torch.', '')
    raw = (dense.view(torch.int16) if dense.dtype == torch.bfloat16 else dense).numpy().tobytes()
    return [kind, list(dense.shape), digest(raw)]


def of_numpy(array):
    array = np.asarray(array)
    little = array.astype(array.dtype.newbyteorder('<'))
    kind = 'bfloat16' if array.dtype.kind == 'V' else array.dtype.name
    return [kind, list(array.shape), digest(little.tobytes())]


def tell(name, container, tensors, placeholders=()):
    expected[name] = {'container': container, 'tensors': tensors, 'placeholders': sorted(placeholders)}


def flat(value, path=()):
    if isinstance(value, torch.Tensor):
        return {'/'.join(path): of_torch(value)}
    if isinstance(value, (np.ndarray, np.float16)):
        return {'/'.join(path): of_numpy(value)}
    found = {}
    if isinstance(value, dict):
        for key, item in value.items():
            found.update(flat(item, path + (str(key),)))
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            found.update(flat(item, path + (str(index),)))
    return found


def make_tensors():
    base = torch.randn(40)
    wide = torch.randn(3, 5)
    whole = {
        'conv.weight': torch.randn(2, 3, 1, 5),
        'odd.transposed': wide.t(),
        'odd.plain': wide,
        'odd.expanded': torch.randn(1, 3).expand(4, 3),
        'odd.sliced': base[1::3],
        'odd.ones': torch.randn(3, 1, 2).transpose(0, 1),
        'shared.first': base[2:8].view(2, 3),
        'shared.second': base[6:12],
        'scalar': torch.tensor(2.5),
        'empty': torch.zeros(0, 3),
        'parameter': nn.Parameter(torch.randn(3)),
    }
    for kind in ('float16', 'bfloat16', 'float64', 'complex64', 'complex128'):
        whole['kinds.' + kind] = torch.randn(2, 3, dtype=torch.complex128 if 'complex' in kind else torch.float64).to(getattr(torch, kind))
    for kind in ('int8', 'uint8', 'int16', 'int32', 'int64', 'bool'):
        whole['kinds.' + kind] = torch.randint(0, 2 if kind == 'bool' else 127, (5,)).to(getattr(torch, kind))
    return whole


tensors = make_tensors()
state = collections.OrderedDict(tensors)
checkpoint = {
    'state_dict': state, 'epoch': 3, 'best': 0.25, 'names': ['a', ('b', None)], 0: 'number', 'big': 1 << 70, 'minus': -5, 'text': 'ä' * 300,
    'args': argparse.Namespace(lr=0.1, schedule=[120, 160], device=torch.device('cuda', 1), dtype=torch.float16),
    'optimizer': {'state': {0: {'momentum': torch.randn(2)}}, 'scalar': np.float64(1.5), 'half': np.float16(0.5), 'count': np.int64(7)},
    'defaults': collections.defaultdict(list, {'x': [1]}), 'size': torch.Size([2, 3]),
}

# torch, newer form: as it is, deflated, with big-endian values, and with the sizes of ZIP64.
torch.save(checkpoint, at('torch-zip.pth'))
tell('torch-zip.pth', 'torch-zip', flat(checkpoint))
with zipfile.ZipFile(at('torch-zip.pth')) as archive:
    entries = [(info.filename, archive.read(info)) for info in archive.infolist()]
with zipfile.ZipFile(at('torch-deflated.pth'), 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, content in entries:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
tell('torch-deflated.pth', 'torch-zip', flat(checkpoint))


def storage_widths(pickled):
    """Bytes of a number in each storage, by its key."""
    widths = {}

    class Widths(pickle.Unpickler):
        def persistent_load(self, saved):
            storage = saved[1]()
            widths[saved[2]] = 4 if storage.dtype == torch.complex64 else 8 if storage.dtype == torch.complex128 else storage.element_size()
            return storage

        def find_class(self, module, name):
            if name.endswith('Storage'):
                return getattr(torch, name)
            return (lambda *_: None) if module == 'torch._utils' else super().find_class(module, name)

    Widths(io.BytesIO(pickled)).load()
    return widths


def swapped(content, width):
    return np.frombuffer(content, 'V%d' % width).view('u%d' % width).byteswap().tobytes() if width > 1 else content


widths = storage_widths(dict(entries)['torch-zip/data.pkl'])
with zipfile.ZipFile(at('torch-big-endian.pth'), 'w') as archive:
    for name, content in entries:
        folder, _, key = name.rpartition('/')
        archive.writestr(zipfile.ZipInfo(name), swapped(content, widths[key]) if folder.endswith('/data') else content)
    archive.writestr(zipfile.ZipInfo('torch-zip/byteorder'), 'big')
tell('torch-big-endian.pth', 'torch-zip', flat(checkpoint))


def write_zip64(file, parts):
    """All sizes and places in the fields of ZIP64, as an archive of more than 4 GiB has them."""
    out, central = bytearray(), bytearray()
    for name, content in parts:
        place, crc, raw = len(out), zlib.crc32(content), name.encode()
        sizes = struct.pack('<HHQQ', 1, 16, len(content), len(content))
        out += struct.pack('<IHHHHHIIIHH', 0x04034B50, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(sizes)) + raw + sizes + content
        extra = struct.pack('<HHQQQ', 1, 24, len(content), len(content), place)
        central += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014B50, 45, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + raw + extra
    start, end = len(out), len(out) + len(central)
    record = struct.pack('<IQHHIIQQQQ', 0x06064B50, 44, 45, 45, 0, 0, len(parts), len(parts), len(central), start)
    locator = struct.pack('<IIQI', 0x07064B50, 0, end, 1)
    closing = struct.pack('<IHHHHIIH', 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with open(file, 'wb') as opened:
        opened.write(out + central + record + locator + closing)


write_zip64(at('torch-zip64.pth'), entries)
tell('torch-zip64.pth', 'torch-zip', flat(checkpoint))

# torch, older form; and a bare tensor.
torch.save(checkpoint, at('torch-legacy.pth.tar'), _use_new_zipfile_serialization=False)
tell('torch-legacy.pth.tar', 'torch-legacy', flat(checkpoint))
torch.save(tensors['odd.transposed'], at('torch-tensor.pt'))
tell('torch-tensor.pt', 'torch-zip', flat(tensors['odd.transposed']))
torch.save(state, at('torch-protocol-4.pth'), pickle_protocol=4)
tell('torch-protocol-4.pth', 'torch-zip', flat(state))

plain = {'model': {name: tensors[name] for name in ('odd.transposed', 'shared.first', 'shared.second', 'kinds.int64')}}
# A pickle that torch did not write has each storage as a whole file of torch's older form.
with open(at('plain-torch.pkl'), 'wb') as opened:
    pickle.dump(plain, opened, 4)
tell('plain-torch.pkl', 'pickle', flat(plain))


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
        self.register_buffer('table', torch.arange(3))

    def forward(self, x):
        return self.layers(x) + self.table.sum()


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Inner()
        self.scale = nn.Parameter(torch.tensor(4.0))
        self.names = ['a', 'b']

    def forward(self, x):
        return self.visual(x) * self.scale


module = Outer().half()
torch.jit.save(torch.jit.script(module), at('torchscript.pt'))
tell('torchscript.pt', 'torchscript', flat(dict(module.state_dict())))

# A whole module is code, and refused.
torch.save({'model': nn.Linear(2, 2), 'epoch': 1}, at('module.pth'))

# safetensors: one file, and a set of two.
SAFE = {
    'float16': 'F16', 'bfloat16': 'BF16', 'float32': 'F32', 'float64': 'F64', 'int8': 'I8', 'uint8': 'U8', 'int16': 'I16', 'int32': 'I32',
    'int64': 'I64', 'bool': 'BOOL', 'complex64': 'C64',
}


def raw_of(tensor):
    dense = tensor.detach().contiguous()
    return (dense.view(torch.int16) if dense.dtype == torch.bfloat16 else dense).numpy().tobytes()


def write_safetensors(file, chosen, metadata=None):
    header, data = ({'__metadata__': metadata} if metadata else {}), bytearray()
    for name, tensor in chosen.items():
        content = raw_of(tensor)
        kind = SAFE[str(tensor.dtype).replace('torch.', '')]
        header[name] = {'dtype': kind, 'shape': list(tensor.shape), 'data_offsets': [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(file, 'wb') as opened:
        opened.write(struct.pack('<Q', len(text)) + text + data)


safe = {name: tensor for name, tensor in tensors.items() if str(tensor.dtype) != 'torch.complex128'}
write_safetensors(at('model.safetensors'), safe, {'format': 'pt', 'note': 'ä"{'})
tell('model.safetensors', 'safetensors', flat(safe))
names = sorted(safe)
parts = [names[:9], names[9:]]
files = ['sharded-%05d-of-00002.safetensors' % (part + 1) for part in range(2)]
for file, part in zip(files, parts):
    write_safetensors(at(file), {name: safe[name] for name in part}, {'format': 'pt'})
with open(at('sharded.safetensors.index.json'), 'w') as opened:
    json.dump({'metadata': {'total_size': 1}, 'weight_map': {name: file for file, part in zip(files, parts) for name in part}}, opened, indent=2)
for name in files + ['sharded.safetensors.index.json']:
    tell(name, 'safetensors', flat(safe))
parts = [dict(list(state.items())[:5]), dict(list(state.items())[5:])]
files = ['bins-%05d-of-00002.bin' % (part + 1) for part in range(2)]
for file, part in zip(files, parts):
    torch.save(part, at(file))
with open(at('bins.bin.index.json'), 'w') as opened:
    json.dump({'weight_map': {name: file for file, part in zip(files, parts) for name in part}}, opened)
tell('bins.bin.index.json', 'torch-zip', flat(state))

# NumPy: archives, single arrays, pickles.
rng = np.random.default_rng(20)
arrays = {
    'params/conv/kernel': rng.normal(size=(2, 3, 4)).astype('f4'), 'params/fortran': np.asfortranarray(rng.normal(size=(3, 4)).astype('f4')),
    'params/big': rng.normal(size=5).astype('>f8'), 'params/scalar': np.array(7, 'i8'), 'params/empty': np.zeros((0, 2), 'f2'),
    'params/brain': tensors['kinds.bfloat16'].view(torch.int16).numpy().view('V2'),
    'params/flags': np.array([True, False]), 'params/small': np.array([1, -2], '>i2'), 'params/complex': np.array([1 + 2j], '>c8'),
}
np.savez(at('arrays.npz'), **arrays)
np.savez_compressed(at('arrays-compressed.npz'), **arrays)
for name in ('arrays.npz', 'arrays-compressed.npz'):
    tell(name, 'npz', {key: of_numpy(value) for key, value in arrays.items()})
np.save(at('array.npy'), arrays['params/fortran'])
tell('array.npy', 'npy', {'': of_numpy(arrays['params/fortran'])})
numbers = {key: value for key, value in arrays.items() if value.dtype.kind != 'V'}
np.save(at('dictionary.npy'), {'conv1': {'weights': arrays['params/conv/kernel']}}, allow_pickle=True)
tell('dictionary.npy', 'npy', {'conv1/weights': of_numpy(arrays['params/conv/kernel'])})

nested = {'model': {key.replace('/', '.'): value for key, value in numbers.items()}, 'steps': np.int64(10), 'rate': np.float32(0.5), 'names': np.array(['a', 'b'])}
for protocol in (2, 3, 4, 5):
    with open(at('arrays-%d.pkl' % protocol), 'wb') as opened:
        pickle.dump(nested, opened, protocol)
    tell('arrays-%d.pkl' % protocol, 'pickle', flat({'model': nested['model']}))


class Python2Pickler(pickle._Pickler):
    """Writes texts and bytes as Python 2 wrote its texts."""
    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, value):
        data = value if isinstance(value, bytes) else value.encode('latin1')
        head = pickle.SHORT_BINSTRING + bytes([len(data)]) if len(data) < 256 else pickle.BINSTRING + struct.pack('<i', len(data))
        self.write(head + data)
        self.memoize(value)

    dispatch[str] = save_text
    dispatch[bytes] = save_text


detectron = {'model': {'stem.conv1.weight': rng.normal(size=(4, 3, 5, 5)).astype('f4'), 'res2.0.conv1.norm.bias': np.zeros(4, 'f4')}, '__author__': 'MOCO', 'matching_heuristics': True}
with open(at('detectron.pkl'), 'wb') as opened:
    Python2Pickler(opened, 2).dump(detectron)
tell('detectron.pkl', 'pickle', flat(detectron))
with open(at('detectron-0.pkl'), 'wb') as opened:
    pickle.dump({'model': {'bias': np.zeros(4, 'f4')}, 'author': 'it\'s "me"\n\x01ä', 'n': [1, -2, 3.5, True, None, 1 << 40]}, opened, 0)
tell('detectron-0.pkl', 'pickle', flat({'model': {'bias': np.zeros(4, 'f4')}}))


def module_of(name, **members):
    made = types.ModuleType(name)
    for key, value in members.items():
        setattr(made, key, value)
        value.__module__, value.__qualname__ = name, key
    sys.modules[name] = made
    return made


# haiku's dictionaries and the named tuple of BYOL, whose modules are not installed.
class FlatMapping(dict):
    def __reduce__(self):
        return FlatMapping, (dict(self),)


LarsState = collections.namedtuple('LarsState', ['count', 'trace'])
State = collections.namedtuple('_ByolExperimentState', ['online_params', 'target_params', 'online_state', 'target_state', 'opt_state'])
for package in ('haiku', 'haiku._src', 'byol', 'byol.utils'):
    module_of(package)
module_of('haiku._src.data_structures', FlatMapping=FlatMapping)
module_of('byol.byol_experiment', _ByolExperimentState=State)
module_of('byol.utils.optimizers', LarsState=LarsState)
params = FlatMapping({'res_net50/~/initial_conv': FlatMapping({'w': rng.normal(size=(3, 3, 2, 2)).astype('f4')})})
averages = FlatMapping({'res_net50/~/initial_batchnorm/~/mean_ema': {'average': rng.normal(size=(1, 1, 1, 2)).astype('f4'), 'counter': np.array(3, 'i4')}})
byol = {'experiment_state': State(params, params, averages, averages, LarsState(np.array(1, 'i4'), params)), 'step': 300000, 'rng': np.array([0, 42], 'u4')}
with open(at('byol.pkl'), 'wb') as opened:
    dill.dump(byol, opened, 3, byref=True)
fields = {key: value._asdict() if isinstance(value, LarsState) else value for key, value in byol['experiment_state']._asdict().items()}
tell('byol.pkl', 'pickle', flat({'experiment_state': fields, 'rng': byol['rng']}))
# dill tells the fields of named tuples, pickle does not.
with open(at('byol-pickle.pkl'), 'wb') as opened:
    pickle.dump(byol, opened, 3)
tell('byol-pickle.pkl', 'pickle', flat({'experiment_state': {**fields, 'opt_state': list(fields['opt_state'].values())}, 'rng': byol['rng']}), ['byol.utils.optimizers.LarsState'])

# flax: arrays are an extension that holds shape, type and bytes; large ones are split.
def flax_array(array):
    dense = np.ascontiguousarray(array)
    name = 'bfloat16' if dense.dtype.kind == 'V' else dense.dtype.name
    return msgpack.ExtType(1, msgpack.packb((array.shape, name, dense.tobytes()), use_bin_type=True))


def flax_scalar(number):
    array = np.asarray(number)
    return msgpack.ExtType(3, msgpack.packb((array.shape, array.dtype.name, array.tobytes()), use_bin_type=True))


split = rng.normal(size=(3, 5)).astype('f4')
pieces = [split.reshape(-1)[start:start + 4] for start in range(0, 15, 4)]
native = {key.split('/')[-1]: value for key, value in arrays.items() if value.dtype.byteorder != '>'}
flax = {
    'params': {key: flax_array(value) for key, value in native.items()},
    'split': {'__msgpack_chunked_array__': True, 'shape': {'0': 3, '1': 5}, 'chunks': {str(index): flax_array(piece) for index, piece in enumerate(pieces)}},
    'step': 12, 'big': 1 << 40, 'minus': [-1, -200, -40000, -1 << 40], 'rate': 0.5, 'none': None, 'yes': True, 'scalar': flax_scalar(np.float32(1.5)),
    'empty': {}, 'list': [{'deep': flax_array(split)}],
}
with open(at('flax.msgpack'), 'wb') as opened:
    opened.write(msgpack.packb(flax, use_bin_type=True))
tell('flax.msgpack', 'flax-msgpack', flat({'params': native, 'split': split, 'scalar': np.asarray(np.float32(1.5)), 'list': [{'deep': split}]}))

# TensorFlow: in a folder, in big-endian, and in archives.
variables = {('head/' + key if key != 'global_step' else key): (str(value.dtype).replace('torch.', ''), list(value.shape), raw_of(value)) for key, value in tensors.items()}
told = {key: [kind, shape, digest(content)] for key, (kind, shape, content) in variables.items()}
variables['_CHECKPOINTABLE_OBJECT_GRAPH'] = (None, [], b'\x05\x00\x00\x00\x00hello')
write_bundle(at('model.ckpt-12'), variables, shards=2)
for name in ('model.ckpt-12', 'model.ckpt-12.index', 'model.ckpt-12.data-00001-of-00002'):
    tell(name, 'tensorflow', told)
write_bundle(at('big.ckpt'), {'w': ('float32', [2], np.array([1, 2], '>f4').tobytes())}, big_endian=True)
tell('big.ckpt', 'tensorflow', {'w': of_numpy(np.array([1, 2], 'f4'))})
for name, method in (('tensorflow-stored.zip', zipfile.ZIP_STORED), ('tensorflow-deflated.zip', zipfile.ZIP_DEFLATED)):
    with zipfile.ZipFile(at(name), 'w') as archive:
        archive.writestr(zipfile.ZipInfo('ResNet/checkpoint'), 'model_checkpoint_path: "model.ckpt-12"\n', method)
        for file in sorted(os.listdir(OUT)):
            if file.startswith('model.ckpt-12'):
                archive.writestr(zipfile.ZipInfo('ResNet/' + file), open(at(file), 'rb').read(), method)
        archive.writestr(zipfile.ZipInfo('ResNet/hub/variables/variables.index'), open(at('big.ckpt.index'), 'rb').read(), method)
    tell(name, 'tensorflow', told)

with open(at('containers.json'), 'w') as opened:
    json.dump(expected, opened, indent=1, sort_keys=True)
    opened.write('\n')
