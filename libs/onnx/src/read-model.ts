import { InputError } from '@intermodel/errors';
import { memoryBytes, openByteFile, type ByteSource } from './byte-source.ts';
import type { Graph, LocalFunction, OnnxModel } from './onnx-model.ts';
import {
  ProtobufError,
  readInteger,
  readText,
  walkFields,
  type ByteRange,
  type ProtobufField,
} from './protobuf-reader.ts';
import { readEntry, readFunction, readGraph } from './read-graph.ts';

/** Wire types of the fields of `ModelProto`, by number. */
const modelFields: ReadonlyMap<number, number> = new Map([
  [1, 0], // ir_version
  [2, 2], // producer_name
  [3, 2], // producer_version
  [4, 2], // domain
  [5, 0], // model_version
  [6, 2], // doc_string
  [7, 2], // graph
  [8, 2], // opset_import
  [14, 2], // metadata_props
  [20, 2], // training_info
  [25, 2], // functions
  [26, 2], // configuration
]);

/**
 * Reads what a model file says of its graph: nodes, tensors, constants by range, operator sets. Weights are jumped
 * over, so that a file of several hundred megabytes takes milliseconds and its memory that of the names.
 *
 * @param file path of the model
 * @param graph an ONNX graph that stands for a file which is none itself, such as a checkpoint whose bytes are the
 *   graph's external data; its places are relative to the folder of `file`
 * @throws InputError `MODEL_MISSING`, `MODEL_UNREADABLE`, `MODEL_NOT_ONNX`, `MODEL_TRUNCATED` or `MODEL_CORRUPT`.
 */
export function readModel(file: string, graph?: Uint8Array): OnnxModel {
  return graph === undefined ? parseModel(openByteFile(file), file) : readModelBytes(graph, file);
}

/**
 * Reads a model that lies in memory; `file` names it in messages, and its folder is where external data is looked for.
 */
export function readModelBytes(bytes: Uint8Array, file: string): OnnxModel {
  return parseModel(memoryBytes(bytes), file, bytes);
}

function parseModel(source: ByteSource, file: string, memory?: Uint8Array): OnnxModel {
  const fields = topFields(source, file);
  const graphField = fields.find(({ field }) => field === 7);
  if (graphField === undefined)
    throw fields.some(({ field }) => field === 8)
      ? notOnnx(source, file, 'it holds no graph')
      : truncated(file, 'it ends before the graph');
  try {
    const contents = readContents(source, fields, graphField);
    if (contents.opsets.size === 0) throw truncated(file, 'it ends before the operator sets');
    return { file, source, memory, ...contents };
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new InputError('MODEL_CORRUPT', `the model's graph cannot be read: ${cause.message}`, {
      file,
      hint: 'Export or download the model again.',
      cause,
    });
  }
}

function topFields(source: ByteSource, file: string): ProtobufField[] {
  const fields: ProtobufField[] = [];
  if (source.length === 0) throw notOnnx(source, file, 'it is empty');
  try {
    for (const field of walkFields(source, { start: 0, end: source.length })) {
      const wireType = modelFields.get(field.field);
      if (wireType === undefined ? !fields.some((earlier) => earlier.field === 7) : wireType !== field.wireType)
        throw notOnnx(source, file, 'its fields are not those of a model');
      fields.push(field);
    }
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw cause.truncated && fields.length > 0
      ? truncated(file, cause.message, cause)
      : notOnnx(source, file, cause.message, cause);
  }
  return fields;
}

function readContents(
  source: ByteSource,
  fields: readonly ProtobufField[],
  graphField: ProtobufField,
): Omit<OnnxModel, 'file' | 'source' | 'memory'> {
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: LocalFunction[] = [];
  const others: ByteRange[] = [];
  let irVersion = 0;
  for (const field of fields) {
    if (field.field === 1) irVersion = readInteger(source, field);
    else if (field.field === 8) opsets.set(...readOperatorSet(source, field));
    else if (field.field === 14) metadata.set(...readEntry(source, field));
    else if (field.field === 25) functions.push(readFunction(source, field));
    // Training information is of no use for inference, and may hold a second set of weights.
    if (![7, 20, 25].includes(field.field)) others.push(field);
  }
  const graph: Graph = readGraph(source, graphField.value);
  return { irVersion, opsets, metadata, functions, others, graph };
}

function readOperatorSet(source: ByteSource, { value }: ProtobufField): [domain: string, version: number] {
  let [domain, version] = ['', 0];
  for (const field of walkFields(source, value)) {
    if (field.field === 1) domain = readText(source, field).replace(/^ai\.onnx$/u, '');
    else if (field.field === 2) version = readInteger(source, field);
  }
  return [domain, version];
}

function notOnnx(source: ByteSource, file: string, reason: string, cause?: unknown): InputError {
  const head = Buffer.from(source.read(0, Math.min(source.length, 64))).toString('latin1');
  const hint = head.startsWith('version https://git-lfs')
    ? 'This is a pointer of Git LFS, not the file itself: run "git lfs pull".'
    : /^\s*<(?:!doctype\s+html|html|\?xml)/iu.test(head)
      ? 'This is a web page that came instead of the file: download the file itself.'
      : 'Export the model to ONNX, for example with torch.onnx.export(), or name its checkpoint.';
  return new InputError('MODEL_NOT_ONNX', `the file is not an ONNX model: ${reason}`, {
    file,
    expected: 'an .onnx file',
    hint,
    cause,
  });
}

function truncated(file: string, reason: string, cause?: unknown): InputError {
  return new InputError('MODEL_TRUNCATED', `the model file is cut off: ${reason}`, {
    file,
    hint: 'Copy or download the file again.',
    cause,
  });
}
