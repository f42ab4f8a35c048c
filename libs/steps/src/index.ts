// Keys: what a step is made of, and how two differ
export { canonicalJson, hashJson } from './store/canonical-json.ts';
export { describeDifferences, explainDifference, type StepDifference } from './store/explain-difference.ts';
export { HashList } from './store/hash-list.ts';
export { stepKey, type StepDescription, type StepIngredients } from './store/step-key.ts';
export { libraryVersion, programVersion } from './program-version.ts';
export { FileHashes, type FileHashesOptions } from './store/file-hashes.ts';

// Stores
export {
  contentHash,
  partHash,
  type LockOptions,
  type PartContent,
  type PartRecord,
  type StepParts,
  type StepRecord,
  type StepStore,
  type StoreEntry,
  type StoreLock,
  type StoreLockOptions,
  type StoreWarning,
} from './store/step-store.ts';
export { fileStore, type FileStoreOptions } from './store/file-store.ts';
export { memoryStore } from './store/memory-store.ts';

// For stores elsewhere: what the bytes of a step are, and who may come in
export {
  decodeFooter,
  keyOfStepFile,
  locatePart,
  missingFooter,
  stepFileName,
  usualFooterBytes,
} from './store/step-file.ts';
export { readStepPart, readStepRecord, type ReadOutcome, type VerifiedParts } from './store/read-step-file.ts';
export { writeStepFile, type WriteStepOptions } from './store/write-step-file.ts';
export { findLeftovers, nameOfWriter, removeLeftovers } from './store/leftovers.ts';
export { checkKey } from './store/step-key.ts';
export { enter, lockPlace, shareStore, shareWithNobody, type SharedPlace } from './store/share-store.ts';

// Stores of a study
export { lockStore, type LockedPlace } from './store/store-lock.ts';
export { openStudyStore, type OpenStudyStoreOptions, type StudyStore } from './open-store.ts';

// Tasks that many processes share out
export { TaskClaims, type Claim, type HeldTask, type TaskClaimsOptions } from './claims/task-claims.ts';
export type { ClaimHolder } from './claims/claimant.ts';
export { memoryClaims, type ClaimPlace } from './claims/claim-place.ts';

// Steps: computed once
export {
  stepRunner,
  type Step,
  type StepEvent,
  type StepResult,
  type StepRunner,
  type StepRunnerOptions,
} from './store/step-runner.ts';
export { jsonPart, readJsonPart, StudySteps, type StudyStepsOptions } from './step-run.ts';
export { StepTimes, type StepTimesOptions } from './store/step-times.ts';

// The graph of a study: what is made of what, what of it is missing, and who makes that
export {
  familiesOf,
  GraphStep,
  StepFamily,
  stepsOf,
  type FamilyDefinition,
  type StepInput,
  type StepMaker,
} from './graph/step-family.ts';
export { StepGraph } from './graph/step-graph.ts';
export { planSteps, type PlanOptions, type StepPlan } from './graph/plan-steps.ts';
export {
  localExecutor,
  stepBatches,
  type ExecutorOptions,
  type StepBatch,
  type StepExecutor,
} from './graph/executor.ts';
export { makeAlone, readParts, readStep, type StepBench, type StepInputs } from './graph/make-alone.ts';
export { drawGraph, type FamilyCounts } from './graph/draw-graph.ts';

// What is stale, what nobody needs, what changes
export { FileChanges } from './file-changes.ts';
export { stepStates, type StepState } from './store/step-states.ts';
export { findGarbage, removeGarbage, type GarbageItem } from './store/garbage.ts';
