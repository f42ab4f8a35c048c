"""A ResNet-50 with random weights, for tools/bench/import-checkpoint.ts.

    torch-resnet50.py FOLDER

writes resnet50.pth, as torchvision publishes such files, and resnet50.onnx: torch's own export up to layer4. Needs torch
and torchvision (made with Debian's 1.13 and 0.14).
"""
import os
import sys

import torch
import torchvision


class Features(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        network = self.network
        maps = network.maxpool(network.relu(network.bn1(network.conv1(images))))
        return network.layer4(network.layer3(network.layer2(network.layer1(maps))))


folder = sys.argv[1]
torch.manual_seed(1)
network = torchvision.models.resnet50(weights=None)
for module in network.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
        torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
network.eval()
torch.save(network.state_dict(), os.path.join(folder, 'resnet50.pth'))
axes = {0: 'batch', 2: 'height', 3: 'width'}
torch.onnx.export(
    Features(network), torch.zeros(1, 3, 224, 224), os.path.join(folder, 'resnet50.onnx'), opset_version=16,
    input_names=['input'], output_names=['layer4'], dynamic_axes={'input': axes},
)  # fmt: skip
