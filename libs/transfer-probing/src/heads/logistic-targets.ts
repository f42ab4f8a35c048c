import type { FeatureRows } from '../feature-rows.ts';

/** What is to be told of rows: a class each, a share of each class, or several labels. */
export type LogisticTargets =
  | {
      /** One class a row (softmax). */
      readonly kind: 'classes';
      /** Number of classes. */
      readonly classes: number;
      /** Class of each row, from 0. */
      readonly of: Int32Array;
    }
  | {
      /** Weights of classes (softmax): a row counts as often as its weights sum to; rows of zeros count for nothing. */
      readonly kind: 'weights';
      /** Number of classes. */
      readonly classes: number;
      /** Weights, at least 0: rows x classes. */
      readonly weights: Float32Array;
    }
  | {
      /** Any number of labels a row (an independent sigmoid for each label). */
      readonly kind: 'labels';
      /** Number of labels. */
      readonly classes: number;
      /** 1 where a row has a label, else 0: rows x classes. */
      readonly present: Uint8Array;
    };

/** Rows with what is to be told of them. */
export interface LogisticRows {
  /** Features. */
  readonly features: FeatureRows;
  /** Targets of the same rows. */
  readonly targets: LogisticTargets;
}

/** Refuses parts that do not fit one another. */
export function checkLogisticRows(parts: readonly LogisticRows[]): void {
  const first = parts[0];
  if (first === undefined) throw new RangeError('there are no rows to fit a head on');
  for (const { features, targets } of parts) {
    const { rows, columns } = features;
    if (features.values.length !== rows * columns)
      throw new RangeError(`${String(features.values.length)} values do not make ${String(rows)} x ${String(columns)}`);
    if (
      columns !== first.features.columns ||
      targets.kind !== first.targets.kind ||
      targets.classes !== first.targets.classes
    )
      throw new RangeError('all parts need the same features and the same kind of targets');
    if (targetRows(targets) !== rows)
      throw new RangeError(`targets of ${String(targetRows(targets))} rows for ${String(rows)} rows of features`);
    if (targets.kind === 'classes' && targets.of.some((each) => !(each >= 0 && each < targets.classes)))
      throw new RangeError(`classes must be from 0 to ${String(targets.classes - 1)}`);
  }
}

function targetRows(targets: LogisticTargets): number {
  if (targets.kind === 'classes') return targets.of.length;
  return (targets.kind === 'weights' ? targets.weights : targets.present).length / targets.classes;
}
