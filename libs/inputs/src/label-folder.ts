import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Study } from '@intermodel/studies';

/**
 * Gives work a folder for the labels that segmentation models make: the one where they are kept for later runs, else
 * one that is removed after the work; none for data whose labels stand in files.
 */
export async function withLabelFolder<Result>(
  folder: string | undefined,
  { data }: Pick<Study, 'data'>,
  work: (folder: string | undefined) => Promise<Result>,
): Promise<Result> {
  if (folder !== undefined || data.segmenters === undefined) return work(folder);
  const temporary = mkdtempSync(path.join(tmpdir(), 'intermodel-labels-'));
  try {
    return await work(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
