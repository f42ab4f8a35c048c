/** Shapes of tensors by their names. */
export type Shapes = Map<string, readonly number[]>;

function norm(shapes: Shapes, name: string, channels: number): void {
  for (const each of ['weight', 'bias', 'running_mean', 'running_var', '_tmp_running_mean', '_tmp_running_var'])
    shapes.set(`${name}.${each}`, [channels]);
  shapes.set(`${name}._running_iter`, [1]);
}

function convolution(shapes: Shapes, name: string, normalisation: string, [leaving, entering, side]: number[]): void {
  shapes.set(`${name}.weight`, [leaving ?? 0, entering ?? 0, side ?? 0, side ?? 0]);
  norm(shapes, normalisation, leaving ?? 0);
}

/** Encoders of segmentation networks as published: three convolutions of 64, 64 and 128 filters, then four stages. */
export function encoderShapes(depths: readonly number[], isBottleneck: boolean): Shapes {
  const shapes: Shapes = new Map();
  [64, 64, 128].forEach((leaving, index) => {
    convolution(shapes, `conv${String(index + 1)}`, `bn${String(index + 1)}`, [leaving, [3, 64, 64][index] ?? 0, 3]);
  });
  let entering = 128;
  depths.forEach((depth, stage) => {
    const width = 64 * 2 ** stage;
    const leaving = width * (isBottleneck ? 4 : 1);
    for (let block = 0; block < depth; block++) {
      const at = `layer${String(stage + 1)}.${String(block)}`;
      const sizes = isBottleneck
        ? [
            [width, entering, 1],
            [width, width, 3],
            [leaving, width, 1],
          ]
        : [
            [width, entering, 3],
            [leaving, width, 3],
          ];
      sizes.forEach((size, index) => {
        convolution(shapes, `${at}.conv${String(index + 1)}`, `${at}.bn${String(index + 1)}`, size);
      });
      if (entering !== leaving || (stage > 0 && block === 0))
        convolution(shapes, `${at}.downsample.0`, `${at}.downsample.1`, [leaving, entering, 1]);
      entering = leaving;
    }
  });
  return shapes;
}

/** The decoder of unified parsing, behind the encoder of a ResNet-50. */
export function upernetShapes({ width = 512, objects = 336, parts = 427, materials = 26, scenes = 365 } = {}): Shapes {
  const shapes: Shapes = new Map();
  const add = (name: string, size: number[]) => {
    convolution(shapes, `${name}.0`, `${name}.1`, size);
  };
  for (let bin = 0; bin < 4; bin++) add(`ppm_conv.${String(bin)}`, [width, 2048, 1]);
  add('ppm_last_conv', [width, 2048 + 4 * width, 3]);
  [256, 512, 1024].forEach((channels, index) => {
    add(`fpn_in.${String(index)}`, [width, channels, 1]);
    add(`fpn_out.${String(index)}.0`, [width, width, 3]);
  });
  add('conv_fusion', [width, 4 * width, 3]);
  for (const [head, last, count] of [
    ['object_head', 1, objects],
    ['part_head', 1, parts],
    ['material_head', 1, materials],
    ['scene_head', 2, scenes],
  ] as const) {
    add(`${head}.0`, [width, width, 3]);
    shapes.set(`${head}.${String(last)}.weight`, [count, width, 1, 1]);
    shapes.set(`${head}.${String(last)}.bias`, [count]);
  }
  return shapes;
}

/** The decoder of the colour network, behind the encoder of a ResNet-18. */
export function pyramidShapes(): Shapes {
  const shapes: Shapes = new Map();
  for (let bin = 0; bin < 4; bin++) convolution(shapes, `ppm.${String(bin)}.1`, `ppm.${String(bin)}.2`, [512, 512, 1]);
  convolution(shapes, 'cbr_deepsup.0', 'cbr_deepsup.1', [128, 256, 3]);
  convolution(shapes, 'conv_last.0', 'conv_last.1', [512, 2560, 3]);
  for (const [name, width] of [
    ['conv_last.4', 512],
    ['conv_last_deepsup', 128],
  ] as const) {
    shapes.set(`${name}.weight`, [12, width, 1, 1]);
    shapes.set(`${name}.bias`, [12]);
  }
  return shapes;
}
