import type { Submission, TaskReport, WatchedTasks } from '@intermodel/distribution';
import { durationText, type TerminalOptions } from './output.ts';
import { showProgress, writeMessage } from './terminal.ts';

/** Of how many parts of all tasks a log tells that they are done. */
const partsTold = 10;

/**
 * Shows how far submitted tasks are: on a terminal a line with the time left, in a log one as each further tenth is
 * done, always what was submitted.
 */
export function watchProgress({ quiet }: TerminalOptions): {
  readonly onProgress: (progress: WatchedTasks) => void;
  readonly onSubmitted: (submission: Submission, again: readonly TaskReport[]) => void;
  readonly done: () => void;
} {
  const shown = quiet !== true && process.stderr.isTTY;
  const begun = performance.now();
  let atFirst: number | undefined;
  let partTold: number | undefined;
  const clear = () => {
    if (shown) showProgress('');
  };
  return {
    onProgress: ({ total, done, running, waiting }) => {
      atFirst ??= done;
      const rate = (done - atFirst) / Math.max(1e-3, (performance.now() - begun) / 1000);
      const left = rate === 0 ? '' : `, ${durationText((total - done) / rate)} left`;
      const text = `${String(done)} of ${String(total)} tasks done, ${String(running)} run, ${String(waiting)} wait${left}`;
      const part = Math.floor((done / Math.max(1, total)) * partsTold);
      if (shown) showProgress(text);
      else if (quiet !== true && part > (partTold ?? part)) writeMessage(`${text}\n`);
      partTold = part;
    },
    onSubmitted: ({ jobs }, again) => {
      if (quiet === true) return;
      clear();
      const waves = jobs
        .map(({ wave, job, tasks }) => `${wave} ${String(tasks)}${job === '' ? '' : ` (job ${job})`}`)
        .join(', ');
      const reasons = [...new Set(again.map(({ reason }) => reason).filter((reason) => reason !== ''))];
      const told = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
      writeMessage(
        again.length === 0
          ? `submitted: ${waves}\n`
          : `submitted again, as ${String(again.length)} tasks ended without their steps${told}: ${waves}\n`,
      );
    },
    done: clear,
  };
}
