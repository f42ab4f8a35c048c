import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');

/** `intermodel reproduce` as a whole cold process, report included. */
export function benchReproduce(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const out = path.join(folder, 'out');
    const runs = Array.from({ length: 5 }, () => measureProcess(command, ['reproduce', '--out', out, '--quiet']));
    const rows = readFileSync(path.join(out, 'relations.csv'), 'utf8').trimEnd().split('\n').length - 1;
    if (rows !== 576) throw new Error(`expected 576 relations, got ${String(rows)}`);
    printFigure(
      'reproduce',
      'whole process, median of 5',
      `${median(runs.map(({ seconds }) => seconds)).toFixed(2)} s`,
      'under 6 s',
    );
    printFigure(
      'reproduce',
      'peak memory, median of 5',
      `${median(runs.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
      'under 400 MB',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
