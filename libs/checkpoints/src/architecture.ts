import type { Tensor } from './tensor.ts';

/** Networks that can be built from weights. */
export type ArchitectureName = 'resnet' | 'vit' | 'convnext' | 'vgg' | 'alexnet' | 'squeezenet';

/**
 * What weights do not tell of a network, by name: filled in by the family or by the user. Which facts an architecture
 * has, with their values and defaults, stands beside what builds it (`building/`).
 */
export type ArchitectureFacts = Readonly<Record<string, string | number | boolean>>;

/** A network to be built: its kind, what weights do not tell, and its weights by the names that the kind has for them. */
export interface Network {
  /** Kind of network. */
  readonly architecture: ArchitectureName;
  /** What weights do not tell. */
  readonly facts: ArchitectureFacts;
  /**
   * Weights by the usual names of the architecture: those of torchvision for resnet, vgg, alexnet and squeezenet, those
   * of timm for vit, those of the authors for convnext.
   */
  readonly weights: ReadonlyMap<string, Tensor>;
}
