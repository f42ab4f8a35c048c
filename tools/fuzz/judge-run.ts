import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { FuzzCase } from './fuzz-kind.ts';
import type { BoundedRun } from './run-bounded.ts';

/** What is wrong with how a run took a bent input. */
export interface Fault {
  /** Kind of the fault. */
  readonly fault:
    | 'stack trace'
    | 'signal'
    | 'exit code'
    | 'processor time'
    | 'memory'
    | 'waits'
    | 'silent'
    | 'names no file'
    | 'input changed'
    | 'left behind'
    | 'raw control characters';
  /** What was seen. */
  readonly seen: string;
}

/** Hash of every file below a folder, by relative path. */
export function folderState(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/**
 * Judges a run: it ends with 0, 1 or 2, says in words what is wrong and with which file, takes at most so much, changes
 * no input, and leaves nothing but its output.
 *
 * @param before state of the folder before the run
 * @param after state of the folder after it
 */
export function judgeRun(
  run: BoundedRun,
  { bent, names = [] }: FuzzCase,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Fault[] {
  const faults: Fault[] = [];
  const found = (fault: Fault['fault'], seen: string) => faults.push({ fault, seen });
  const { code, signal, stderr, beyond } = run;
  const firstLines = stderr.slice(0, 300);
  if (beyond === 'seconds') found('processor time', `ended after ${run.seconds.toFixed(0)} s`);
  else if (beyond === 'megabytes') found('memory', `ended at ${run.megabytes.toFixed(0)} MB`);
  else if (beyond === 'waiting') found('waits', 'took no processor time');
  else if (signal !== null) found('signal', `${signal}: ${firstLines}`);
  else if (code !== 0 && code !== 1 && code !== 2) found('exit code', `${String(code)}: ${firstLines}`);
  if (/UNEXPECTED|^\s+at .+[:)]\d*|node:internal/mu.test(stderr)) found('stack trace', firstLines);
  if (code === 1 || code === 2) {
    if (!/^(?:error |\{"error":)/mu.test(stderr)) found('silent', firstLines);
    else if (
      code === 2 &&
      ![path.basename(bent), path.basename(bent, path.extname(bent)), ...names].some((name) => stderr.includes(name))
    )
      found('names no file', firstLines);
  }

  const raw = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/u.exec(stderr.replaceAll('\r\n', '\n'));
  if (raw !== null)
    found('raw control characters', JSON.stringify(stderr.slice(Math.max(0, raw.index - 60), raw.index + 20)));
  for (const [file, hash] of before)
    if (!file.startsWith('out/') && after.get(file) !== hash) found('input changed', file);
  const added = [...after.keys()].filter((file) => !before.has(file));
  const allowed = code === 0 ? /^out\//u : /^out\/(?:\.store\/|models\/|\.labels\/|unfinished\.json$)/u;
  const left = added.filter(
    (file) => !allowed.test(file) || /(?:^|\/)\.[^/]+\.[0-9a-f]{8}\.(?:partial|old)(?:\/|$)/u.test(file),
  );
  if (beyond === undefined && left.length > 0) found('left behind', left.slice(0, 5).join(', '));
  return faults;
}
