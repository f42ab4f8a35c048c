import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { bendBytes } from '../bend-bytes.ts';
import { bendText } from '../bend-text.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';

const units = [1, 2, 3].map((index) => `units/${String(index)}.csv`);

/** Bends one file of a copy of the base; returns how. */
export function bendFile(
  folder: string,
  file: string,
  random: Random,
  bend: typeof bendBytes | ((text: string, random: Random) => ReturnType<typeof bendBytes>),
): string {
  const at = path.join(folder, file);
  const { bytes, how } =
    bend === bendBytes
      ? bendBytes(readFileSync(at), random)
      : (bend as (text: string, random: Random) => ReturnType<typeof bendBytes>)(readFileSync(at, 'utf8'), random);
  writeFileSync(at, bytes);
  return how;
}

/** Tables of units and scores, and the tables of an embedding that others are placed in. */
export const tableKinds: readonly FuzzKind[] = [
  {
    name: 'units-csv',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      cpSync(path.join(base, 'units'), path.join(folder, 'units'), { recursive: true });
      return {
        argv: ['embed', 'units/0.csv', ...units, '--out', 'out', '--components', '2'],
        bent: 'units/0.csv',
        how: bendFile(folder, 'units/0.csv', random, bendText),
      };
    },
  },
  {
    name: 'units-arrow',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      cpSync(path.join(base, 'units'), path.join(folder, 'units'), { recursive: true });
      return {
        argv: ['embed', 'units/0.arrow', ...units, '--out', 'out', '--components', '2'],
        bent: 'units/0.arrow',
        how: bendFile(folder, 'units/0.arrow', random, bendBytes),
      };
    },
  },
  {
    name: 'scores-csv',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      for (const name of ['units', 'scores.csv'])
        cpSync(path.join(base, name), path.join(folder, name), { recursive: true });
      const how = bendFile(folder, 'scores.csv', random, bendText);
      return {
        argv: ['embed', 'units/0.csv', ...units, '--scores', 'scores.csv', '--out', 'out', '--components', '2'],
        bent: 'scores.csv',
        how,
      };
    },
  },
  {
    name: 'scores-published',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      cpSync(path.join(base, 'units'), path.join(folder, 'units'), { recursive: true });
      const scores = ['results-imagenet.csv', 'benchmark.md'][random.below(2)] ?? '';
      cpSync(path.join(base, scores), path.join(folder, scores));
      const how = bendFile(folder, scores, random, bendText);
      return {
        argv: ['embed', 'units/0.csv', ...units, '--scores', scores, '--out', 'out', '--components', '2'],
        bent: scores,
        how,
      };
    },
  },
  {
    name: 'embedding-tables',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      for (const name of ['units', 'embedding'])
        cpSync(path.join(base, name), path.join(folder, name), { recursive: true });
      const name =
        ['fit.arrow', 'embedding.arrow', 'summaries.arrow', 'embedded-profiles.arrow', 'manifest.json'][
          random.below(5)
        ] ?? '';
      const bent = `embedding/${name}`;
      const how = bendFile(folder, bent, random, name.endsWith('.json') ? bendText : bendBytes);
      // Half of the time the manifest states what the table is now, so that the table itself is looked at.
      if (name.endsWith('.arrow') && random.below(2) === 0) {
        const file = path.join(folder, 'embedding', 'manifest.json');
        const manifest = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, string> };
        manifest.files[name] = createHash('sha256')
          .update(readFileSync(path.join(folder, bent)))
          .digest('hex');
        writeFileSync(file, JSON.stringify(manifest));
      }
      return { argv: ['place', '--embedding', 'embedding', 'units/4.csv'], bent, how, names: ['embedding'] };
    },
  },
];
