"""Writes a trunk as ONNX: batch norms folded into convolutions, weights as float16, which halves the file."""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from errors import InputError
from network import DEVIATION, LUMA, MEAN, Trunk
from world import SIZE

OPSET = 13
PRODUCER = 'intermodel small world'


class Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def split(self, value: str, outputs: list[str]) -> None:
        self.nodes.append(helper.make_node('Split', [value], outputs, value + '.split', axis=1))

    def constant(self, name: str, values: np.ndarray) -> str:
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, values: np.ndarray) -> str:
        half = self.constant(f'{name}.half', values.astype(np.float16))
        return self.node('Cast', [half], name, to=TensorProto.FLOAT)

    def model(self, outputs: dict[str, list[object]], properties: dict[str, str]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes, 'network',
            [helper.make_tensor_value_info('image', TensorProto.FLOAT, ['batch', 3, SIZE, SIZE])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            self.initialisers,
        )
        model = helper.make_model(graph, producer_name=PRODUCER, opset_imports=[helper.make_opsetid('', OPSET)], ir_version=7)
        helper.set_model_props(model, properties)
        onnx.checker.check_model(model, full_check=True)
        return model


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[np.ndarray, np.ndarray]:
    gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().double()
    kernel = conv.weight.detach().double() * gain.view(-1, 1, 1, 1)
    bias = norm.bias.detach().double() - norm.running_mean.double() * gain
    return kernel.numpy(), bias.numpy()


def trunk_model(trunk: Trunk, properties: dict[str, str]) -> onnx.ModelProto:
    graph = Graph()

    def convolve(conv: nn.Conv2d, norm: nn.BatchNorm2d, entering: str, name: str) -> str:
        kernel, bias = folded(conv, norm)
        padding = conv.padding[0]
        inputs = [entering, graph.weight(f'{name}.weight', kernel), graph.weight(f'{name}.bias', bias)]
        return graph.node('Conv', inputs, name, kernel_shape=kernel.shape[2:], strides=conv.stride, pads=[padding] * 4)

    value = 'image'
    if trunk.grey:
        # A convolution that gives the brightness three times; float32, so that greys stay exactly grey.
        kernel = np.tile(np.array(LUMA, np.float32).reshape(1, 3, 1, 1), (3, 1, 1, 1))
        value = graph.node('Conv', [value, graph.constant('luma.weight', kernel)], 'luma', kernel_shape=[1, 1])
    value = graph.node('Sub', [value, graph.constant('mean', np.float32(MEAN))], 'centred')
    value = graph.node('Div', [value, graph.constant('deviation', np.float32(DEVIATION))], 'normalised')
    value = graph.node('Relu', [convolve(trunk.stem, trunk.stem_norm, value, 'stem.conv')], 'stem')
    for number, block in enumerate(trunk.stages, 1):
        name = f'stage{number}'
        last = number == len(trunk.stages)
        inner = graph.node('Relu', [convolve(block.conv1, block.norm1, value, f'{name}.conv1')], f'{name}.inner')
        inner = convolve(block.conv2, block.norm2, inner, f'{name}.conv2')
        passed = value
        if block.shortcut is not None:
            passed = convolve(block.shortcut, block.shortcut_norm, value, f'{name}.shortcut')
        added = graph.node('Add', [inner, passed], f'{name}.sum')
        value = graph.node('Relu', [added], 'maps' if last else name)
    graph.node('ReduceMean', [value], 'features', axes=[2, 3], keepdims=0)
    side = SIZE // 4
    return graph.model({'maps': ['batch', trunk.channels, side, side], 'features': ['batch', trunk.channels]}, properties)


def writable_folder(path: str) -> None:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise InputError(f'--out {path} cannot be made: {error.strerror}') from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise InputError(f'--out {path} cannot be written to')


def write_whole(path: str, data: bytes) -> None:
    """Other processes see the file complete or not at all."""
    partial = f'{path}.{os.getpid()}.partial'
    with open(partial, 'wb') as file:
        file.write(data)
    os.replace(partial, path)
