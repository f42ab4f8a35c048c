import { InputError } from '@intermodel/errors';
import type { ArchitectureFacts } from '../architecture.ts';
import { assembleGraph, type AssembledGraph } from '../building/assemble-graph.ts';
import { GraphDraft } from '../building/graph-draft.ts';
import { drawResnet } from '../building/resnet.ts';
import { TakenFacts } from '../building/taken-facts.ts';
import { checkCounts, checkWidths } from './check-shapes.ts';
import { decideColours, decideParsing } from './decide-in-graph.ts';
import { drawPyramidPooling } from './draw-pyramid-pooling.ts';
import { drawUpernet, type ParsingLogits } from './draw-upernet.ts';
import { averagePooling } from './linear-maps.ts';
import type { ColourClasses, ParsingClasses, SegmenterClasses } from './segmenter-classes.ts';
import { mapLinearly, resizeLinearly } from './segmenter-draft.ts';
import type { SegmenterWeights } from './segmenter-weights.ts';

/** Settings of {@link buildSegmenter}. */
export interface BuildSegmenterOptions {
  /** File that the classes were read from, for messages. */
  readonly labels: string;
  /** Rows and columns of the images that go in. @default 224 */
  readonly side?: number;
  /** Whether logits are put out in place of classes. @default false */
  readonly logits?: boolean;
  /** Whether networks of another width than the published ones are meant. @default false: they are refused */
  readonly anyWidth?: boolean;
  /** Metadata that is written into the model. @default none */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A head of a segmentation network, as its graph puts it out. */
export interface SegmenterOutput {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Number of its classes. */
  readonly classes: number;
}

/** A segmentation network as a graph. */
export interface BuiltSegmenter extends AssembledGraph {
  /** Image that goes in: values 0 to 255 in order red, green, blue; rows and columns. */
  readonly input: { readonly name: string; readonly side: number };
  /** What comes out: class numbers, images x rows x columns, or logits, images x classes x rows x columns. */
  readonly outputs: readonly SegmenterOutput[];
  /** Rows and columns of what comes out: a quarter of what goes in. */
  readonly cells: number;
  /** Weights that the network has no place for. */
  readonly unused: readonly string[];
}

/** Rows and columns of the images that the networks see, whatever goes in. */
const networkSide = 256;
/** Subtracted from blue, green and red of unified parsing. */
const parsingMean = [102.9801, 115.9465, 122.7717];

/**
 * Makes one graph of a segmentation network: images of 0 to 255 as they are cropped, preprocessing as published (order
 * of channels, means, and average pooling to 256 x 256, also where that enlarges), encoder, decoder, classes at a
 * quarter of the image. No weights are read.
 *
 * @throws InputError `SEGMENTER_WIDTH`, `SEGMENTER_CLASSES`, `SEGMENTER_SIDE`, `NETWORK_WEIGHT_MISSING`,
 *   `NETWORK_WEIGHT_SHAPE`, `NETWORK_WEIGHT_TYPE`.
 */
export function buildSegmenter(
  found: SegmenterWeights,
  classes: SegmenterClasses,
  { labels, side = 224, logits = false, anyWidth = false, metadata }: BuildSegmenterOptions,
): BuiltSegmenter {
  if (!anyWidth) checkWidths(found);
  checkCounts(found, classes, labels);
  if (!Number.isInteger(side) || side < 4 || side > 4096)
    throw new InputError('SEGMENTER_SIDE', `${String(side)} is no side of an image`, {
      expected: 'a whole number of pixels from 4 to 4096, such as 224',
      hint: 'Correct `importSize`.',
    });
  const cells = Math.floor(side / 4);
  const draft = new GraphDraft(found.weights);
  const heads = placingErrors(found, () => drawHeads(draft, classes, side));
  const atCells = (head: string, name: string) => resizeLinearly(draft, head, name, cells);
  let outputs: readonly SegmenterOutput[];
  if (heads.network === 'unified-parsing') {
    const { object, material, part } = heads.logits;
    const logitsOf = {
      object: atCells(object, logits ? 'object' : 'object.logits'),
      material: atCells(material, logits ? 'material' : 'material.logits'),
      part: atCells(part, logits ? 'part' : 'part.logits'),
    };
    if (!logits) decideParsing(draft, logitsOf, heads.classes);
    outputs = parsingOutputs(heads.classes);
  } else {
    const { classes: count, categories } = heads.classes;
    const logitsOf = atCells(heads.logits, 'logits');
    if (!logits) decideColours(draft, logitsOf, heads.classes);
    outputs = (logits ? ['logits'] : categories.map(({ name }) => name)).map((tensor) => ({ tensor, classes: count }));
  }
  const assembled = assembleGraph(draft, {
    name: found.network,
    dtype: 'float32',
    input: { name: inputName, type: 'float32', dims: ['batch', 3, side, side] },
    outputs: outputs.map(({ tensor, classes: count }) =>
      logits
        ? { name: tensor, type: 'float32', dims: ['batch', count, cells, cells] }
        : { name: tensor, type: 'int64', dims: ['batch', cells, cells] },
    ),
    metadata,
  });
  return { ...assembled, input: { name: inputName, side }, outputs, cells, unused: draft.unused() };
}

const inputName = 'image';

function parsingOutputs({ objects, materials, owners }: ParsingClasses): SegmenterOutput[] {
  return [
    { tensor: 'object', classes: objects },
    { tensor: 'material', classes: materials },
    { tensor: 'part', classes: owners.reduce((sum, { parts }) => sum + parts, 0) },
  ];
}

type DrawnHeads =
  | { readonly network: 'unified-parsing'; readonly logits: ParsingLogits; readonly classes: ParsingClasses }
  | { readonly network: 'colours'; readonly logits: string; readonly classes: ColourClasses };

/** The network from the image to the logits of its heads. */
function drawHeads(draft: GraphDraft, classes: SegmenterClasses, side: number): DrawnHeads {
  const image = prepareImage(draft, classes, side);
  const dilated: ArchitectureFacts = { dilatedStages: 2, basicDilation: 'convolution' };
  const facts = new TakenFacts('resnet', classes.network === 'colours' ? dilated : {});
  drawResnet({ draft, facts, input: image, size: { height: networkSide, width: networkSide }, head: false });
  return classes.network === 'colours'
    ? { network: classes.network, logits: drawPyramidPooling(draft, networkSide / 8), classes }
    : { network: classes.network, logits: drawUpernet(draft, networkSide / 32), classes };
}

/**
 * Brings an image of 0 to 255 to what a network was trained on. Order of channels, means and pooling of pixels are linear
 * and go in any order; each pixel is prepared before it is pooled, as published.
 */
function prepareImage(draft: GraphDraft, classes: SegmenterClasses, side: number): string {
  const isParsing = classes.network === 'unified-parsing';
  const { order, scale, mean, std } = isParsing
    ? ({ order: 'bgr', scale: 1, mean: parsingMean, std: [1, 1, 1] } as const)
    : { ...classes, scale: 255 };
  const constant = (name: string, values: readonly number[]) =>
    draft.floats(name, [1, 3, 1, 1], () => Float32Array.from(values));
  const ordered =
    order === 'rgb'
      ? inputName
      : draft.add('Gather', [inputName, draft.integers('image.order', [2, 1, 0])], 'image.bgr', { axis: 1 });
  // Means and deviations as published are of values from 0 to 1 for colours.
  const means = constant(
    'image.mean',
    mean.map((value) => value * scale),
  );
  let prepared = draft.add('Sub', [ordered, means], 'image.centred');
  if (!isParsing) {
    const deviations = constant(
      'image.deviation',
      std.map((value) => value * scale),
    );
    prepared = draft.add('Div', [prepared, deviations], 'image.scaled');
  }
  return side === networkSide
    ? prepared
    : mapLinearly(draft, prepared, 'image.pooled', averagePooling(side, networkSide));
}

/** Errors about weights name the file that these are in. */
function placingErrors<Result>({ encoder, decoder }: SegmenterWeights, draw: () => Result): Result {
  try {
    return draw();
  } catch (error) {
    if (!(error instanceof InputError) || error.details.columnIs !== 'tensor') throw error;
    const isOfEncoder = /^(?:conv\d|bn\d|layer\d)\./u.test(error.details.column ?? '');
    throw error.at((isOfEncoder ? encoder : decoder).file);
  }
}
