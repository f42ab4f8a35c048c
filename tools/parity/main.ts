/**
 * Dissects the four trained models of the parity data and compares them with the figures of an independent
 * implementation:
 *   npx tsx tools/parity/main.ts [FOLDER OF THE PARITY DATA]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runParity } from './run-parity.ts';

const data = process.argv[2] ?? fileURLToPath(new URL('../../../shared/parity', import.meta.url));
if (existsSync(data)) {
  const out = mkdtempSync(path.join(tmpdir(), 'parity-'));
  for (const { model, agrees, line, seconds } of runParity(data, out)) {
    console.log(`${model.padEnd(24)} ${agrees ? 'agrees ' : 'DIFFERS'} ${seconds.toFixed(1).padStart(5)} s  ${line}`);
    if (!agrees) process.exitCode = 1;
  }
  rmSync(out, { recursive: true });
} else {
  console.log(`skipped: the parity data is not at ${data}`);
}
