import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a trained model is prepared, as `spec.json` of the parity data says. */
interface ParityModel {
  readonly onnx: string;
  readonly input_size: number;
  readonly images: string;
  readonly channel_order: string;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly dissected_tensor: string;
}

/** Outcome for one model. */
export interface ParityOutcome {
  readonly model: string;
  readonly agrees: boolean;
  /** Last line of the comparison: units that match, worst differences, faults. */
  readonly line: string;
  readonly seconds: number;
}

const command = fileURLToPath(new URL('../../apps/cli/bin/intermodel.js', import.meta.url));

/** Dissects each model of the parity data by the command, as a user would, and compares it with the golden figures. */
export function* runParity(data: string, out: string): Generator<ParityOutcome> {
  const models = JSON.parse(readFileSync(path.join(data, 'models/spec.json'), 'utf8')) as Record<string, ParityModel>;
  for (const [model, spec] of Object.entries(models)) {
    const input = {
      width: spec.input_size,
      height: spec.input_size,
      channels: spec.channel_order.toLowerCase(),
      mean: spec.mean,
      std: spec.std,
    };
    const argv = [
      'dissect',
      '--model',
      `${path.join(data, spec.onnx)}:${spec.dissected_tensor}`,
      '--images',
      path.join(data, 'data', spec.images),
      '--labels',
      path.join(data, 'data/labels56'),
      '--label-names',
      path.join(data, 'data/labels.csv'),
      '--input',
      JSON.stringify(input),
      '--quiet',
      '--out',
      path.join(out, model),
    ];
    const start = performance.now();
    const run = spawnSync(process.execPath, [command, ...argv], { encoding: 'utf8' });
    const seconds = (performance.now() - start) / 1000;
    if (run.status !== 0) {
      yield { model, agrees: false, line: run.stderr.trim(), seconds };
      continue;
    }
    const compared = spawnSync(
      process.execPath,
      [
        path.join(data, 'compare.mjs'),
        path.join(out, model, 'models', model, 'units.csv'),
        path.join(data, 'golden', `${model}.units.csv`),
      ],
      { encoding: 'utf8' },
    );
    yield { model, agrees: compared.status === 0, line: compared.stdout.trim().split('\n').at(-1) ?? '', seconds };
  }
}
