import type { DissectionEvent } from '@intermodel/pipelines';
import { durationText, type TerminalOptions } from './output.ts';
import { showProgress, writeMessage } from './terminal.ts';

/** Milliseconds between two lines of progress. */
const interval = 100;

/** Work that goes on: how much of a step is done. */
interface Progress {
  readonly kind: 'progress';
  readonly models: readonly string[];
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/** Shows a dissection on standard error, only on a terminal: images per second, time left, models that are done. */
export function dissectionProgress({ quiet, verbose }: TerminalOptions): {
  readonly onEvent: (event: DissectionEvent | Progress) => void;
  readonly done: () => void;
} {
  const shown = quiet !== true && process.stderr.isTTY;
  const line = (text: string, end = '') => {
    if (shown) showProgress(text, end);
  };
  let step = '';
  let start = 0;
  let last = 0;
  return {
    onEvent: (event) => {
      if (event.kind === 'model')
        line(
          `${event.model.name}: ${event.layers.map(({ layer, summary }) => `${layer} ${String(summary.detected)} of ${String(summary.units)} units match a concept`).join(', ')}`,
          '\n',
        );
      if (verbose === true) tellStep(event, line);
      if (event.kind !== 'progress') return;
      const now = performance.now();
      const current = [event.models.join(', '), event.step].filter((part) => part !== '').join(': ');
      if (current !== step) [step, start, last] = [current, now, 0];
      if (now - last < interval && event.done < event.total) return;
      last = now;
      const rate = event.done / Math.max(1e-3, (now - start) / 1000);
      const estimate =
        event.done === 0
          ? ''
          : `, ${rate.toFixed(1)} per second, ${durationText((event.total - event.done) / rate)} left`;
      line(`${current} ${String(event.done)} of ${String(event.total)}${estimate}`);
    },
    done: () => {
      line('');
    },
  };
}

const stepWords = { 'step-started': 'runs', 'step-done': 'done', 'step-skipped': 'found in the store' } as const;

/** A line for a step; progress on a terminal is written over. */
function tellStep(event: DissectionEvent | Progress, clear: (text: string) => void): void {
  if (!('subject' in event) || !('step' in event)) return;
  clear('');
  const took = event.kind === 'step-done' ? ` in ${durationText(event.milliseconds / 1000)}` : '';
  writeMessage(
    `${[event.step, event.subject].filter((part) => part !== '').join(' ')}: ${stepWords[event.kind]}${took}\n`,
  );
}
