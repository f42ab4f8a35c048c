import type { Network } from './architecture.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A tensor of a checkpoint that no unit is made of, and why. */
export interface DroppedTensor {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** Why it is not needed, such as `projection head`. */
  readonly why: string;
}

/** What a checkpoint was found to be. */
export interface RecognisedModel extends Network {
  /** The checkpoint. */
  readonly checkpoint: Checkpoint;
  /** Family, by its name in the registry or in the recipe. */
  readonly family: string;
  /** Name of the family as people write it. */
  readonly title: string;
  /** Where the family is published. */
  readonly source: string;
  /** Licence of the published weights, where one is known. */
  readonly licence: string | undefined;
  /** Path of the dictionary that was taken, `''` for the whole file; why; and dictionaries that were not. */
  readonly taken: { readonly path: string; readonly why: string; readonly others: readonly string[] };
  /** Prefixes that were taken off names, in this order. */
  readonly stripped: readonly string[];
  /** Tensors that are not part of the network. */
  readonly dropped: readonly DroppedTensor[];
  /** Preprocessing, as `models[].input` of a study has it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Layer to dissect, such as `layer4` or `blocks.11`; undefined = the last of the architecture. */
  readonly layer: string | undefined;
  /** What the family or the user says and weights do not tell, in words: one sentence each. */
  readonly assumptions: readonly string[];
  /**
   * Those of the assumptions that a reader of the results must see, even where nobody asks: which families have the same
   * form, that one of several dictionaries was taken, and facts such as heads that no weights tell.
   */
  readonly doubts: readonly string[];
  /** Hash of the recipe: changes whenever what is made of the same file might. */
  readonly recipe: string;
}
