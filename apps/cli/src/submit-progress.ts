import type { Submission, TaskReport, WatchedTasks } from '@intermodel/distribution';
import { durationText, type TerminalOptions } from './output.ts';
import { showProgress, writeMessage } from './terminal.ts';

/** Shows how far submitted tasks are: on a terminal a line with the time left, always what was submitted. */
export function watchProgress({ quiet }: TerminalOptions): {
  readonly onProgress: (progress: WatchedTasks) => void;
  readonly onSubmitted: (submission: Submission, again: readonly TaskReport[]) => void;
  readonly done: () => void;
} {
  const shown = quiet !== true && process.stderr.isTTY;
  const begun = performance.now();
  let atFirst: number | undefined;
  const clear = () => {
    if (shown) showProgress('');
  };
  return {
    onProgress: ({ total, done, running, waiting }) => {
      atFirst ??= done;
      const rate = (done - atFirst) / Math.max(1e-3, (performance.now() - begun) / 1000);
      const left = rate === 0 ? '' : `, ${durationText((total - done) / rate)} left`;
      if (shown)
        showProgress(
          `${String(done)} of ${String(total)} tasks done, ${String(running)} run, ${String(waiting)} wait${left}`,
        );
    },
    onSubmitted: ({ jobs }, again) => {
      if (quiet === true) return;
      clear();
      const waves = jobs.map(({ wave, job, tasks }) => `${wave} ${String(tasks)} (job ${job})`).join(', ');
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
