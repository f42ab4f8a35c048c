import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { bendBytes } from '../bend-bytes.ts';
import { bendText } from '../bend-text.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';
import { bendFile } from './tables.ts';

const parts = ['data', 'model.onnx', 'study.yaml'];
const copyStudy = (folder: string, base: string, ...more: readonly string[]) => {
  for (const name of [...parts, ...more]) cpSync(path.join(base, name), path.join(folder, name), { recursive: true });
};
const names = ['study.yaml', 'one', 'two', 'data', 'out'];

/** What stands where a file should: each is made at the path that it is given. */
const noFiles: readonly (readonly [how: string, make: (file: string) => void])[] = [
  [
    'a pipe',
    (file) => {
      execFileSync('mkfifo', [file]);
    },
  ],
  [
    'a folder',
    (file) => {
      mkdirSync(file);
    },
  ],
  [
    'a link to a device',
    (file) => {
      symlinkSync('/dev/zero', file);
    },
  ],
  [
    'a link to nothing',
    (file) => {
      symlinkSync('nowhere', file);
    },
  ],
  [
    'a link to itself',
    (file) => {
      symlinkSync(path.basename(file), file);
    },
  ],
  ['nothing', () => undefined],
];

/** Study files, and outputs with their stores that a run goes on from. */
export const studyKinds: readonly FuzzKind[] = [
  {
    name: 'study',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      copyStudy(folder, base);
      const how = bendFile(folder, 'study.yaml', random, bendText);
      const command =
        random.below(3) === 0 ? ['status', 'study.yaml', '--out', 'out'] : ['run', 'study.yaml', '--out', 'out'];
      return { argv: command, bent: 'study.yaml', how, names };
    },
  },
  {
    name: 'store',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      copyStudy(folder, base, 'out');
      const files = readdirSync(path.join(folder, 'out'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort();
      const bent = files[random.below(files.length)] ?? '';
      return {
        argv: ['run', 'study.yaml', '--out', 'out'],
        bent,
        how: bendFile(folder, bent, random, bendBytes),
        names,
      };
    },
  },
  {
    name: 'no-file',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      copyStudy(folder, base, 'units', 'scores.csv', 'embedding', 'out');
      const uses: readonly (readonly [bent: string, argv: readonly string[]])[] = [
        ...[
          'study.yaml',
          'model.onnx',
          'data/labels.csv',
          'data/images/scene-001.png',
          'data/labels/scene-001.png',
          'out/.store/lock',
          'out/.store/hashes.index',
          'out/manifest.json',
          'out/embedding.arrow',
          'out/models/one',
          'out/models/one/units.csv',
          'out/changes.json',
        ].map((file) => [file, ['run', 'study.yaml', '--out', 'out']] as const),
        ['units/0.csv', ['embed', 'units/0.csv', 'units/1.csv', 'units/2.csv', '--out', 'new', '--components', '1']],
        [
          'units/0.arrow',
          ['embed', 'units/0.arrow', 'units/1.csv', 'units/2.csv', '--out', 'new', '--components', '1'],
        ],
        ['scores.csv', ['relate', '--embedding', 'embedding', '--scores', 'scores.csv', '--out', 'new']],
        ['embedding/fit.arrow', ['place', '--embedding', 'embedding', 'units/4.csv']],
        ['embedding/manifest.json', ['place', '--embedding', 'embedding', 'units/4.csv']],
        ['model.onnx', ['layers', 'model.onnx']],
        ['data/labels.csv', ['data', 'info', 'data']],
        ['out', ['run', 'study.yaml', '--out', 'out']],
      ];
      const [bent, argv] = uses[random.below(uses.length)] ?? ['', []];
      const [how, make] = noFiles[random.below(noFiles.length)] ?? ['', () => undefined];
      rmSync(path.join(folder, bent), { recursive: true, force: true });
      make(path.join(folder, bent));
      return { argv, bent, how: `${how} in its place`, names: [...names, 'embedding', 'units'] };
    },
  },
];
