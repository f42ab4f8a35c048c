import type { LayerOptions } from '@intermodel/activation-streaming';
import type { StudyModel } from '@intermodel/studies';

/** How the values of a layer lie on the image. */
export type LayerReading = Pick<LayerOptions, 'tokens' | 'layout' | 'vector'>;

/** A layer of a model, as its steps know it. */
export interface LayerPlace {
  /** The model as the study describes it. */
  readonly model: StudyModel;
  /** Name of the tensor. */
  readonly layer: string;
  /** How its values lie on the image, as far as that was declared or the graph tells more than a session finds. */
  readonly reading: LayerReading;
  /** What the reader of the results should know of it; undefined: nothing. */
  readonly warning: string | undefined;
  /** Hash of all files of the model. */
  readonly modelHash: string;
  /** These files, with the hashes of their bytes. */
  readonly modelFiles: ReadonlyMap<string, string>;
}
