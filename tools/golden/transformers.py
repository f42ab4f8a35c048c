"""Vision transformers of the kinds that self-supervised models come in, narrow, with timm's names."""
import math

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.vision_transformer import VisionTransformer


class Attention(nn.Module):
    def __init__(self, width, heads, split=False, masked=False):
        super().__init__()
        self.heads = heads
        if split:
            self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(width, width, bias=False), nn.Linear(width, width)
        else:
            self.qkv = nn.Linear(width, 3 * width)
        if masked:
            mask = torch.ones(3 * width)
            mask[width : 2 * width] = 0
            self.qkv.register_buffer('bias_mask', mask)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens, turn=None):
        images, count, width = tokens.shape
        if hasattr(self, 'q'):
            joined = torch.cat([self.q(tokens), self.k(tokens), self.v(tokens)], -1)
        elif hasattr(self.qkv, 'bias_mask'):
            joined = F.linear(tokens, self.qkv.weight, self.qkv.bias * self.qkv.bias_mask)
        else:
            joined = self.qkv(tokens)
        q, k, v = joined.view(images, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        if turn is not None:
            q, k = turn(q), turn(k)
        weights = (q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(images, count, width))


class Mlp(nn.Module):
    """Kinds: two layers; gate and value in one (`w12`); in one that is named `fc1`; apart (`w1`, `w2`)."""

    def __init__(self, kind, width, hidden, activation):
        super().__init__()
        self.kind, self.activation = kind, activation
        for name, entering, leaving in {
            'plain': [('fc1', width, hidden), ('fc2', hidden, width)],
            'joined': [('w12', width, 2 * hidden), ('w3', hidden, width)],
            'packed': [('fc1', width, 2 * hidden), ('fc2', hidden, width)],
            'apart': [('w1', width, hidden), ('w2', width, hidden), ('w3', hidden, width)],
        }[kind]:
            setattr(self, name, nn.Linear(entering, leaving))

    def forward(self, tokens):
        if self.kind == 'plain':
            return self.fc2(self.activation(self.fc1(tokens)))
        if self.kind == 'apart':
            return self.w3(F.silu(self.w1(tokens)) * self.w2(tokens))
        first, last = (self.w12, self.w3) if self.kind == 'joined' else (self.fc1, self.fc2)
        gate, value = first(tokens).chunk(2, -1)
        return last(F.silu(gate) * value)


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.rand(width) + 0.5)

    def forward(self, tokens):
        return tokens * self.gamma


class Block(nn.Module):
    def __init__(self, width, heads, epsilon, mlp, activation, scaled, split, masked):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, epsilon)
        self.attn = Attention(width, heads, split, masked)
        self.ls1 = Scale(width) if scaled else nn.Identity()
        self.norm2 = nn.LayerNorm(width, epsilon)
        self.mlp = Mlp(mlp, width, width * 2, activation)
        self.ls2 = Scale(width) if scaled else nn.Identity()

    def forward(self, tokens, turn):
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), turn))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))


def quick_gelu(values):
    return values * torch.sigmoid(1.702 * values)


def gelu_tanh(values):
    return F.gelu(values, approximate='tanh')


class PatchEmbed(nn.Module):
    def __init__(self, width, patch, bias, stem):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch, bias=bias)
        if stem:
            modules, entering = [], 3
            for leaving in stem:
                modules += [nn.Conv2d(entering, leaving, 3, 2, 1, bias=False), nn.BatchNorm2d(leaving), nn.ReLU()]
                entering = leaving
            self.proj = nn.Sequential(*modules, nn.Conv2d(entering, width, 1))

    def forward(self, images):
        return self.proj(images)


class Transformer(nn.Module):
    def __init__(self, width=12, heads=3, depth=2, patch=4, stored=(5, 5), token=True, token_row=True, registers=0, register_rows=0, epsilon=1e-6,
                 mlp='plain', activation=F.gelu, scaled=False, split=False, masked=False, patch_bias=True, pre_norm=False, norm=True,
                 resampling=None, rotary=None, base=100, classes=0, pool='token', fc_norm=False, stem=None):  # fmt: skip
        super().__init__()
        self.patch, self.heads, self.stored, self.resampling, self.pool, self.base = patch, heads, stored, resampling, pool, base
        self.patch_embed = PatchEmbed(width, patch, patch_bias, stem)
        self.token, self.registers = token, registers
        if token:
            self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        if registers:
            self.reg_token = nn.Parameter(torch.randn(1, registers, width))
        self.rows = (1 if token and token_row else 0) + register_rows
        if stored:
            self.pos_embed = nn.Parameter(torch.randn(1, stored[0] * stored[1] + self.rows, width))
        if rotary == 'stored':
            size = width // heads
            periods = base ** (2 * torch.arange(size // 4, dtype=torch.float32) / (size // 2)) * 1.25
            self.rope = nn.Module()
            self.rope.register_buffer('periods', periods)
        self.rotary = rotary
        self.norm_pre = nn.LayerNorm(width, epsilon) if pre_norm else nn.Identity()
        self.blocks = nn.ModuleList(Block(width, heads, epsilon, mlp, activation, scaled, split, masked) for _ in range(depth))
        self.norm = nn.LayerNorm(width, epsilon) if norm else nn.Identity()
        if fc_norm:
            self.fc_norm = nn.LayerNorm(width, epsilon)
        if classes:
            self.head = nn.Linear(width, classes)

    def positions(self, rows, columns):
        table = self.pos_embed
        before, grid = table[:, : self.rows], table[:, self.rows :]
        if (rows, columns) != self.stored:
            maps = grid.reshape(1, *self.stored, -1).permute(0, 3, 1, 2)
            if self.resampling == 'bicubic-offset':
                factors = [(wanted + 0.1) / stored for wanted, stored in zip((rows, columns), self.stored)]
                maps = F.interpolate(maps, scale_factor=factors, mode='bicubic')
            else:
                maps = F.interpolate(maps, size=(rows, columns), mode='bicubic', antialias=self.resampling == 'bicubic-antialias')
            assert maps.shape[-2:] == (rows, columns)
            grid = maps.permute(0, 2, 3, 1).flatten(1, 2)
        return before, grid

    def turn(self, rows, columns, size):
        if self.rotary is None:
            return None
        periods = self.rope.periods if self.rotary == 'stored' else self.base ** (2 * torch.arange(size // 4, dtype=torch.float32) / (size // 2))
        places = [(torch.arange(count, dtype=torch.float32) + 0.5) / count * 2 - 1 for count in (rows, columns)]
        coordinates = torch.stack(torch.meshgrid(*places, indexing='ij'), -1).flatten(0, 1)
        angles = (2 * math.pi * coordinates[:, :, None] / periods).flatten(1, 2).tile(2)
        prefix = self.token + self.registers

        def turned(heads):
            before, image = heads[:, :, :prefix], heads[:, :, prefix:]
            first, second = image.chunk(2, -1)
            image = image * angles.cos() + torch.cat([-second, first], -1) * angles.sin()
            return torch.cat([before, image], 2)

        return turned

    def forward(self, images):
        maps = self.patch_embed(images)
        rows, columns = maps.shape[-2:]
        tokens = maps.flatten(2).transpose(1, 2)
        before = []
        if self.token:
            before.append(self.cls_token.expand(tokens.shape[0], -1, -1))
        if self.registers:
            before.append(self.reg_token.expand(tokens.shape[0], -1, -1))
        prefix = self.token + self.registers
        tokens = torch.cat([*before, tokens], 1)
        if self.stored:
            own, grid = self.positions(rows, columns)
            added = torch.zeros(1, tokens.shape[1], tokens.shape[2])
            added[:, : self.rows] += own
            added[:, prefix:] += grid
            tokens = tokens + added
        tokens = self.norm_pre(tokens)
        turn = self.turn(rows, columns, tokens.shape[-1] // self.heads)
        for block in self.blocks:
            tokens = block(tokens, turn)
        tokens = self.norm(tokens)
        if not hasattr(self, 'head'):
            return tokens, None
        pooled = tokens[:, 0] if self.pool == 'token' else tokens[:, prefix:].mean(1)
        return tokens, self.head(self.fc_norm(pooled) if hasattr(self, 'fc_norm') else pooled)


class TorchvisionTransformer(VisionTransformer):
    """torchvision's own, whose weights are given timm's names."""

    def forward(self, images):
        tokens = torch.cat([self.class_token.expand(images.shape[0], -1, -1), self._process_input(images)], 1)
        tokens = self.encoder(tokens)
        return tokens, self.heads(tokens[:, 0])

    def state_dict(self):
        renamed = {}
        for name, tensor in super().state_dict().items():
            for old, new in [
                ('class_token', 'cls_token'), ('conv_proj.', 'patch_embed.proj.'), ('encoder.pos_embedding', 'pos_embed'),
                ('encoder.layers.encoder_layer_', 'blocks.'), ('.ln_1.', '.norm1.'), ('.ln_2.', '.norm2.'), ('encoder.ln.', 'norm.'),
                ('.self_attention.in_proj_', '.attn.qkv.'), ('.self_attention.out_proj.', '.attn.proj.'),
                ('.mlp.0.', '.mlp.fc1.'), ('.mlp.3.', '.mlp.fc2.'), ('heads.head.', 'head.'),
            ]:  # fmt: skip
                name = name.replace(old, new)
            renamed[name] = tensor
        return renamed


def networks():
    """Name, facts, layer, size of the images, tokens before those of the image, maker."""
    heads = {'heads': 3}
    return [
        ('vit-plain', heads, 'norm', (20, 20), 1, lambda: Transformer(classes=5)),
        ('vit-offset', {**heads, 'positionResampling': 'bicubic-offset'}, 'norm', (28, 12), 1, lambda: Transformer(scaled=True, resampling='bicubic-offset')),
        ('vit-registers', {**heads, 'positionResampling': 'bicubic-antialias'}, 'norm', (12, 28), 5,
         lambda: Transformer(scaled=True, registers=4, mlp='joined', resampling='bicubic-antialias')),
        ('vit-registers-apart', heads, 'blocks.1', (20, 20), 5, lambda: Transformer(registers=4, token_row=False, mlp='packed', norm=False)),
        ('vit-registers-placed', heads, 'norm', (20, 20), 3, lambda: Transformer(registers=2, register_rows=2)),
        ('vit-clip', {'heads': 2, 'activation': 'quick-gelu', 'epsilon': 1e-5}, 'norm', (32, 24), 1,
         lambda: Transformer(heads=2, epsilon=1e-5, activation=quick_gelu, patch_bias=False, pre_norm=True, resampling='bicubic')),
        ('vit-without-token', {**heads, 'activation': 'gelu-tanh'}, 'norm', (20, 20), 0, lambda: Transformer(token=False, activation=gelu_tanh, classes=5, pool='average', fc_norm=True)),
        ('vit-mean', {**heads, 'pool': 'average'}, 'norm', (20, 20), 1, lambda: Transformer(classes=5, pool='average')),
        ('vit-wide-grid', heads, 'norm', (12, 24), 1, lambda: Transformer(stored=(3, 6))),
        ('vit-rotary', {**heads, 'epsilon': 1e-5}, 'norm', (20, 28), 5, lambda: Transformer(stored=None, registers=4, epsilon=1e-5, mlp='apart', scaled=True, masked=True, rotary='stored')),
        ('vit-rotary-computed', {'heads': 2, 'positions': 'rotary', 'rotaryBase': 50}, 'norm', (24, 20), 5,
         lambda: Transformer(width=16, heads=2, stored=None, registers=4, split=True, scaled=True, rotary='computed', base=50)),
        ('vit-torchvision', heads, 'norm', (20, 20), 1,
         lambda: TorchvisionTransformer(image_size=20, patch_size=4, num_layers=2, num_heads=3, hidden_dim=12, mlp_dim=24, num_classes=5)),
        ('vit-stem', heads, 'norm', (20, 20), 1, lambda: Transformer(stem=(4, 8))),
    ]  # fmt: skip
