import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writeMobileNetV2, writePlainLayout } from '@intermodel/testing';
import { median, printFigure, timeProcess, type ProcessSeconds } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const imageCount = 8;
const roundsMeasured = 11;

/**
 * How long it takes until a small dissection is done, as a multiple of the bare command: each command runs once in
 * every round, since a machine's speed drifts. The first round is not counted.
 */
export function benchStart(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const { images, labels, labelNames } = writePlainLayout(
      path.join(folder, 'data'),
      drawScenes({ count: imageCount, width: 320, height: 240, seed: 1 }),
    );
    const model = path.join(folder, 'mobilenetv2.onnx');
    writeMobileNetV2(model, { seed: 1 });
    const out = path.join(folder, 'out');
    const data = ['--images', images, '--labels', labels, '--label-names', labelNames];
    const dissect = ['dissect', '--model', model, ...data, '--quiet', '--out', out];
    const commands: readonly (readonly [name: string, argv: readonly string[]])[] = [
      ['Node alone', ['--eval', '0']],
      ['the bare command (--version)', [command, '--version']],
      ['layers of a MobileNetV2-sized model', [command, 'layers', model]],
      [`its dissection over ${String(imageCount)} images, empty store`, [command, ...dissect]],
      ['the same again, nothing changed', [command, ...dissect]],
    ];
    const rounds: ProcessSeconds[][] = [];
    for (let round = 0; round <= roundsMeasured; round++) {
      rmSync(out, { recursive: true, force: true });
      rounds.push(commands.map(([, argv]) => timeProcess(argv)));
    }
    const counted = rounds.slice(1);
    for (const [index, [name]] of commands.entries()) {
      const figure = (kind: keyof ProcessSeconds) => {
        const seconds = median(counted.map((round) => round[index]?.[kind] ?? Number.NaN));
        const ratio = median(counted.map((round) => (round[index]?.[kind] ?? Number.NaN) / (round[1]?.[kind] ?? 0)));
        return `${seconds.toFixed(2)} s, ${ratio.toFixed(1)} x bare`;
      };
      printFigure('start', `${name}: time`, figure('wall'));
      printFigure('start', `${name}: of processors`, figure('processor'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
