/** One class of a head: a channel of its tensor. */
export interface SegmenterClass {
  /** Channel, counted from 0. */
  readonly index: number;
  /** Name of the concept. */
  readonly name: string;
  /** Category of the concept. @default that of the head */
  readonly category?: string;
  /** Number in the label planes. @default the next one that is free */
  readonly number?: number;
  /** Value above which a pixel bears the class, where the head decides by thresholds. @default that of the head */
  readonly threshold?: number;
  /** Classes of the owning head, by channel, inside which the class is trusted. @default everywhere */
  readonly owners?: readonly number[];
}

/** One output of a segmentation model, and how its values become label planes. */
export interface SegmenterHead {
  /**
   * Tensor of images x classes x height x width: logits, or probabilities. Or class numbers, where the model decides by
   * itself: images x height x width, or images x 1 x height x width.
   */
  readonly tensor: string;
  /** Category of its concepts. */
  readonly category: string;
  /**
   * Classes that stand for concepts; channels that are not listed mean nothing, and win over the others all the same.
   */
  readonly classes: readonly SegmenterClass[];
  /**
   * Classes that the tensor must have, the unlisted ones too; class numbers are not checked. @default any that has the
   * listed ones
   */
  readonly channels?: number;
  /**
   * `argmax`: the largest value of a pixel wins; `threshold`: every class above its threshold is there; `numbers`: the
   * values are class numbers, other numbers than those of the classes mean nothing. A tensor of a single class needs
   * `threshold`.
   *
   * @default 'numbers' for a tensor of whole numbers, else 'argmax'
   */
  readonly decide?: 'argmax' | 'threshold' | 'numbers';
  /**
   * Share (0..1) that the winner must have of the softmax over all classes, else the pixel is unlabelled. It is taken
   * of logits; where the tensor holds probabilities, `threshold` says the same.
   *
   * @default 0
   */
  readonly confidence?: number;
  /**
   * Value above which a pixel bears a class, for `threshold`. @default 0, which is a half for logits of single classes
   */
  readonly threshold?: number;
  /**
   * Whether values are upsampled to the input's size before deciding, bilinearly or class numbers to the nearest, else
   * labels have the tensor's size.
   *
   * @default true
   */
  readonly upsample?: boolean;
  /**
   * Tensor of the head whose concepts own those of this one: a class with `owners` is a candidate only where that head
   * sees one of them. It must stand before this one.
   */
  readonly ownedBy?: string;
}

/**
 * How images become the input of a segmentation model: x = (byte x scale - mean) / std. The whole image is squashed to
 * the input's size, unless a crop is said.
 */
export interface SegmenterInput {
  /** `squash-crop`: the image is squashed to a square, and the input is its centre. @default 'exact' */
  readonly resize?: 'exact' | 'squash-crop';
  /** Rows and columns that `squash-crop` squashes to, in pixels. @default the longer side of the input */
  readonly shortestSide?: number;
  /** Rows of the input, in pixels. */
  readonly height: number;
  /** Columns of the input, in pixels. */
  readonly width: number;
  /** Filter of the resizing. */
  readonly filter: 'bilinear' | 'bicubic' | 'lanczos3' | 'nearest';
  /** Order of the channels. */
  readonly channels: 'rgb' | 'bgr';
  /** Factor of the bytes 0..255. */
  readonly scale: number;
  /** Subtracted after scaling, in the order of `channels`. */
  readonly mean: readonly [number, number, number];
  /** Divides what is left, in the order of `channels`. */
  readonly std: readonly [number, number, number];
}

/** The graph of a segmentation model that was made of checkpoints. */
export interface MadeGraph {
  /** ONNX graph, which holds its weights, or refers to them from the folder of the file. */
  readonly graph: Uint8Array;
  /** Files that its weights lie in. */
  readonly files: readonly string[];
  /** Hash of what it computes of these, wherever they lie. */
  readonly identity: string;
}

/** A segmentation model as a source of labels. */
export interface Segmenter {
  /** ONNX file; or a checkpoint, in whose folder the weights of `graph` lie. */
  readonly file: string;
  /** What is made of checkpoints. @default the file is the model */
  readonly made?: MadeGraph;
  /** How images become its input. */
  readonly input: SegmenterInput;
  /** Its outputs. */
  readonly heads: readonly SegmenterHead[];
}

/** Defaults of {@link SegmenterHead}. */
export const segmenterHeadDefaults = {
  decide: 'argmax',
  confidence: 0,
  threshold: 0,
  upsample: true,
} as const satisfies Partial<SegmenterHead>;
