import path from 'node:path';
import { checkpointReadingMutants } from './lists/checkpoint-reading.ts';
import { checkpointsMutants } from './lists/checkpoints.ts';
import { conceptMatchingMutants } from './lists/concept-matching.ts';
import { crossTaskMutants } from './lists/cross-task-analysis.ts';
import { distributionMutants } from './lists/distribution.ts';
import { embeddingMutants } from './lists/embedding.ts';
import { numericsMutants } from './lists/numerics.ts';
import { reportMutants } from './lists/report.ts';
import { stepsMutants } from './lists/steps.ts';
import { transferProbingMutants } from './lists/transfer-probing.ts';
import { placeMutants, type PlacedMutant } from './mutant.ts';

/** Root of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** All mutants, where they stand now. @throws Error for a text that is not found exactly once */
export function allMutants(): PlacedMutant[] {
  const lists = {
    checkpoints: [...checkpointReadingMutants, ...checkpointsMutants],
    'concept-matching': conceptMatchingMutants,
    'cross-task-analysis': crossTaskMutants,
    distribution: distributionMutants,
    embedding: embeddingMutants,
    numerics: numericsMutants,
    report: reportMutants,
    steps: stepsMutants,
    'transfer-probing': transferProbingMutants,
  };
  return Object.entries(lists).flatMap(([library, mutants]) => placeMutants(root, library, mutants));
}
