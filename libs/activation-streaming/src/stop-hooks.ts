import type { RunGuard } from './run-guard.ts';

/*
 * Node warns of more than ten listeners of one kind, as a study of more models has. So one listener serves all of them.
 */

/** Longest time that an ending process waits for the run under way. */
const exitMilliseconds = 5000;

const atWork = new Set<RunGuard>();

/** Has the run of a thread under way return before the process ends. Returns how to undo it. */
export function stopAtExit(guard: RunGuard): () => void {
  if (atWork.size === 0) process.on('exit', stopAll);
  atWork.add(guard);
  return () => {
    if (atWork.delete(guard) && atWork.size === 0) process.off('exit', stopAll);
  };
}

function stopAll(): void {
  // All are told first, so that they end side by side.
  for (const guard of atWork) guard.stop();
  const returned = [...atWork].map((guard) => guard.stopAndWait(exitMilliseconds));
  // A run that does not return keeps its thread, and with it this process, for ever.
  if (returned.includes(false)) process.kill(process.pid, 'SIGKILL');
}

interface AbortCalls {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

const byAbort = new WeakMap<AbortSignal, AbortCalls>();

/** Calls back when a signal is aborted. Returns how to undo it. */
export function callOnAbort(signal: AbortSignal, call: () => void): () => void {
  const { calls, listener } = byAbort.get(signal) ?? listen(signal);
  calls.add(call);
  return () => {
    calls.delete(call);
    if (calls.size > 0) return;
    signal.removeEventListener('abort', listener);
    if (byAbort.get(signal)?.calls === calls) byAbort.delete(signal);
  };
}

function listen(signal: AbortSignal): AbortCalls {
  const calls = new Set<() => void>();
  const listener = () => {
    for (const each of [...calls]) each();
  };
  signal.addEventListener('abort', listener, { once: true });
  const entry = { calls, listener };
  byAbort.set(signal, entry);
  return entry;
}
