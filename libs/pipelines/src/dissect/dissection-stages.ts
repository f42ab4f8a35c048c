import {
  matchConcepts,
  selectThresholds,
  tallyOverlaps,
  type DissectionPreset,
  type LabelledShard,
  type SelectThresholdsOptions,
  type ShardCounts,
  type TallyOverlapsOptions,
} from '@intermodel/concept-matching';
import type {
  OverlapCountBatch,
  SelectedThresholdBatch,
  UnitConceptOverlapBatch,
  UnitMatchBatch,
} from '@intermodel/schemas';
import type { RecordBatch } from 'apache-arrow';
import type { OperatorFunction } from 'rxjs';
import { checkIdentities, ownOperator } from './own-stage.ts';

/** A stage of a dissection: an operator, and a name that enters the keys of what is stored of it. */
export interface DissectionStage<Options, In, Out> {
  /** Name and version, such as `otsu-thresholds/1`: what one stage stored is never taken for the result of another. */
  readonly identity: string;
  /** Makes the operator for one layer under one preset. */
  readonly operator: (options: Options) => OperatorFunction<In, Out>;
}

/** Options of a stage that matches concepts. */
export interface MatchStageOptions {
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Order of the categories. */
  readonly categories: readonly string[];
}

/** Stages of a dissection, in their order, between the pass that counts and the tables. */
export interface DissectionStages {
  /** Counts and kept maps of all shards -> one threshold a unit. */
  readonly thresholds: DissectionStage<Required<SelectThresholdsOptions>, ShardCounts, SelectedThresholdBatch>;
  /** Kept maps and labels of each shard -> its counts. */
  readonly overlaps: DissectionStage<Required<TallyOverlapsOptions>, LabelledShard, OverlapCountBatch>;
  /** Overlaps of a layer -> one match a unit. */
  readonly matches: DissectionStage<MatchStageOptions, UnitConceptOverlapBatch, UnitMatchBatch>;
}

/** The stages of network dissection. Their identity is empty: the versions of their steps stand for them. */
export const dissectionStages: DissectionStages = {
  thresholds: { identity: '', operator: selectThresholds },
  overlaps: { identity: '', operator: tallyOverlaps },
  matches: { identity: '', operator: matchConcepts },
};

/** Stages with those of the caller in the place of the usual ones; failures of the caller's name them. */
export function withOwnStages(own: Partial<DissectionStages>): DissectionStages {
  for (const name of Object.keys(own))
    if (!Object.hasOwn(dissectionStages, name))
      throw new RangeError(`there is no stage "${name}"; stages are ${Object.keys(dissectionStages).join(', ')}`);
  return {
    thresholds: checked('thresholds', own.thresholds) ?? dissectionStages.thresholds,
    overlaps: checked('overlaps', own.overlaps) ?? dissectionStages.overlaps,
    matches: checked('matches', own.matches) ?? dissectionStages.matches,
  };
}

function checked<Options, In, Out extends RecordBatch>(
  name: keyof DissectionStages,
  stage: DissectionStage<Options, In, Out> | undefined,
): DissectionStage<Options, In, Out> | undefined {
  if (stage === undefined || stage === (dissectionStages[name] as unknown)) return stage;
  const { identity, operator } = stage;
  checkIdentities(`stages.${name}`, [identity]);
  return {
    identity,
    operator: (options) => ownOperator(`stage ${name} (${identity})`, () => operator(options), name !== 'overlaps'),
  };
}
