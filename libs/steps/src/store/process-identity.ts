import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one that was given the same id. */
export interface ProcessIdentity {
  /** Name of the machine. */
  readonly host: string;
  /** Random id of the machine's start; empty where the system tells none. */
  readonly boot: string;
  /** Process id. */
  readonly pid: number;
  /** When the process started, in ticks since the machine's start; empty where the system tells none. */
  readonly start: string;
}

/** The running process. */
export const thisProcess: ProcessIdentity = {
  host: hostname(),
  boot: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '',
  pid: process.pid,
  start: readState(process.pid)?.start ?? '',
};

/**
 * Where process ids mean what they mean to this process, 16 hexadecimal digits: other machines differ, be it that they
 * bear the same name, and so do containers, and this machine before its last start.
 */
export const thisMachine = createHash('sha256')
  .update(JSON.stringify([thisProcess.host, thisProcess.boot, readPidNamespace()]))
  .digest('hex')
  .slice(0, 16);

/** Whether a process still runs; undefined for one of another machine, which cannot be seen from here. */
export function isRunning({ host, boot, pid, start }: ProcessIdentity): boolean | undefined {
  if (pid < 1) return false;
  if (host !== thisProcess.host) return undefined;
  if (boot !== thisProcess.boot && boot !== '' && thisProcess.boot !== '') return false;
  const state = readState(pid);
  if (state === undefined) return answersSignals(pid);
  // A zombie has closed its files and computes no more, although it still answers signals.
  return !'ZX'.includes(state.letter) && (start === '' || start === state.start);
}

function readState(pid: number): { letter: string; start: string } | undefined {
  const text = readText(`/proc/${String(pid)}/stat`);
  if (text === undefined) return undefined;
  // The name of the program stands in parentheses and may itself hold spaces and parentheses; fields 3 and 22 follow.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { letter: fields[0] ?? '', start: fields[19] ?? '' };
}

function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
