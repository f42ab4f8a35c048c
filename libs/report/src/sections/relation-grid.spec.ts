import { describe, expect, it } from 'vitest';
import { distinctTasks } from '../fixtures/distinct-tasks.ts';
import { parseDocument } from '../page/parse-document.ts';
import { relationGrid } from './relation-grid.ts';

describe('relationGrid', () => {
  it('says in each cell what was found of its pair, and marks what is supported', () => {
    const grid = parseDocument(`<!doctype html><html><body>${relationGrid(distinctTasks).toString()}</body></html>`);
    const cells = [...grid.querySelectorAll('tbody td')];
    expect(cells.map((cell) => [cell.textContent, cell.getAttribute('title')])).toEqual([
      [
        '●supported: −.62',
        'component 1, CIFAR10, accuracy: r = −0.62, 95 % interval −0.87 to −0.10, q\u00a0=\u00a00.045, n = 13, supported',
      ],
      ['–', null],
      ['–', null],
      [
        '.73',
        'unique object concepts, NYU, mean angle error: r = 0.73, 95 % interval −0.02 to 0.90, q\u00a0<\u00a00.001, n = 11, not supported: the interval includes 0; without SwAV r is −0.13',
      ],
    ]);
    expect(cells.map((cell) => (cell.getAttribute('class') ?? '').includes('supported'))).toEqual([
      ...[true, false, false, false],
    ]);
    expect([...grid.querySelectorAll('tbody th[scope=row]')].map(({ textContent }) => textContent)).toEqual([
      'CIFAR10, accuracy',
      'NYU, mean angle error ↓',
    ]);
  });
});
