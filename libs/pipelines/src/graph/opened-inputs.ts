import { studyInputs } from '@intermodel/inputs';
import type { ManifestInput } from '@intermodel/outputs';
import type { FileHashes } from '@intermodel/steps';
import { taskInputs } from '../probing/open-tasks.ts';
import type { OpenedStudy } from './open-study.ts';

/** Facts about everything that a study reads: images, labels, models, tables, tasks. */
export async function openedInputs(
  { study, source, tasks }: Pick<OpenedStudy, 'study' | 'source' | 'tasks'>,
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<ManifestInput[]> {
  return [...(await studyInputs(study, source, hashes, signal)), ...taskInputs(tasks)];
}
