import { discardStagedFolders } from '@intermodel/streams';
import { exitCodes } from './failures.ts';

/** Thrown by a command that was told to stop and has stopped cleanly. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

let controller: AbortController | undefined;

/**
 * Runs work that can stop by itself: the first Ctrl-C aborts the signal, and the work ends cleanly; then `outlook` is told.
 *
 * @throws Stopped once the work has ended because of it.
 */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>, outlook?: string): Promise<T> {
  const own = new AbortController();
  controller = own;
  try {
    return await work(own.signal);
  } catch (error) {
    if (!own.signal.aborted) throw error;
    if (outlook !== undefined) process.stderr.write(`${outlook}\n`);
    throw new Stopped('stopped');
  } finally {
    controller = undefined;
  }
}

/** Stops on Ctrl-C and on a request to terminate; a second Ctrl-C does not wait. Returns how to undo it. */
export function listenForStop(): () => void {
  const stop = () => {
    if (controller !== undefined && !controller.signal.aborted) {
      process.stderr.write('\nstopping …\n');
      controller.abort();
      return;
    }
    discardStagedFolders();
    process.exit(exitCodes.stopped);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}
