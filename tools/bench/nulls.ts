import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writePlainLayout, writeResNet50 } from '@intermodel/testing';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const images = 200;
const roundsMeasured = 3;

/**
 * A run of a ResNet-50-sized model (2,048 units) with and without tests against chance and the bootstrap over images,
 * measured in turn.
 */
export function benchNulls(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(
      path.join(folder, 'scenes'),
      drawScenes({ count: images, width: 320, height: 240, seed: 1 }),
    );
    const file = path.join(folder, 'resnet50.onnx');
    writeResNet50(file, { seed: 1, sparse: true });
    const run = (nulls: number, resample: 'images' | 'units', out: string) =>
      measureProcess(command, [
        ...['dissect', '--model', file, '--images', layout.images, '--labels', layout.labels],
        ...[
          '--label-names',
          layout.labelNames,
          '--gallery-units',
          '0',
          '--nulls',
          String(nulls),
          '--resample',
          resample,
        ],
        ...['--out', path.join(folder, out), '--quiet'],
      ]);
    const rounds = Array.from({ length: roundsMeasured }, (_, round) => {
      const before = run(0, 'units', `without${String(round)}`);
      const tested = run(200, 'units', `tested${String(round)}`);
      const resampled = run(0, 'images', `resampled${String(round)}`);
      const both = run(200, 'images', `both${String(round)}`);
      const after = run(0, 'units', `after${String(round)}`);
      for (const name of ['without', 'tested', 'resampled', 'both', 'after'])
        rmSync(path.join(folder, `${name}${String(round)}`), { recursive: true });
      const usual = (before.seconds + after.seconds) / 2;
      return { before, tested, resampled, both, ratioOf: ({ seconds }: typeof both) => seconds / usual };
    });
    const title = `${String(images)} images, 2,048 units`;
    printFigure('nulls', `${title}: without`, `${median(rounds.map(({ before }) => before.seconds)).toFixed(1)} s`);
    printFigure('nulls', 'memory without', `${median(rounds.map(({ before }) => before.megabytes)).toFixed(0)} MB`);
    const kinds = { tested: '200 nulls', resampled: '200 replicates over images', both: 'both' } as const;
    for (const [kind, name] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
      const runs = rounds.map((round) => ({ ...round[kind], ratio: round.ratioOf(round[kind]) }));
      printFigure('nulls', `${title}: ${name}`, `${median(runs.map(({ seconds }) => seconds)).toFixed(1)} s`);
      const most = kind === 'both' ? (['at most 1.30'] as const) : ([] as const);
      printFigure('nulls', `ratio, ${name}`, median(runs.map(({ ratio }) => ratio)).toFixed(2), ...most);
      printFigure('nulls', `memory, ${name}`, `${median(runs.map(({ megabytes }) => megabytes)).toFixed(0)} MB`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
