import { InputError } from '@intermodel/errors';
import { Tensor } from 'onnxruntime-node';
import { cutGraph } from '../cut-graph.ts';
import { halvesFromFloats } from '../half-floats.ts';
import { describeInput, type FreeSizes, type ModelInput } from '../model-input.ts';
import { createSession, float32Values } from '../open-session.ts';
import { readModelBytes } from '../read-model.ts';
import { runtimeError } from '../runtime-errors.ts';
import { measuredTensors, measuringGraph } from './measuring-graph.ts';
import { constantFinder, isInFile, overwrite } from './untrained-twin.ts';

/** Whether a graph normalises by stored statistics, which {@link measureNormalisation} measures. */
export function hasStoredStatistics(bytes: Uint8Array, file: string): boolean {
  return readModelBytes(bytes, file).graph.nodes.some(({ operator }) => operator === 'BatchNormalization');
}

/** Options of {@link measureNormalisation}. */
export interface MeasureNormalisationOptions {
  /** ONNX file with its weights. */
  readonly bytes: Uint8Array;
  /** Name of the file, for messages. */
  readonly file: string;
  /** Gives images as the model takes them, one after the other, for its input. */
  readonly images: (input: ModelInput) => Float32Array;
  /** How many there are. */
  readonly count: number;
  /** Size of the images where the file leaves it free. @default square */
  readonly inputSize?: FreeSizes;
}

/**
 * Sets the statistics of all batch normalisations to mean and variance over some images, each measured behind the
 * normalisations before it, as they are while a network is trained: in one run, which holds all images together.
 *
 * @returns an ONNX file of the same length
 * @throws InputError `TWIN_UNKNOWN` where statistics do not lie in the file, or its operator set is too old
 */
export async function measureNormalisation({
  bytes,
  file,
  images,
  count,
  inputSize,
}: MeasureNormalisationOptions): Promise<Uint8Array> {
  const measured = Uint8Array.from(bytes);
  const { graph } = readModelBytes(bytes, file);
  const nodes = graph.nodes.filter(({ operator }) => operator === 'BatchNormalization');
  if (nodes.length === 0) return measured;
  const model = readModelBytes(measuringGraph(readModelBytes(bytes, file)), file);
  const tensors = nodes.map(measuredTensors);
  const names = tensors.flatMap(({ mean, variance }) => [mean, variance]);
  const input = describeInput(file, cutGraph(model, names), inputSize);
  const { name, type } = input;
  const values = images(input);
  const sizes = [count, ...input.dims(values.length / count)];
  const session = await createSession(file, cutGraph(model, names, { inputDims: new Map([[name, sizes]]) }), {});
  try {
    const data = type === 'float16' ? halvesFromFloats(values) : type === 'uint8' ? Uint8Array.from(values) : values;
    const results = await session.run({ [name]: new Tensor(type, data, sizes) }).catch((cause: unknown) => {
      throw runtimeError(file, cause);
    });
    const constantOf = constantFinder(graph);
    const set = (tensor: string | undefined, result: string) => {
      const constant = constantOf(tensor);
      const tensorOfResult = results[result];
      if (constant === undefined || tensorOfResult === undefined || !isInFile(constant))
        throw new InputError('TWIN_UNKNOWN', 'statistics of a normalisation do not lie in the file as floats', {
          file,
          ...(tensor === undefined ? {} : { column: tensor, columnIs: 'tensor' as const }),
          expected: 'constants in the file, float32 or float16',
          hint: 'Export the model again for inference, with its weights in the file.',
        });
      const numbers = float32Values(tensorOfResult);
      overwrite(measured, constant, (at) => numbers[at] as number);
    };
    nodes.forEach(({ inputs }, index) => {
      const own = tensors[index];
      set(inputs[3], own?.mean ?? '');
      set(inputs[4], own?.variance ?? '');
    });
  } finally {
    await session.release();
  }
  return measured;
}
