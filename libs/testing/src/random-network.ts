import { writeFileSync } from 'node:fs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { buildOnnxModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './onnx-model.ts';

/** Settings of {@link writeResNet50} and {@link writeMobileNetV2}. */
export interface RandomNetworkOptions {
  /** Seed of the random weights. @default 1 */
  readonly seed?: number;
  /** Side of the input, in pixels. @default 224 */
  readonly inputSize?: number;
  /**
   * Makes about five of six values of the last map 0, as trained networks have it; with random weights a quarter to a
   * half are. @default false
   */
  readonly sparse?: boolean;
}

/** What a random network offers to be dissected. */
export interface RandomNetwork {
  /** Tensor of the last spatial map before global pooling. */
  readonly tensor: string;
  /** Units of that map. */
  readonly units: number;
  /** Tensors of earlier stages, from the input on. */
  readonly earlier: readonly string[];
}

/**
 * Writes a model shaped like ResNet-50 (batch norms folded) with random weights: the last map has 2,048 units at a 32nd
 * of the input size.
 */
export function writeResNet50(file: string, options: RandomNetworkOptions = {}): RandomNetwork {
  const network = new Layers(options.seed);
  let tensor = network.pool(network.conv('images', 3, 64, { kernel: 7, stride: 2, activation: 'Relu' }), 3, 2);
  const earlier: string[] = [];
  let channels = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const reduced = network.conv(tensor, channels, width, { activation: 'Relu' });
      const middle = network.conv(reduced, width, width, { kernel: 3, stride, activation: 'Relu' });
      const expanded = network.conv(middle, width, width * 4, { gain: 0.5 });
      const shortcut = block === 0 ? network.conv(tensor, channels, width * 4, { stride }) : tensor;
      channels = width * 4;
      tensor = network.node('Relu', [network.node('Add', [expanded, shortcut])]);
    }
    earlier.push(tensor);
  }
  return network.finish(file, tensor, channels, earlier.slice(0, -1), options);
}

/**
 * Writes a model shaped like MobileNetV2 (batch norms folded) with random weights: the last map has 1,280 units at a
 * 32nd of the input size.
 */
export function writeMobileNetV2(file: string, options: RandomNetworkOptions = {}): RandomNetwork {
  const network = new Layers(options.seed);
  let tensor = network.conv('images', 3, 32, { kernel: 3, stride: 2, activation: 'Clip' });
  const earlier: string[] = [];
  let channels = 32;
  const settings = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expansion, width, blocks, firstStride] of settings) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? firstStride : 1;
      const hidden = channels * expansion;
      const expanded = expansion === 1 ? tensor : network.conv(tensor, channels, hidden, { activation: 'Clip' });
      const filtered = network.conv(expanded, hidden, hidden, {
        kernel: 3,
        stride,
        groups: hidden,
        activation: 'Clip',
      });
      const projected = network.conv(filtered, hidden, width, { gain: 0.7 });
      tensor = stride === 1 && channels === width ? network.node('Add', [tensor, projected]) : projected;
      channels = width;
    }
    earlier.push(tensor);
  }
  return network.finish(file, network.conv(tensor, channels, 1280, { activation: 'Clip' }), 1280, earlier, options);
}

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly gain?: number;
  readonly activation?: 'Relu' | 'Clip';
}

class Layers {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: Record<string, OnnxTensor> = {};
  readonly #random: ReturnType<typeof xoroshiro128plus>;

  constructor(seed = 1) {
    this.#random = xoroshiro128plus(seed);
  }

  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const name = `/${op.toLowerCase()}_${String(this.#nodes.length)}`;
    const output = `${name}_output_0`;
    this.#nodes.push({ op, name, inputs, outputs: [output], attributes });
    return output;
  }

  conv(
    input: string,
    from: number,
    to: number,
    { kernel = 1, stride = 1, groups = 1, gain = 1, activation }: ConvOptions,
  ): string {
    const name = `conv_${String(this.#nodes.length)}`;
    const fanIn = (from / groups) * kernel * kernel;
    const pad = (kernel - 1) / 2;
    // He et al. 2015: variance 2 / fan-in keeps the scale of activations through rectified layers.
    this.#initializers[`${name}.weight`] = {
      dims: [to, from / groups, kernel, kernel],
      data: this.#uniform(to * fanIn, gain * Math.sqrt(6 / fanIn)),
    };
    this.#initializers[`${name}.bias`] = { dims: [to], data: this.#uniform(to, 0.1) };
    const output = this.node('Conv', [input, `${name}.weight`, `${name}.bias`], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      group: groups,
    });
    if (activation !== 'Clip') return activation === undefined ? output : this.node(activation, [output]);
    Object.assign(this.#initializers, { zero: { dims: [], data: [0] }, six: { dims: [], data: [6] } });
    return this.node('Clip', [output, 'zero', 'six']);
  }

  pool(input: string, kernel: number, stride: number): string {
    const pad = (kernel - 1) / 2;
    return this.node('MaxPool', [input], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  finish(
    file: string,
    last: string,
    units: number,
    earlier: readonly string[],
    { inputSize = 224, sparse = false }: RandomNetworkOptions,
  ): RandomNetwork {
    const tensor = sparse ? this.#sparsen(last) : last;
    const flat = this.node('Flatten', [this.node('GlobalAveragePool', [tensor])]);
    this.#initializers['head.weight'] = { dims: [units, 1000], data: this.#uniform(units * 1000, 0.02) };
    const scores = this.node('MatMul', [flat, 'head.weight']);
    const bytes = buildOnnxModel({
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: [{ name: 'images', dims: ['batch', 3, inputSize, inputSize] }],
      outputs: [{ name: scores, dims: ['batch', 1000] }],
    });
    writeFileSync(file, bytes);
    return { tensor, units, earlier };
  }

  /**
   * Keeps what lies above 1.45 times the mean of its own map, relative to each map as trained units respond to few
   * places.
   */
  #sparsen(tensor: string): string {
    this.#initializers.share = { dims: [], data: [1.45] };
    const mean = this.node('GlobalAveragePool', [tensor]);
    return this.node('Relu', [this.node('Sub', [tensor, this.node('Mul', [mean, 'share'])])]);
  }

  #uniform(length: number, limit: number): Float32Array {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index++) values[index] = (2 * uniformFloat32(this.#random) - 1) * limit;
    return values;
  }
}
