import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

/** Whether a Redis server is installed here. */
export const hasRedis = spawnSync('redis-server', ['--version']).error === undefined;

/** A Redis server of one's own. */
export interface RedisServer {
  /** Its port on this machine. */
  readonly port: number;
  /** Its address, without credentials. */
  readonly address: string;
  /** Kills it, as a power cut would. */
  readonly kill: () => Promise<void>;
  /** Starts it again over the same files. */
  readonly start: () => Promise<void>;
}

/**
 * Starts a Redis server on a free port, which keeps an append-only file in a folder.
 *
 * @param folder its files
 * @param settings further settings, such as `['--requirepass', 'secret']`
 */
export async function startRedis(folder: string, settings: readonly string[] = []): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const [port] = (await freePorts(1)) as [number];
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        ...['--appendonly', 'yes', '--save', '', ...settings],
      ],
      { stdio: 'ignore' },
    );
    while (!(await answers(port))) await delay(20);
  };
  await start();
  return {
    port,
    address: `redis://127.0.0.1:${String(port)}`,
    start,
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Whether a server says so that it is there, and has read its files. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.setTimeout(1000);
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [text] = (await once(socket, 'data')) as [Buffer];
    return /PONG|NOAUTH/u.test(text.toString());
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
