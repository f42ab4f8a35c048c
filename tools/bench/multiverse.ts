import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledStudy } from '@intermodel/data-loading';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const universes = 1000;

/** The claims of the published study in 1,000 universes: what `multiverse` takes beyond `embed`, report included. */
export function benchMultiverse(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const { units, scores, families, claims } = bundledStudy('ssl-2022');
    const study = [units, '--preset', 'paper-2022', '--scores', scores, '--families', families, '--quiet'];
    const out = path.join(folder, 'out');
    const judged = ['multiverse', ...study, '--claims', claims, '--universes', String(universes), '--out', out];
    const rounds = Array.from({ length: 3 }, () => ({
      without: measureProcess(command, ['embed', ...study, '--out', path.join(folder, 'without')]),
      whole: measureProcess(command, judged),
    }));
    const rows = readFileSync(path.join(out, 'universes.csv'), 'utf8').trimEnd().split('\n').length - 1;
    if (rows !== universes + 1) throw new Error(`expected ${String(universes + 1)} universes, got ${String(rows)}`);
    const seconds = median(rounds.map(({ whole, without }) => whole.seconds - without.seconds));
    printFigure('multiverse', '1,000 universes, beyond embed, median of 3', `${seconds.toFixed(2)} s`, 'under 10 s');
    printFigure(
      'multiverse',
      'peak memory, median of 3',
      `${median(rounds.map(({ whole }) => whole.megabytes)).toFixed(0)} MB`,
      'under 400 MB',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
