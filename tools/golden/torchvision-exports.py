"""Exports torchvision's architectures with and without their heads, for libs/onnx/src/torchvision-exports.spec.ts.

    python3 tools/golden/torchvision-exports.py FOLDER
    TORCHVISION_EXPORTS=FOLDER npx nx test onnx

Needs torch, torchvision and onnx (made with 1.13, 0.14 and 1.12; Debian's python3-torchvision will do). Weights do not
matter to the choice of a layer: all refer to one file of zeros, so that each export takes kilobytes.
"""
import io
import itertools
import os
import sys

import onnx
import torch
import torchvision.models as models

HEADS = {
    'alexnet': 'classifier', 'vgg11_bn': 'classifier', 'resnet18': 'fc', 'resnet50': 'fc', 'resnext50_32x4d': 'fc', 'wide_resnet50_2': 'fc',
    'squeezenet1_1': 'classifier', 'densenet121': 'classifier', 'inception_v3': 'fc', 'googlenet': 'fc', 'shufflenet_v2_x1_0': 'fc',
    'mobilenet_v2': 'classifier', 'mobilenet_v3_large': 'classifier', 'mnasnet1_0': 'classifier', 'regnet_x_400mf': 'fc', 'regnet_y_400mf': 'fc',
    'efficientnet_b0': 'classifier', 'efficientnet_v2_s': 'classifier', 'convnext_tiny': 'classifier', 'vit_b_32': 'heads', 'swin_t': 'head', 'maxvit_t': 'classifier',
}
# These fix the size of their input, or their export does.
FIXED_SIZE = ('vit_b_32', 'swin_t', 'maxvit_t')


def build(name, headless):
    torch.manual_seed(0)
    options = {'aux_logits': True, 'init_weights': False} if name in ('inception_v3', 'googlenet') else {}
    model = getattr(models, name)(weights=None, **options).eval()
    if headless:
        setattr(model, HEADS[name], torch.nn.AdaptiveAvgPool2d(1) if name == 'squeezenet1_1' else torch.nn.Identity())
    return model


def export(model, name, opset, dynamic):
    size = 299 if name == 'inception_v3' else 224
    axes = {0: 'batch'} if name in FIXED_SIZE else {0: 'batch', 2: 'height', 3: 'width'}
    buffer = io.BytesIO()
    torch.onnx.export(model, torch.zeros(1, 3, size, size), buffer, opset_version=opset, input_names=['input'], output_names=['output'], dynamic_axes={'input': axes} if dynamic else None)
    return onnx.load_from_string(buffer.getvalue())


def without_weights(model, file):
    """Lets all large weights refer to the file of zeros; gives the bytes that it has to have."""
    most = 0
    for tensor in model.graph.initializer:
        length = len(tensor.raw_data)
        if tensor.data_type != onnx.TensorProto.FLOAT or length <= 1024:
            continue
        most = max(most, length)
        tensor.ClearField('raw_data')
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (('location', os.path.basename(file)), ('offset', '0'), ('length', str(length))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value
    return most


def main(folder):
    zeros = os.path.join(folder, 'zeros.bin')
    os.makedirs(folder, exist_ok=True)
    open(zeros, 'ab').close()
    for name, headless, opset, dynamic in itertools.product(HEADS, (False, True), (11, 13, 17), (False, True)):
        file = f'{name}-{"headless" if headless else "head"}-{opset}-{"dynamic" if dynamic else "fixed"}.onnx'
        try:
            model = export(build(name, headless), name, opset, dynamic)
        except Exception as error:  # Some operators cannot be exported to some operator sets.
            print(f'{file}: {str(error).splitlines()[0]}')
            continue
        size = max(os.path.getsize(zeros), without_weights(model, zeros))
        os.truncate(zeros, size)
        onnx.save(model, os.path.join(folder, file))


if __name__ == '__main__':
    main(sys.argv[1])
