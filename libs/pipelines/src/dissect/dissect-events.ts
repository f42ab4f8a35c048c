import type { LayerPlace } from '@intermodel/inputs';
import type { UnitSummary } from '@intermodel/concept-matching';
import type { LabelledImageEntry } from '@intermodel/data-loading';
import type { TopActivations } from '@intermodel/numerics';
import type { UnitConceptOverlapBatch, UnitMatchBatch, UnitThresholdBatch } from '@intermodel/schemas';
import type { StepEvent } from '@intermodel/steps';
import type { StudyModel } from '@intermodel/studies';

/** How far a dissection has come. */
export interface DissectionStep {
  /** Kind of the event. */
  readonly kind: 'progress';
  /** What is under way. */
  readonly step: 'segmentation' | 'images' | 'thresholds' | 'overlaps' | 'nulls' | 'replicates' | 'probes';
  /** Models under way together, since they share the decoded images; none where it is about all. */
  readonly models: readonly string[];
  /** Images done in this step; of `probes` parts of the work on a head. */
  readonly done: number;
  /** Images, or parts, to do in this step. */
  readonly total: number;
}

/**
 * A shard of images that was run, and of which all that was counted is stored: a run that is stopped now goes on after
 * it.
 */
export interface ShardDone {
  /** Kind of the event. */
  readonly kind: 'shard-done';
  /** Models that were run over it together; none where only its labels were made. */
  readonly models: readonly string[];
  /** Name of the shard: that of its first image. */
  readonly shard: string;
  /** Images that were counted, without those that were passed over. */
  readonly images: number;
  /** Shards of this pass that are stored. */
  readonly done: number;
  /** Shards of this pass. */
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

/** Matches of a layer under one preset. */
export interface LayerMatches {
  /** One row a unit. */
  readonly thresholds: UnitThresholdBatch;
  /** One row a unit. */
  readonly matches: UnitMatchBatch;
  /** How many units are peculiar. */
  readonly summary: UnitSummary;
  /** Images that were counted. */
  readonly images: number;
  /** Key of the step that the matches are stored under: the same key, the same matches. */
  readonly key: string;
}

/** How many units of a layer match better than chance. */
export interface LayerSurvival {
  /** Those with q <= 0.05 among the units of their model. */
  readonly significant: number;
  /** Those that pass the gate as well. */
  readonly surviving: number;
}

/** What a dissection of one layer gave. */
export interface DissectedLayer extends LayerMatches {
  /** Name of the tensor. */
  readonly layer: string;
  /** Rows of a map. */
  readonly mapHeight: number;
  /** Columns of a map. */
  readonly mapWidth: number;
  /** The layer as the stored steps know it. */
  readonly place: LayerPlace;
  /** Counts, from which any score can be computed again: held for the event, read from the store after it. */
  readonly overlaps: () => Promise<UnitConceptOverlapBatch>;
  /** Images that drive each unit most, read from the store; undefined where the study shows none. */
  readonly top: () => Promise<TopActivations | undefined>;
  /** How many units match better than chance; undefined where that was not tested. */
  readonly survival: LayerSurvival | undefined;
  /** Matches under a second preset on the same activations, if one was asked for. */
  readonly diff: LayerMatches | undefined;
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
export type DissectionEvent = DissectionStep | ShardDone | DissectedModel | DissectionWarning | StepEvent;
