import type { ConceptIndex, HeldShards, UnitThreads } from '@intermodel/concept-matching';
import type { StudySteps } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import type { DissectionEvent } from './dissect-events.ts';
import type { DissectionStages } from './dissection-stages.ts';
import type { DissectionSteps } from '../graph/dissection-steps.ts';
import type { ForwardPass } from './run-pass.ts';
import type { StudyConsumer } from './study-consumer.ts';
import type { ShardReports } from './shard-reports.ts';

/** What the dissection of models that share decoded images works with. */
export interface GroupContext {
  /** The study. */
  readonly study: Study;
  /** Stored steps, and what is told of them. */
  readonly steps: StudySteps;
  /** Descriptions of the steps. */
  readonly describe: DissectionSteps;
  /** Concepts of the label planes. */
  readonly concepts: ConceptIndex;
  /** Number of pixels that nobody judged; 0: none. */
  readonly ignore: number;
  /** Stages from counts to matches. */
  readonly stages: DissectionStages;
  /** Consumers of the caller's own, which take the activations of every layer. */
  readonly consumers: readonly StudyConsumer[];
  /** Whether maps are kept for the stages after the pass; else each of these runs the models again. */
  readonly keeps: boolean;
  /** Runs the models. */
  readonly pass: ForwardPass;
  /** Threads that go from counts and maps to thresholds and overlaps; they start when they are first asked for. */
  readonly threads: () => UnitThreads;
  /** Kept maps in memory. */
  readonly kept: HeldShards;
  /** Tells of shards that are done. */
  readonly shards: ShardReports;
  /** Stops the dissection. */
  readonly signal: AbortSignal;
  /** Is told of progress and warnings. */
  readonly onEvent: (event: DissectionEvent) => void;
}
