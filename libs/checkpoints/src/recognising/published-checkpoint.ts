import { listFamilies } from './list-families.ts';
import type { Family, PublishedFile } from './family.ts';

/** A file that a family is published as. */
export interface PublishedCheckpoint extends Pick<Family, 'name' | 'title' | 'source' | 'licence'> {
  /** The file; undefined where the family is known, and no such file of it. */
  readonly file: PublishedFile | undefined;
}

/**
 * Finds out where a checkpoint is published.
 *
 * @param file name of the file, without folders
 * @param family name of its family, if that is known
 * @returns undefined for a family that is not known, or where none is named and no file of that name is published
 */
export function publishedCheckpoint(file: string, family?: string): PublishedCheckpoint | undefined {
  for (const { name, title, source, licence, files = [] } of listFamilies()) {
    if (family !== undefined && family !== name) continue;
    const found = files.find((each) => each.name === file);
    if (found === undefined && family === undefined) continue;
    return { name, title, source, file: found, ...(licence === undefined ? {} : { licence }) };
  }
  return undefined;
}
