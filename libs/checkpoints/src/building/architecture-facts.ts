import { InputError, suggestName } from '@intermodel/errors';
import type { ArchitectureFacts, ArchitectureName } from '../architecture.ts';

/** Something that weights do not tell of a network. */
export interface ArchitectureFact {
  /** Its name. */
  readonly name: string;
  /** What it may be: one of these texts, or a number of a kind. */
  readonly values: readonly string[] | 'whole number' | 'positive whole number' | 'positive number';
  /** What it is where nobody says: `'required'` = it must be said, `'by weights'` = as {@link help} tells. */
  readonly missing: string | number;
  /** One sentence: what it is, and what it follows from where it is left out. */
  readonly help: string;
}

const epsilon = (missing: number, what: string): ArchitectureFact => ({
  name: 'epsilon',
  values: 'positive number',
  missing,
  help: `What ${what} adds to the variance.`,
});

/**
 * What weights do not tell of each kind of network: the one list that recipes and families are checked against. Facts
 * that weights do tell (depth, width, groups, patches, class tokens, registers) are not in it.
 */
export const architectureFacts: Readonly<Record<ArchitectureName, readonly ArchitectureFact[]>> = {
  resnet: [
    {
      name: 'padding',
      values: ['symmetric', 'same', 'same-pool'],
      missing: 'symmetric',
      help: "How convolutions and the stem's pooling pad: as many rows before as after, as TensorFlow's SAME does it (fewer before), or SAME for the max pool of the stem only.",
    },
    {
      name: 'stride',
      values: ['3x3', '1x1'],
      missing: '3x3',
      help: 'Which convolution of the first bottleneck of a stage has the stride: the one of 3 x 3, or the first of 1 x 1.',
    },
    {
      name: 'stemStride',
      values: 'positive whole number',
      missing: 'by weights',
      help: "Stride of the first convolution: 1 where it is the stem's only one and of 3 x 3 (as for CIFAR), else 2.",
    },
    {
      name: 'stemPadding',
      values: 'whole number',
      missing: 'by weights',
      help: 'Rows and columns of zeros around the image at the first convolution, also where `padding` says SAME of the others; left out, half of its size, rounded down, or SAME with these.',
    },
    {
      name: 'stemPool',
      values: ['max', 'avg', 'none'],
      missing: 'by weights',
      help: 'Pooling behind the stem: none behind a single convolution of 3 x 3 (as for CIFAR), else max of 3 x 3 with stride 2; `avg` is the mean of 2 x 2, as CLIP has it.',
    },
    {
      name: 'shortcut',
      values: ['projection', 'pool-projection', 'zeros'],
      missing: 'by weights',
      help: 'How a block that changes the size passes its input on: by a convolution of 1 x 1 with the stride, by the mean of 2 x 2 before one without, or by every second pixel with channels of zeros on both sides and no weights; `pool-projection` where the convolution is named `downsample.1`, else `projection`.',
    },
    {
      name: 'downsampling',
      values: ['stride', 'pool'],
      missing: 'stride',
      help: 'How the first block of a stage halves the map: by the stride of a convolution, or by the mean of 2 x 2 behind the second convolution, as CLIP does it.',
    },
    {
      name: 'dilatedStages',
      values: 'whole number',
      missing: 0,
      help: "How many of the last stages, 0 to 3, keep the size of the map and dilate instead, as torchvision's `replace_stride_with_dilation` for these: each doubles the dilation, which holds from its second block on.",
    },
    {
      name: 'basicDilation',
      values: ['block', 'convolution'],
      missing: 'by weights',
      help: 'What has half of the dilation in the first block of a stage that dilates, where blocks have two convolutions: the whole block, or the convolution alone that would have the stride, as in the scene parsing networks of CSAIL; left out, the block.',
    },
    epsilon(1e-5, 'batch normalisation'),
  ],
  vit: [
    {
      name: 'heads',
      values: 'positive whole number',
      missing: 'required',
      help: 'Heads of attention of each block.',
    },
    {
      name: 'activation',
      values: ['gelu', 'gelu-tanh', 'quick-gelu'],
      missing: 'gelu',
      help: 'Function between the two layers of an MLP: GELU, its approximation by tanh, or x * sigmoid(1.702 x) of CLIP; blocks of three layers (SwiGLU) have none of these.',
    },
    epsilon(1e-6, 'layer normalisation'),
    {
      name: 'positions',
      values: ['table', 'rotary', 'none'],
      missing: 'by weights',
      help: 'What tells tokens their places: a table of weights (`pos_embed`), rotation of queries and keys as in DINOv3 (where `rope.periods` is among the weights), or nothing; it must be said where neither is among the weights.',
    },
    {
      name: 'positionResampling',
      values: ['bicubic', 'bicubic-offset', 'bicubic-antialias'],
      missing: 'bicubic',
      help: "How the table of positions is resampled to another input size: PyTorch's bicubic interpolation, with the scale of a grid that is larger by 0.1 (as DINO and DINOv2 without registers), or with antialiasing (as DINOv2 with registers and timm).",
    },
    {
      name: 'rotaryBase',
      values: 'positive number',
      missing: 100,
      help: 'Base of the periods of rotary positions, where the weights hold no periods.',
    },
    {
      name: 'pool',
      values: ['token', 'average'],
      missing: 'by weights',
      help: 'What a head reads: the class token where there is one and no `fc_norm`, or the mean of the tokens of the image.',
    },
  ],
  convnext: [epsilon(1e-6, 'layer normalisation')],
  vgg: [epsilon(1e-5, 'batch normalisation')],
  alexnet: [],
  squeezenet: [],
};

/** What is known of a network: each fact of its kind, undefined where it follows from the weights. */
export type CheckedFacts = ReadonlyMap<string, string | number | undefined>;

/**
 * Checks facts against the list of the architecture, and fills in what has a default.
 *
 * @throws InputError `NETWORK_FACT_UNKNOWN`, `NETWORK_FACT_VALUE`, `NETWORK_FACT_MISSING`.
 */
export function checkFacts(architecture: ArchitectureName, facts: ArchitectureFacts): CheckedFacts {
  const known = architectureFacts[architecture];
  for (const name of Object.keys(facts)) {
    const names = known.map((fact) => fact.name);
    if (names.includes(name)) continue;
    throw new InputError('NETWORK_FACT_UNKNOWN', `a network of the kind ${architecture} has no fact "${name}"`, {
      expected: names.length === 0 ? 'no facts' : names.join(', '),
      hint: names.length === 0 ? 'Leave it out.' : suggestName(name, names),
    });
  }
  return new Map(known.map((fact) => [fact.name, checkFact(architecture, fact, facts[fact.name])]));
}

/** Tells that a fact must be said, with what it may be. */
export function factMissing(architecture: ArchitectureName, fact: ArchitectureFact, why: string): InputError {
  return new InputError('NETWORK_FACT_MISSING', `"${fact.name}" of this ${architecture} is not known: ${why}`, {
    expected: allowed(fact),
    hint: `Say it, as the authors of the network have it: ${fact.help}`,
  });
}

/** Tells that a fact cannot be what it is for the weights that there are. */
export function factImpossible(
  architecture: ArchitectureName,
  { name, help }: ArchitectureFact,
  value: string | number,
  { why, expected }: { readonly why: string; readonly expected: string },
): InputError {
  return new InputError('NETWORK_FACT_VALUE', `"${name}" of this ${architecture} cannot be ${String(value)}: ${why}`, {
    expected,
    hint: help,
  });
}

function checkFact(
  architecture: ArchitectureName,
  fact: ArchitectureFact,
  value: string | number | boolean | undefined,
): string | number | undefined {
  if (value === undefined) {
    if (fact.missing === 'required') throw factMissing(architecture, fact, 'weights do not tell it');
    return fact.missing === 'by weights' ? undefined : fact.missing;
  }
  if (typeof value !== 'boolean' && isAllowed(fact, value)) return value;
  throw new InputError('NETWORK_FACT_VALUE', `"${fact.name}" of this ${architecture} cannot be ${String(value)}`, {
    expected: allowed(fact),
    hint: fact.help,
  });
}

function isAllowed({ values }: ArchitectureFact, value: string | number): boolean {
  if (typeof values !== 'string') return typeof value === 'string' && values.includes(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (values === 'positive number') return value > 0;
  return Number.isInteger(value) && value >= (values === 'positive whole number' ? 1 : 0);
}

function allowed({ values }: ArchitectureFact): string {
  return typeof values === 'string' ? `a ${values}` : values.join(', ');
}
