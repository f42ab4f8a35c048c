import type { ArchitectureName } from '../architecture.ts';
import type { Container } from '../checkpoint.ts';

/** A file under which weights are published. */
export interface PublishedFile {
  /** Its name. */
  readonly name: string;
  /** Where its authors publish it. */
  readonly url?: string;
  /** Size, about, in megabytes. */
  readonly megabytes?: number;
  /** MD5 in hexadecimal digits; the first of them where no more are known. */
  readonly md5?: string;
  /** SHA-256 in hexadecimal digits; the first of them where no more are known. */
  readonly sha256?: string;
}

/** A tensor by which a family is known. */
export interface KnownTensor {
  /** Pattern of its name, without the prefixes `module.` and `_orig_mod.`. */
  readonly name: string;
  /** Sizes of its axes; `n` for any. */
  readonly shape?: readonly (number | 'n')[];
}

/** Sizes of a transformer that a family is published in: all that is said must hold, and of a list one. */
export interface PublishedSize {
  /** Width of tokens. */
  readonly width: number | readonly number[];
  /** Number of blocks. @default any */
  readonly depth?: number | readonly number[];
  /** Side of a patch in pixels. @default any */
  readonly patch?: number | readonly number[];
  /** Patches along a side of the table of positions. @default any */
  readonly grid?: number | readonly number[];
  /** Channels of the image. @default 3 */
  readonly channels?: number | readonly number[];
  /** Registers. @default 0 */
  readonly registers?: number | readonly number[];
  /** Whether branches are scaled. @default false */
  readonly layerScale?: boolean | readonly boolean[];
}

/** How a family is known; all of it must hold. */
export interface FamilySigns {
  /** Kinds of files that it comes in. @default any */
  readonly containers?: readonly Container[];
  /** Keys of the dictionary that it lies in, `''` for the whole file or one that the user names. @default any */
  readonly at?: readonly string[];
  /** Tensors that are there. */
  readonly present?: readonly KnownTensor[];
  /** Patterns of names that are not there. */
  readonly absent?: readonly string[];
  /** Kind of description that lies beside the file. */
  readonly beside?: ConfigKind;
  /**
   * Sizes that it is published in: a network of another is taken for it only where it is named, and the facts that go by
   * size are then asked for. @default any
   */
  readonly sizes?: readonly PublishedSize[];
}

/** Kinds of descriptions that lie beside a checkpoint. */
export type ConfigKind = 'timm' | 'hugging-face' | 'open-clip';

/** Tensors that are not part of the network. */
export interface DropRule {
  /** Pattern of their names, as they stand in the dictionary or with prefixes taken off. */
  readonly names: string;
  /** What they are. */
  readonly why: string;
  /** Whether kernels larger than 1 x 1 may be among them, which are no sign of another network here. @default false */
  readonly spatial?: boolean;
}

/** What is done to a tensor, in the order in which it is written. */
export interface TensorChanges {
  /** The values of tensors of these names follow along the first axis. */
  readonly join?: readonly string[];
  /** Axis `permute[i]` becomes axis i. */
  readonly permute?: readonly number[];
  /** Sizes of the axes; 0 keeps the one at that place, one -1 is what is left. */
  readonly reshape?: readonly number[];
  /** Axes of size 1 that are taken away: all of them, or these. */
  readonly squeeze?: true | readonly number[];
  /** Axes of size 1 that are put in, by their places in the result. */
  readonly expand?: readonly number[];
  /** Part of equal parts along the first axis: which, from 0, and of how many. */
  readonly part?: readonly [index: number, count: number];
  /** Name of a tensor of the same shape that it is multiplied by, value by value. */
  readonly multiply?: string;
}

/** How tensors get the names of the architecture. */
export interface MapRule extends TensorChanges {
  /** Pattern of the whole name, without prefixes. */
  readonly from: string;
  /**
   * Name of the architecture, with `$1` for what the first brackets of the pattern took, and `${1+1}` or `${1-1}` for a
   * number after or before it. `<conv>` and `<norm>` are the convolution and the normalisation of the number `$1` in the order of
   * the sequence; `<index>` cuts the tensor along its first axis, and numbers the pieces, which the changes are for.
   */
  readonly to: string;
}

/** A fact by its value, or by the width or depth that the weights have. */
export type FamilyFact =
  | string
  | number
  | boolean
  | { readonly byWidth: Readonly<Record<string, string | number | boolean>> }
  | { readonly byDepth: Readonly<Record<string, string | number | boolean>> };

/** What is known of a family of checkpoints: what a file of the registry, or a recipe, says. */
export interface Family {
  /** Short name, such as `moco-v2`. */
  readonly name: string;
  /** Name as people write it. */
  readonly title: string;
  /** Address of its authors' code or page. */
  readonly source: string;
  /** Licence of the published weights. */
  readonly licence?: string;
  /** Files under which it is published. */
  readonly files?: readonly PublishedFile[];
  /** Dictionaries that it may lie in, by preference. */
  readonly take?: readonly string[];
  /** Prefixes of names that are taken off; the network is what has one. @default none */
  readonly strip?: readonly string[];
  /** What names without any of these prefixes are, where they are no part of the network. @default they are left over */
  readonly outside?: string;
  /** How it is known. @default by its names and shapes alone */
  readonly known?: FamilySigns;
  /** Kinds of descriptions beside the file that are read where they are there. */
  readonly config?: readonly ConfigKind[];
  /** What is not part of the network. */
  readonly drop?: readonly DropRule[];
  /** How names become those of the architecture; names that no rule fits stay. */
  readonly map?: readonly MapRule[];
  /** Order in which numbered layers were made. */
  readonly sequence?: 'shortcut-first';
  /** Kind of network. */
  readonly architecture: ArchitectureName;
  /** What weights do not tell. */
  readonly facts?: Readonly<Record<string, FamilyFact>>;
  /** Preprocessing, as `models[].input` of a study has it. */
  readonly input: string | Readonly<Record<string, unknown>>;
  /** Layer to dissect. @default the last */
  readonly layer?: string;
  /**
   * Whether it is no more than a form that many families share (see {@link sharesForm}): it is taken where none of these
   * is recognised, and the user is told which they are.
   */
  readonly general?: boolean;
  /** General families in whose form it is published too, so that it cannot be told from them. */
  readonly sharesForm?: readonly string[];
  /** Name of the family whose keys it has where it does not say them itself, but for how it is published. */
  readonly extends?: string;
  /** Name of the family that it is another reading of: such are only taken where they are named. */
  readonly variantOf?: string;
  /** What else is assumed: sentences. */
  readonly assumes?: readonly string[];
}

/** Preprocessing of a family as a group of keys. */
export function inputOf({ input }: Pick<Family, 'input'>): Readonly<Record<string, unknown>> {
  return typeof input === 'string' ? { preset: input } : input;
}
