import { rmSync } from 'node:fs';
import path from 'node:path';
import { constantBytes, onnxBytesMost, type ExternalData } from '@intermodel/onnx';
import { writeFileAtomically } from '@intermodel/streams';
import { referredTo, type AssembledGraph, type BuiltConstant } from './assemble-graph.ts';

/** Settings of {@link writeModel}. */
export interface WriteModelOptions {
  /**
   * Where the weights are: `inside`, so that the model stands alone (in FILE.data where they are too many for an ONNX
   * file), or `referred`: where they lie in the checkpoint, which must be in the folder of the model. @default 'inside'
   */
  readonly weights?: 'inside' | 'referred';
  /** Bytes beyond which weights are put beside the model. @default 2 GiB, the most that an ONNX file can hold */
  readonly insideBytesMost?: number;
}

/** Weights begin at multiples of this many bytes of FILE.data, so that the runtime may map them. */
const alignment = 4096;

/**
 * Writes a graph as an ONNX file, whole or not at all; one weight at a time is held.
 *
 * @returns the files that were written: the model, and that of its weights where they do not fit into it
 * @throws InputError `NETWORK_WEIGHTS_OUTSIDE`, and MachineError `WRITE_FAILED`.
 */
export function writeModel(built: AssembledGraph, file: string, options: WriteModelOptions = {}): string[] {
  const { weights = 'inside', insideBytesMost = onnxBytesMost } = options;
  if (weights === 'referred') {
    writeFileAtomically(file, built.placed(referredTo(path.dirname(file))).chunks());
    return [file];
  }
  const inside = built.placed(({ read }) => read);
  if (inside.byteLength <= insideBytesMost) {
    writeFileAtomically(file, inside.chunks());
    return [file];
  }
  const data = `${file}.data`;
  const places = placeBeside(built.constants, path.basename(data));
  writeFileAtomically(data, dataChunks(places));
  try {
    writeFileAtomically(file, built.placed((constant) => places.get(constant) ?? constant.read).chunks());
  } catch (error) {
    rmSync(data, { force: true });
    throw error;
  }
  return [file, data];
}

/** Places of constants in a file of their own, one after another; whole numbers, which shapes are made of, stay. */
function placeBeside(constants: readonly BuiltConstant[], location: string): Map<BuiltConstant, ExternalData> {
  const places = new Map<BuiltConstant, ExternalData>();
  let end = 0;
  for (const constant of constants) {
    if (constant.type === 'int64') continue;
    const offset = Math.ceil(end / alignment) * alignment;
    const length = constantBytes(constant);
    places.set(constant, { location, offset, length });
    end = offset + length;
  }
  return places;
}

function* dataChunks(places: ReadonlyMap<BuiltConstant, ExternalData>): Generator<Uint8Array> {
  let end = 0;
  for (const [constant, { offset, length = 0 }] of places) {
    if (offset > end) yield new Uint8Array(offset - end);
    yield constant.read();
    end = offset + length;
  }
}
