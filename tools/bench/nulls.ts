import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writePlainLayout, writeResNet50 } from '@intermodel/testing';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const images = 200;
const roundsMeasured = 3;

/** A run of a ResNet-50-sized model (2,048 units) with and without tests against chance, measured in turn. */
export function benchNulls(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(
      path.join(folder, 'scenes'),
      drawScenes({ count: images, width: 320, height: 240, seed: 1 }),
    );
    const file = path.join(folder, 'resnet50.onnx');
    writeResNet50(file, { seed: 1, sparse: true });
    const run = (nulls: number, out: string) =>
      measureProcess(command, [
        ...['dissect', '--model', file, '--images', layout.images, '--labels', layout.labels],
        ...['--label-names', layout.labelNames, '--gallery-units', '0', '--nulls', String(nulls)],
        ...['--out', path.join(folder, out), '--quiet'],
      ]);
    const rounds = Array.from({ length: roundsMeasured }, (_, round) => {
      const before = run(0, `without${String(round)}`);
      const tested = run(200, `with${String(round)}`);
      const after = run(0, `after${String(round)}`);
      for (const name of ['without', 'with', 'after'])
        rmSync(path.join(folder, `${name}${String(round)}`), { recursive: true });
      return { tested, ratio: tested.seconds / ((before.seconds + after.seconds) / 2), before };
    });
    const title = `${String(images)} images, 2,048 units`;
    printFigure('nulls', `${title}: without`, `${median(rounds.map(({ before }) => before.seconds)).toFixed(1)} s`);
    printFigure('nulls', `${title}: with 200`, `${median(rounds.map(({ tested }) => tested.seconds)).toFixed(1)} s`);
    printFigure('nulls', 'ratio', median(rounds.map(({ ratio }) => ratio)).toFixed(2), 'at most 1.30');
    printFigure('nulls', 'memory without', `${median(rounds.map(({ before }) => before.megabytes)).toFixed(0)} MB`);
    printFigure('nulls', 'memory with', `${median(rounds.map(({ tested }) => tested.megabytes)).toFixed(0)} MB`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
