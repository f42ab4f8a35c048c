import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureProcess, printFigure } from './measure.ts';

const [models, unitsPerModel] = [5000, 512];

/** The whole command `embed` with a CSV of 5,000 synthetic models of 512 units, of which there are 2,560,000 rows. */
export function benchEmbedCommand(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'embed-bench-'));
  try {
    const table = path.join(folder, 'units.csv');
    writeTable(table);
    const { seconds, megabytes } = measureProcess(
      path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js'),
      ['embed', table, '--out', path.join(folder, 'out'), '--quiet'],
    );
    printFigure(
      'many',
      `embed ${models.toLocaleString('en')} models x ${String(unitsPerModel)} units, with report`,
      `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`,
      'under 60 s, 1,500 MB',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeTable(file: string): void {
  const handle = openSync(file, 'w');
  writeSync(handle, 'model,unit,iou,concept,category\n');
  const categories = ['object', 'part', 'material', 'color'];
  let state = 1;
  const random = () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
  for (let model = 0; model < models; model++) {
    let rows = '';
    for (let unit = 0; unit < unitsPerModel; unit++) {
      // Models of five families share what they prefer.
      const concept = Math.floor(300 * (random() * 0.6 + random() * 0.08 * (model % 5)));
      rows += `model-${String(model)},${String(unit)},${(random() * 0.2).toFixed(4)},concept${String(concept)},${categories[concept % 4] ?? ''}\n`;
    }
    writeSync(handle, rows);
  }
  closeSync(handle);
}
