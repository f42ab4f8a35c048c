/** What the classes of the unified-parsing network are, by their numbers in its heads. */
export interface ParsingClasses {
  /** The network. */
  readonly network: 'unified-parsing';
  /** Classes of the head of objects, with the first for none. */
  readonly objects: number;
  /** Classes of the head of materials, with the first for none. */
  readonly materials: number;
  /**
   * Objects that own parts, by rising number: the head of parts has one channel for each pair, in this order, of which the
   * first of every owner is for none.
   */
  readonly owners: readonly PartOwner[];
  /** Classes of the head of scenes, which is not built; undefined = any. */
  readonly scenes?: number | undefined;
}

/** An object that owns parts. */
export interface PartOwner {
  /** Its number. */
  readonly object: number;
  /** Number of its parts, with that for none. */
  readonly parts: number;
}

/** What the classes of the colour network are, and how it is fed. */
export interface ColourClasses {
  /** The network. */
  readonly network: 'colours';
  /** Number of classes. */
  readonly classes: number;
  /** Categories, each with the channels among which it is decided. */
  readonly categories: readonly { readonly name: string; readonly channels: readonly number[] }[];
  /** Order of the channels that it is fed with. */
  readonly order: 'rgb' | 'bgr';
  /** Subtracted of values from 0 to 1, in that order. */
  readonly mean: readonly number[];
  /** Divides what is left, in that order. */
  readonly std: readonly number[];
}

/** What the classes of a segmentation network are. */
export type SegmenterClasses = ParsingClasses | ColourClasses;

/** A segmentation network that can be built. */
export type SegmenterNetworkName = SegmenterClasses['network'];
