import { InputError } from '@intermodel/errors';
import { gatherBytes } from '../gather-pieces.ts';
import type { GraphNode, OnnxModel } from '../onnx-model.ts';
import { readText, walkFields, type ByteRange } from '../protobuf-reader.ts';
import { countedField, floatField, numberField, textField, type Piece } from '../protobuf-writer.ts';

/** Operator set in which a batch normalisation can put out what it measured, and the oldest that can be taken for it. */
const operatorSet = { measuring: 15, oldest: 13 } as const;

/** Tensors in which a normalisation puts out the mean and variance of its input. */
export interface MeasuredTensors {
  /** Mean of each channel. */
  readonly mean: string;
  /** Variance of each channel. */
  readonly variance: string;
}

/** Tensors of what a node measures. */
export function measuredTensors({ outputs }: GraphNode): MeasuredTensors {
  const [output = ''] = outputs;
  return { mean: `${output}/measured-mean`, variance: `${output}/measured-variance` };
}

/**
 * The graph with batch normalisations that normalise by mean and variance of the images they are given, and put these
 * out.
 *
 * @throws InputError `TWIN_UNKNOWN` for operator sets of before 2021, which have no such normalisation
 */
export function measuringGraph(model: OnnxModel): Uint8Array {
  const { source, graph } = model;
  const version = model.opsets.get('') ?? 0;
  if (version < operatorSet.oldest)
    throw new InputError('TWIN_UNKNOWN', `it normalises by stored statistics, in operator set ${String(version)}`, {
      file: model.file,
      expected: `operator set ${String(operatorSet.oldest)} or later, in which they can be measured anew`,
      hint: 'Export the model again with a later operator set, or with its normalisation folded into the convolutions.',
    });
  const pieces: Piece[] = [
    ...graph.nodes.flatMap((node): Piece[] =>
      node.operator === 'BatchNormalization' ? measuringNode(model, node) : [node],
    ),
    ...graph.others,
    ...graph.initializers,
    ...graph.inputs,
    ...graph.outputs,
    ...graph.annotations,
  ];
  const others = model.others.flatMap((part): Piece[] =>
    isOwnOperatorSet(model, part) && version < operatorSet.measuring
      ? countedField(8, numberField(2, operatorSet.measuring))
      : [part],
  );
  return gatherBytes(source, [...others, ...countedField(7, pieces), ...model.functions]);
}

/** Attributes that say whether and how a normalisation measures. */
const measuring = new Set(['momentum', 'training_mode', 'spatial']);

function measuringNode({ source }: OnnxModel, node: GraphNode): Piece[] {
  const message = [...walkFields(source, node)][0]?.value as ByteRange;
  let outputs = 0;
  const kept = [...walkFields(source, message)].filter((field) => {
    if (field.field === 2) return outputs++ === 0;
    if (field.field !== 5) return true;
    const name = [...walkFields(source, field.value)].find((each) => each.field === 1);
    return name === undefined || !measuring.has(readText(source, name));
  });
  const { mean, variance } = measuredTensors(node);
  return countedField(1, [
    ...kept,
    ...[...textField(2, mean), ...textField(2, variance)],
    // Without memory of what was stored.
    ...countedField(5, [...textField(1, 'momentum'), ...floatField(2, 0), ...numberField(20, 1)]),
    ...countedField(5, [...textField(1, 'training_mode'), ...numberField(3, 1), ...numberField(20, 2)]),
  ]);
}

function isOwnOperatorSet({ source }: OnnxModel, part: ByteRange): boolean {
  const [field] = [...walkFields(source, part)];
  if (field?.field !== 8) return false;
  const domain = [...walkFields(source, field.value)].find((each) => each.field === 1);
  return domain === undefined || ['', 'ai.onnx'].includes(readText(source, domain));
}
