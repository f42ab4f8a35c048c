import { Worker } from 'node:worker_threads';
import { packError } from '@intermodel/errors';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';
import { probeShapes } from './probe-shapes.ts';

/** Ends this process when the one that started it is gone: while a model runs, nothing else here would notice. */
const watchParent = `setInterval(() => { if (process.ppid !== ${String(process.ppid)}) process.kill(process.pid, 'SIGKILL'); }, 500);`;

/** Answers questions, one after the other; what may take long is watched from a thread of its own. */
function serve(): void {
  let watch: Worker | undefined;
  const beforeLong = () => {
    watch ??= new Worker(watchParent, { eval: true });
    watch.unref();
  };
  process.on('message', (request: ProbeRequest) => {
    void probeShapes(request, beforeLong)
      .then((shapes): ProbeAnswer => ({ kind: 'shapes', shapes }))
      .catch((error: unknown): ProbeAnswer => ({ kind: 'failed', error: packError(error) }))
      .then((answer) => process.send?.(answer));
  });
}

if (process.send !== undefined) serve();
