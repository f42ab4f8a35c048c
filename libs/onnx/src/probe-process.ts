import { Worker } from 'node:worker_threads';
import { packError } from '@intermodel/errors';
import { measureRun } from './measure-run.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';
import { probeShapes } from './probe-shapes.ts';

/** Ends this process when the one that started it is gone: while a model runs, nothing else here would notice. */
const watchParent = `setInterval(() => { if (process.ppid !== ${String(process.ppid)}) process.kill(process.pid, 'SIGKILL'); }, 500);`;

async function answer(request: ProbeRequest, beforeLong: () => void): Promise<ProbeAnswer> {
  if (request.kind === 'shapes') return { kind: 'shapes', shapes: await probeShapes(request, beforeLong) };
  beforeLong();
  return { kind: 'run', run: await measureRun(request) };
}

/** Answers questions, one after the other; what may take long is watched from a thread of its own. */
function serve(): void {
  let watch: Worker | undefined;
  const beforeLong = () => {
    watch ??= new Worker(watchParent, { eval: true });
    watch.unref();
  };
  process.on('message', (request: ProbeRequest) => {
    void answer(request, beforeLong)
      .catch((error: unknown): ProbeAnswer => ({ kind: 'failed', error: packError(error) }))
      .then((message) => process.send?.(message));
  });
}

if (process.send !== undefined) serve();
