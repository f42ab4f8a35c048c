import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureProcess, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');

/** The whole study of a small world, from pixels to the report, and the same again when all of it is there. */
export function benchWorld(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const run = () => measureProcess(command, ['world', '--run', '--out', path.join(folder, 'world'), '--quiet']);
    const [first, again] = [run(), run()];
    printFigure('world', '2,000 scenes, all networks and tasks', `${first.seconds.toFixed(1)} s`, 'at most 60 s');
    printFigure('world', 'peak memory', `${first.megabytes.toFixed(0)} MB`, 'at most 1,500 MB');
    printFigure('world', 'folder', `${(bytesOf(folder) / 1e9).toFixed(1)} GB`);
    printFigure('world', 'the same again', `${again.seconds.toFixed(1)} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
