import type { GraphDraft } from './graph-draft.ts';
import type { TakenFacts } from './taken-facts.ts';

/** Size of images, in pixels. */
export interface ImageSize {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** What a network is drawn up from. */
export interface DrawInput {
  /** Takes weights and nodes. */
  readonly draft: GraphDraft;
  /** What weights do not tell. */
  readonly facts: TakenFacts;
  /** Name of the image. */
  readonly input: string;
  /** Size of the images, where it was said. */
  readonly size: ImageSize | undefined;
  /** Whether the classifier is wanted. */
  readonly head: boolean;
}

/** What was drawn up. */
export interface Drawn {
  /** Channels of the image. */
  readonly channels: number;
  /** Size of the image; undefined where it is free. */
  readonly size: ImageSize | undefined;
  /** What the classifier puts out, where there are weights of one. */
  readonly head: string | undefined;
}

/** Draws up a kind of network to its end. */
export type Drawer = (from: DrawInput) => Drawn;

/** Maps that a part of a network puts out. */
export interface Maps {
  /** Name of the tensor. */
  readonly name: string;
  /** Number of maps. */
  readonly channels: number;
}
