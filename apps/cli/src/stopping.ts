import { discardStagedFolders } from '@intermodel/streams';
import { exitCodes } from './failures.ts';
import { writeMessage } from './terminal.ts';

/** Thrown by a command that was told to stop and has stopped cleanly. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

let controller: AbortController | undefined;

/**
 * Runs work that can stop by itself: the first Ctrl-C aborts the signal, and the work ends cleanly; then `outlook` is
 * told, as it is by then.
 *
 * @throws Stopped once the work has ended because of it.
 */
export async function stoppable<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outlook?: string | (() => string),
): Promise<T> {
  const own = new AbortController();
  controller = own;
  try {
    return await work(own.signal);
  } catch (error) {
    if (!own.signal.aborted) throw error;
    if (outlook !== undefined) writeMessage(`${typeof outlook === 'string' ? outlook : outlook()}\n`);
    throw new Stopped('stopped');
  } finally {
    controller = undefined;
  }
}

/**
 * Stops on Ctrl-C, on a request to terminate, and when the terminal goes away; a second Ctrl-C does not wait. A hang-up
 * that comes to a process without a terminal, as under `nohup`, is ignored. Returns how to undo it.
 */
export function listenForStop(): () => void {
  const stop = () => {
    if (controller !== undefined && !controller.signal.aborted) {
      writeMessage('\nstopping …\n');
      controller.abort();
      return;
    }
    discardStagedFolders();
    process.exit(exitCodes.stopped);
  };
  // Node forgets that `nohup` had this signal ignored, but whoever uses it leaves no stream on a terminal.
  const hangUp = () => {
    const usesTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
    // It may come several times, which is nobody's impatience.
    if (usesTerminal && controller?.signal.aborted !== true) stop();
  };
  const listeners = { SIGINT: stop, SIGTERM: stop, SIGHUP: hangUp };
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
  };
}
