import type { DissectionResult } from '@intermodel/concept-matching';
import type { LabelledImageEntry } from '@intermodel/data-loading';
import type { TopActivations } from '@intermodel/numerics';
import type { StudyModel } from '../study-file/study.ts';

/** How far a dissection has come. */
export interface DissectionStep {
  /** Kind of the event. */
  readonly kind: 'progress';
  /** What is under way. */
  readonly step: 'segmentation' | 'labels' | 'images' | 'thresholds' | 'overlaps';
  /** Models under way together, since they share the decoded images; none where it is about all. */
  readonly models: readonly string[];
  /** Images done in this step. */
  readonly done: number;
  /** Images to do in this step. */
  readonly total: number;
}

/** A model that is done. */
export interface DissectedModel {
  /** Kind of the event. */
  readonly kind: 'model';
  /** The model as the study describes it. */
  readonly model: StudyModel;
  /** Results of its layers, in their order. */
  readonly layers: readonly DissectedLayer[];
  /** Images that were counted, by their numbers. */
  readonly images: readonly LabelledImageEntry[];
}

/** What a dissection of one layer gave. */
export interface DissectedLayer extends DissectionResult {
  /** Name of the tensor. */
  readonly layer: string;
  /** Rows of a map. */
  readonly mapHeight: number;
  /** Columns of a map. */
  readonly mapWidth: number;
  /** Images that drive each unit most. */
  readonly top: TopActivations;
  /** Result of a second preset on the same activations, if one was asked for. */
  readonly diff: DissectionResult | undefined;
}

/** Something that the reader of the results should know. */
export interface DissectionWarning {
  /** Kind of the event. */
  readonly kind: 'warning';
  /** Model, image or file that it is about. */
  readonly subject: string;
  /** What was found. */
  readonly text: string;
}

/** What a dissection tells while it runs. */
export type DissectionEvent = DissectionStep | DissectedModel | DissectionWarning;
