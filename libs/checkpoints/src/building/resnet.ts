import type { DrawInput, Drawn, Maps } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { classifyMeans, convolve, halfOf, normaliseBatch, windowAttributes, type Window } from './operators.ts';
import type { TakenFacts } from './taken-facts.ts';

/**
 * Draws up a residual network by torchvision's names: `conv1 bn1 layer1.0.conv1 … fc`. Depth, width, groups and the kind
 * of block follow from the weights, and so do the stems: one convolution, three in a row (`conv1 conv2 conv3`, as CLIP),
 * or three in one sequence (`conv1.0 conv1.3 conv1.6`, as timm).
 */
export function drawResnet({ draft, facts, input, size }: DrawInput): Drawn {
  const epsilon = facts.number('epsilon');
  const [first] = stemConvolutions(draft);
  const channels = draft.kernel(`${first.convolution}.weight`).perGroup;
  let maps = drawStem(draft, facts, { name: input, channels }, epsilon);
  let dilation = 1;
  for (const { stage, isDilated } of stages(draft, facts))
    for (let block = 0; block < draft.blockCount(`layer${String(stage)}.`); block++) {
      const stride = block === 0 && stage > 1 && !isDilated ? 2 : 1;
      const name = `layer${String(stage)}.${String(block)}`;
      const isFirst = block === 0;
      maps = drawBlock(draft, facts, maps, { name, stride, dilation, isDilated, isFirst, epsilon });
      // The first block of a stage has the dilation of the stage before.
      if (isDilated && isFirst) dilation *= 2;
    }
  const head = draft.has('fc.weight') ? classifyMeans(draft, maps.name, 'fc', maps.channels) : undefined;
  return { channels, size, head };
}

interface Stage {
  /** Its number, from 1. */
  readonly stage: number;
  /** Whether it keeps the size of the map and dilates instead. */
  readonly isDilated: boolean;
}

/** The stages; without any, the first block of the first is what is missing. */
function stages(draft: GraphDraft, facts: TakenFacts): Stage[] {
  const found = [1];
  while (draft.indices(`layer${String(found.length + 1)}.`).length > 0) found.push(found.length + 1);
  const strided = found.length - facts.number('dilatedStages');
  if (strided < 1)
    throw facts.impossible(
      'dilatedStages',
      `it has ${String(found.length)} stages, of which the first has no stride`,
      `at most ${String(found.length - 1)}`,
    );
  if (strided < found.length && facts.text('downsampling') === 'pool')
    throw facts.impossible('dilatedStages', 'a mean halves its maps (`downsampling: pool`)', withoutMeans);
  return found.map((stage) => ({ stage, isDilated: stage > strided }));
}

/** Code that dilates differs in what becomes of means of 2 x 2: left out, or taken of overlapping pixels. */
const withoutMeans = '0 where a mean of 2 x 2 goes with the stride: what becomes of it without one differs';

interface Block {
  readonly name: string;
  readonly stride: number;
  /** Pixels from one value of a kernel to the next. */
  readonly dilation: number;
  /** Whether its stage dilates. */
  readonly isDilated: boolean;
  /** Whether it is the first of its stage. */
  readonly isFirst: boolean;
  readonly epsilon: number;
}

function drawStem(draft: GraphDraft, facts: TakenFacts, image: Maps, epsilon: number): Maps {
  const convolutions = stemConvolutions(draft);
  const [first] = convolutions;
  const rows = rowsOf(draft, first.convolution);
  const isSmall = convolutions.length === 1 && rows <= 3;
  const stride = facts.number('stemStride', isSmall ? 1 : 2);
  // What is said of the stem goes over what is said of all.
  const isSame = facts.text('padding') === 'same' && !facts.isGiven('stemPadding');
  const padding = isSame ? 'same' : facts.number('stemPadding', halfOf(rows));
  let maps = image;
  for (const { convolution, normalisation, activation } of convolutions) {
    const window: Window =
      convolution === first.convolution ? { stride, padding } : { padding: halfOf(rowsOf(draft, convolution)) };
    const { output, filters } = convolve(draft, maps.name, convolution, maps, window);
    const normalised = normaliseBatch(draft, output, normalisation, filters, epsilon);
    maps = { name: draft.add('Relu', [normalised], activation), channels: filters };
  }
  draft.layer(maps.name, 'map', maps.channels);
  const pool = facts.text('stemPool', isSmall ? 'none' : 'max');
  if (pool === 'none') return maps;
  const pooled =
    pool === 'max'
      ? draft.add(
          'MaxPool',
          [maps.name],
          'maxpool',
          windowAttributes([3, 3], { stride: 2, padding: facts.text('padding') === 'symmetric' ? 1 : 'same' }),
        )
      : draft.add('AveragePool', [maps.name], 'avgpool.stem', windowAttributes([2, 2], { stride: 2 }));
  return { name: draft.layer(pooled, 'map', maps.channels), channels: maps.channels };
}

const rowsOf = (draft: GraphDraft, convolution: string) => draft.kernel(`${convolution}.weight`).size[0] ?? 0;

interface StemConvolution {
  readonly convolution: string;
  readonly normalisation: string;
  readonly activation: string;
}

function stemConvolutions(draft: GraphDraft): readonly [StemConvolution, ...StemConvolution[]] {
  if (draft.has('conv1.0.weight'))
    return [
      { convolution: 'conv1.0', normalisation: 'conv1.1', activation: 'conv1.2' },
      { convolution: 'conv1.3', normalisation: 'conv1.4', activation: 'conv1.5' },
      { convolution: 'conv1.6', normalisation: 'bn1', activation: 'act1' },
    ];
  const numbers = draft.has('conv2.weight') || draft.has('conv3.weight') ? ['2', '3'] : [];
  const named = (number: string) => ({
    convolution: `conv${number}`,
    normalisation: `bn${number}`,
    activation: `relu${number}`,
  });
  return [named('1'), ...numbers.map(named)];
}

function drawBlock(draft: GraphDraft, facts: TakenFacts, maps: Maps, block: Block): Maps {
  const { name, stride, dilation, isDilated, isFirst, epsilon } = block;
  const isBottleneck = draft.has(`${name}.conv3.weight`);
  const convolutions = isBottleneck ? [1, 2, 3] : [1, 2];
  const pools = stride > 1 && facts.text('downsampling') === 'pool';
  // The convolution that has the stride: none where a mean halves the map.
  const strided = pools ? 0 : isBottleneck && facts.text('stride') === '3x3' ? 2 : 1;
  const isSaid = facts.isGiven('basicDilation');
  const isMixed = isDilated && !isBottleneck && isSaid && facts.text('basicDilation') === 'convolution';
  if (isDilated && !isBottleneck && !isSaid)
    facts.assume(
      'dilation',
      'Both convolutions of a basic block have the dilation of the block: torchvision has no such networks, and others differ.',
    );
  let branch = maps;
  for (const number of convolutions) {
    const convolution = `${name}.conv${String(number)}`;
    const { perGroup } = draft.kernel(`${convolution}.weight`);
    const rows = rowsOf(draft, convolution);
    // The convolution that would have the stride is behind in dilation.
    const spread = isMixed && isFirst && number !== strided ? 2 * dilation : dilation;
    const window: Window = {
      stride: number === strided ? stride : 1,
      // What is dilated has no stride, so that SAME is as much before as after.
      padding: facts.text('padding') === 'same' && spread === 1 ? 'same' : spread * halfOf(rows),
      dilation: rows > 1 ? spread : 1,
    };
    const groups = groupsOf(branch.channels, perGroup);
    const { output, filters } = convolve(draft, branch.name, convolution, branch, { ...window, groups });
    let result = normaliseBatch(draft, output, `${name}.bn${String(number)}`, filters, epsilon);
    if (number < convolutions.length) result = draft.add('Relu', [result], `${name}.relu${String(number)}`);
    if (pools && number === 2)
      result = draft.add('AveragePool', [result], `${name}.avgpool`, windowAttributes([stride, stride], { stride }));
    branch = { name: result, channels: filters };
  }
  const shortcut = drawShortcut(draft, facts, maps, block, branch.channels);
  const sum = draft.add('Add', [branch.name, shortcut], `${name}.sum`);
  return { name: draft.layer(draft.add('Relu', [sum], name), 'map', branch.channels), channels: branch.channels };
}

/** Groups of a convolution whose filters see so many of the channels; one where these do not divide them. */
function groupsOf(channels: number, perGroup: number): number {
  return perGroup > 0 && channels % perGroup === 0 ? channels / perGroup : 1;
}

function drawShortcut(
  draft: GraphDraft,
  facts: TakenFacts,
  maps: Maps,
  { name, stride, isDilated, epsilon }: Block,
  channels: number,
): string {
  const downsample = `${name}.downsample`;
  const [first, second, third] = ['0', '1', '2'].map((index) => `${downsample}.${index}`) as [string, string, string];
  // The mean comes first in the sequence where authors count it.
  const isCounted = draft.has(`${second}.weight`) && draft.shape(`${second}.weight`).length === 4;
  const isProjected = isCounted || draft.has(`${first}.weight`);
  if (!isProjected && stride === 1 && channels === maps.channels) return maps.name;
  if (!isProjected && !facts.isGiven('shortcut'))
    throw facts.missing(
      'shortcut',
      `${name} changes the size of its input, and there are no weights "${first}.weight"`,
    );
  const kind = facts.text('shortcut', isCounted ? 'pool-projection' : 'projection');
  if (kind === 'zeros') return drawZeros(draft, maps, name, stride, channels);
  const pools = kind === 'pool-projection';
  if (pools && isDilated)
    throw facts.impossible('dilatedStages', `the shortcut of ${name} has a mean (\`pool-projection\`)`, withoutMeans);
  const pooled =
    pools && stride > 1
      ? draft.add('AveragePool', [maps.name], `${downsample}.pool`, {
          ...windowAttributes([stride, stride], { stride }),
          // The other branch rounds up where a convolution has the stride, and down where it is pooled.
          ceil_mode: facts.text('downsampling') === 'stride' ? 1 : 0,
        })
      : maps.name;
  const [convolution, normalisation] = isCounted ? [second, third] : [first, second];
  const { output } = convolve(
    draft,
    pooled,
    convolution,
    { channels: maps.channels, filters: channels },
    { stride: pools ? 1 : stride },
  );
  return normaliseBatch(draft, output, normalisation, channels, epsilon);
}

/** Every second pixel, with channels of zeros on both sides. */
function drawZeros(draft: GraphDraft, maps: Maps, name: string, stride: number, channels: number): string {
  // Channels can be added so, but not taken away.
  if (channels < maps.channels) draft.weight(`${name}.downsample.0.weight`, [channels, maps.channels, 1, 1]);
  const before = Math.floor((channels - maps.channels) / 2);
  const shortcut = `${name}.shortcut`;
  const strided =
    stride === 1
      ? maps.name
      : draft.add(
          'Slice',
          [
            maps.name,
            draft.integers(`${shortcut}.starts`, [0, 0]),
            draft.integers(`${shortcut}.ends`, [2 ** 31, 2 ** 31]),
            draft.integers(`${shortcut}.axes`, [2, 3]),
            draft.integers(`${shortcut}.steps`, [stride, stride]),
          ],
          `${shortcut}.strided`,
        );
  const pads = draft.integers(`${shortcut}.pads`, [0, before, 0, 0, 0, channels - maps.channels - before, 0, 0]);
  return draft.add('Pad', [strided, pads], shortcut);
}
