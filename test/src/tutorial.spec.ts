import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, root, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const tutorial = readFileSync(path.join(root, 'docs/tutorial.md'), 'utf8');

/** A command of the page with the lines that it is said to print; `…` stands for any lines. */
interface Shown {
  readonly line: string;
  readonly printed: readonly string[];
}

const steps = [...tutorial.matchAll(/^```console\n(.*?)^```$/gmsu)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /mu)
    .slice(1)
    .map((text): Shown => {
      const [line = '', ...printed] = text.trimEnd().split('\n');
      return { line, printed };
    }),
);

/** Texts and numbers of a line, whatever the spaces between them. */
const tokens = (line: string) => line.trim().split(/\s+/u);

/** Whether two lines say the same: processors may differ in last digits, and a unit may lie on an edge. */
function isAlike(shown: string, printed: string): boolean {
  const [one, other] = [tokens(shown), tokens(printed)];
  return (
    one.length === other.length &&
    one.every((token, index) => {
      const [a, b] = [token, other[index] ?? ''].map((text) => Number(text.replaceAll(/[(),:%]/gu, '')));
      if (a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b)) return token === other[index];
      return Math.abs(a - b) <= (Number.isInteger(a) ? 1 : 0.005) + 0.02 * Math.abs(a);
    })
  );
}

/** Lines of the page that were not printed, in their order. */
function missing(shown: readonly string[], printed: readonly string[]): string[] {
  let place = 0;
  let mayJump = false;
  return shown.filter((line) => {
    if (line === '…') {
      mayJump = true;
      return false;
    }
    const found = mayJump
      ? printed.findIndex((text, index) => index >= place && isAlike(line, text))
      : isAlike(line, printed[place] ?? '')
        ? place
        : -1;
    if (found < 0) return true;
    [place, mayJump] = [found + 1, false];
    return false;
  });
}

describe('the tutorial', () => {
  it('has commands', () => {
    expect(steps.length).toBeGreaterThan(6);
  });

  it.each(steps)('prints what it shows: $line', ({ line, printed }) => {
    const script = `intermodel() { "${process.execPath}" "${command}" "$@"; }\n${line}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: at(), encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect({ missing: missing(printed, stdout.split('\n')), stdout }).toEqual({ missing: [], stdout });
  });
});
