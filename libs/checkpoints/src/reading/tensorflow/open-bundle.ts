import { existsSync } from 'node:fs';
import type { Checkpoint } from '../../checkpoint.ts';
import { fileSource } from '../bytes/byte-source.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';
import { readBundle } from './read-bundle.ts';
import { isTableFooter } from './table-footer.ts';

const suffix = '.index';
const dataSuffix = /\.data-\d{5}-of-\d{5}$/u;

/**
 * The index of the checkpoint that a path names: by the index, by one of the files with values, or, as TensorFlow does,
 * by what both begin with; undefined where there is none.
 */
export function bundleIndex(file: string): string | undefined {
  const index = file.replace(dataSuffix, '') + suffix;
  if (existsSync(file) && !dataSuffix.test(file)) return undefined;
  return existsSync(index) && isTableFooter(fileSource(index)) ? index : undefined;
}

/** Opens a checkpoint by its index. @param file path that was named @throws InputError `CHECKPOINT_…` */
export function openBundle(file: string, index: string): Checkpoint {
  return readBundle({
    file,
    index: fileSource(index),
    prefix: index.endsWith(suffix) ? index.slice(0, -suffix.length) : index,
    open: (name) => (existsSync(name) ? fileSource(name) : undefined),
  });
}

/** Prefixes of the checkpoints in an archive. */
export function bundlesIn({ entries }: ZipArchive): string[] {
  return [...entries]
    .filter(([name, source]) => name.endsWith(suffix) && source.length <= limits.indexBytes && isTableFooter(source))
    .map(([name]) => name.slice(0, -suffix.length));
}

/**
 * Opens the checkpoint in an archive. Where there are several, those of exported models (`variables/variables`) are left
 * aside.
 *
 * @throws InputError `CHECKPOINT_…`
 */
export function openBundleIn({ file, entries }: ZipArchive, prefixes: readonly string[]): Checkpoint {
  const trained = prefixes.filter((prefix) => !/(?:^|\/)variables\/variables$/u.test(prefix));
  const [prefix, ...others] = trained.length === 0 ? prefixes : trained;
  const index = entries.get(`${prefix ?? ''}${suffix}`);
  if (prefix === undefined || index === undefined || others.length > 0)
    throw checkpointError('CHECKPOINT_SEVERAL', `the archive has several checkpoints: ${prefixes.join(', ')}`, {
      file,
      expected: 'one checkpoint',
      hint: 'Unpack the archive, and name the one that you mean.',
    });
  return readBundle({ file, index, prefix, open: (name) => entries.get(name) });
}
