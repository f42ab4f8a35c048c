import { InputError } from '@intermodel/errors';
import type { Checkpoint } from '../checkpoint.ts';
import { tensorsBelow } from '../recognising/dictionaries.ts';
import { stripPrefixes, wrapperPrefixes } from '../recognising/strip-prefixes.ts';
import type { Tensor } from '../tensor.ts';
import type { SegmenterNetworkName } from './segmenter-classes.ts';

/** Titles of the networks. */
export const segmenterTitles: Readonly<Record<SegmenterNetworkName, string>> = {
  'unified-parsing': 'unified parsing (ResNet-50 and UPerNet)',
  colours: 'colours (dilated ResNet-18 and pyramid pooling)',
};

/** Where the networks are published. */
export const segmenterSources: Readonly<Record<SegmenterNetworkName, string>> = {
  'unified-parsing': 'https://github.com/CSAILVision/unifiedparsing',
  colours: 'https://github.com/davidbau/dissect',
};

/** Both halves of a segmentation network, as they were found in files. */
export interface SegmenterWeights {
  /** The network, by its keys. */
  readonly network: SegmenterNetworkName;
  /** File of the encoder. */
  readonly encoder: Checkpoint;
  /** File of the decoder. */
  readonly decoder: Checkpoint;
  /** Tensors of both by their names; no name is in both. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Those of them that a graph may need. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Names that are no part of the graph, and why. */
  readonly dropped: ReadonlyMap<string, string>;
}

interface Half {
  readonly network: SegmenterNetworkName;
  readonly part: 'encoder' | 'decoder';
  readonly checkpoint: Checkpoint;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Keys that each half has and no other; the first that fits holds. */
const signs: readonly {
  readonly network: SegmenterNetworkName;
  readonly part: Half['part'];
  readonly keys: readonly string[];
}[] = [
  { network: 'unified-parsing', part: 'decoder', keys: ['ppm_last_conv.0.weight', 'fpn_in.0.0.weight'] },
  { network: 'colours', part: 'decoder', keys: ['ppm.0.1.weight', 'conv_last.0.weight'] },
  {
    network: 'unified-parsing',
    part: 'encoder',
    keys: ['conv3.weight', 'layer1.0.conv3.weight', 'layer4.0.conv1.weight'],
  },
  { network: 'colours', part: 'encoder', keys: ['conv3.weight', 'layer1.0.conv2.weight', 'layer4.0.conv1.weight'] },
];

/** Tensors that no layer is made of: what training kept, and heads that no label comes from. */
const notBuilt: readonly { readonly names: RegExp; readonly why: string }[] = [
  {
    names: /(?:^|\.)(?:_tmp_running_mean|_tmp_running_var|_running_iter)$/u,
    why: 'sums of the normalisation in training',
  },
  { names: /(?:^|\.)num_batches_tracked$/u, why: 'counter of training batches' },
  { names: /^scene_head\./u, why: 'head of scenes' },
  { names: /^(?:cbr_deepsup|conv_last_deepsup)\./u, why: 'head of training alone' },
  { names: /^fc\./u, why: 'classifier' },
];

/**
 * Finds encoders and decoders among checkpoints, in any order, by their keys, and pairs them.
 *
 * @returns the networks, unified parsing first
 * @throws InputError `SEGMENTER_CHECKPOINT` for a file that is neither, `SEGMENTER_TWICE` for two of a kind,
 *   `SEGMENTER_HALF` where one of a pair is missing.
 */
export function pairSegmenters(checkpoints: readonly Checkpoint[]): SegmenterWeights[] {
  const halves = checkpoints.map(halfOf);
  const networks = (['unified-parsing', 'colours'] as const).filter((network) =>
    halves.some((half) => half.network === network),
  );
  return networks.map((network) => {
    const [encoder, decoder] = (['encoder', 'decoder'] as const).map((part) => onlyHalf(halves, network, part));
    if (encoder !== undefined && decoder !== undefined) return joined(network, encoder, decoder);
    const [found, missing] = encoder === undefined ? [decoder, 'encoder'] : [encoder, 'decoder'];
    const others = halves.filter((half) => half.network !== network).map(nameOf);
    throw new InputError(
      'SEGMENTER_HALF',
      `is the ${found?.part ?? ''} of ${segmenterTitles[network]}, whose ${missing} is missing${others.length === 0 ? '' : `; the other files are the ${others.join(', the ')}`}`,
      {
        file: found?.checkpoint.file ?? '',
        expected: 'encoder and decoder of one network, each in its file',
        hint: `Name the ${missing} of the same network too.`,
      },
    );
  });
}

function nameOf({ part, network }: Half): string {
  return `${part} of ${segmenterTitles[network]}`;
}

function halfOf(checkpoint: Checkpoint): Half {
  const tensors = new Map(
    [...tensorsBelow(checkpoint.root)].map(([name, tensor]) => [stripPrefixes(name, wrapperPrefixes).name, tensor]),
  );
  const sign = signs.find(({ keys }) => keys.every((key) => tensors.has(key)));
  if (sign !== undefined) return { network: sign.network, part: sign.part, checkpoint, tensors };
  const few = [...tensors.keys()].slice(0, 3);
  throw new InputError(
    'SEGMENTER_CHECKPOINT',
    `is no half of a segmentation network that is known: ${few.length === 0 ? 'it holds no tensors' : `its first tensors are ${few.join(', ')}`}`,
    {
      file: checkpoint.file,
      expected: `encoder or decoder of ${Object.values(segmenterTitles).join(', or of ')}`,
      hint: 'Name the files as they were published, such as encoder_epoch_40.pth and decoder_epoch_40.pth.',
    },
  );
}

function onlyHalf(halves: readonly Half[], network: SegmenterNetworkName, part: Half['part']): Half | undefined {
  const [first, second] = halves.filter((half) => half.network === network && half.part === part);
  if (second === undefined) return first;
  throw new InputError('SEGMENTER_TWICE', `is the ${nameOf(second)}, and ${first?.checkpoint.file ?? ''} is so too`, {
    file: second.checkpoint.file,
    expected: 'one encoder and one decoder of a network',
    hint: 'Leave one of the two out, or name the decoder in its place.',
  });
}

function joined(network: SegmenterNetworkName, encoder: Half, decoder: Half): SegmenterWeights {
  const dropped = new Map<string, string>();
  const weights = new Map<string, Tensor>();
  const tensors = new Map([...encoder.tensors, ...decoder.tensors]);
  for (const [name, tensor] of tensors) {
    const why = notBuilt.find(({ names }) => names.test(name))?.why;
    if (why === undefined) weights.set(name, tensor);
    else dropped.set(name, why);
  }
  return { network, encoder: encoder.checkpoint, decoder: decoder.checkpoint, tensors, weights, dropped };
}
