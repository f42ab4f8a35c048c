import { setTimeout as delay } from 'node:timers/promises';
import { InputError, MachineError } from '@intermodel/streams';
import type { Redis, RedisOptions } from 'ioredis';
import { safeAddress } from '../safe-address.ts';

/** Variables of the environment that may hold the address of a queue, the first that is set. */
export const redisVariables = ['INTERMODEL_REDIS', 'REDIS_URL'] as const;

/**
 * The address of a queue: what was given, else what the environment says. The environment is the better place, since
 * other users of a machine see command lines.
 *
 * @throws InputError `REDIS_ADDRESS`; it never repeats the address.
 */
export function redisAddress(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  const [variable] = redisVariables.filter((name) => (environment[name] ?? '') !== '');
  const address = given ?? (variable === undefined ? undefined : environment[variable]);
  const expected = 'redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], or rediss://… for TLS';
  if (address === undefined || address === '')
    throw new InputError('REDIS_ADDRESS', 'it was not said where the queue is', {
      expected,
      hint: `Give the address, or set ${redisVariables[0]}, which keeps its password off the command line.`,
    });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || !/^(?:\/\d*)?$/u.test(url.pathname))
    throw new InputError('REDIS_ADDRESS', `${safeAddress(address)} is no address of a Redis server`, {
      expected,
      hint: 'Characters such as @, / and # in a password are written %40, %2F, %23.',
    });
  return address;
}

/** Opens a connection that waits for the server for as long as it takes; errors go to its listeners. */
export async function openRedis(
  address: string,
  options: Pick<RedisOptions, 'lazyConnect' | 'retryStrategy' | 'connectTimeout'> = {},
): Promise<Redis> {
  const { Redis: Connection } = await import('ioredis');
  return new Connection(address, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 200, 2000),
    ...options,
  });
}

/** How {@link checkRedis} waits. */
export interface CheckRedisOptions {
  /** Milliseconds after which an unreachable server is an error. @default it is waited for */
  readonly patience?: number;
  /** Is told once that the server cannot be reached, with the reason. */
  readonly onLost?: (reason: string) => void;
  /** Is told once that it can be reached after all. */
  readonly onBack?: () => void;
  /** Stops the waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Checks that a server can be reached and takes the credentials, and tells what of its settings endangers a queue.
 *
 * @throws InputError `REDIS_REFUSED` for credentials that it does not take; MachineError `REDIS_UNREACHABLE`.
 */
export async function checkRedis(
  address: string,
  { patience = Infinity, onLost, onBack, signal }: CheckRedisOptions = {},
): Promise<readonly string[]> {
  const begun = performance.now();
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const reason = await tryRedis(address);
    if (typeof reason !== 'string') {
      if (told) onBack?.();
      return reason.warnings;
    }
    if (/^(?:NOAUTH|WRONGPASS|NOPERM|ERR (?:invalid password|AUTH))/u.test(reason))
      throw new InputError('REDIS_REFUSED', `Redis at ${safeAddress(address)} refuses the credentials: ${reason}`, {
        expected: 'user and password that the server knows',
        hint: `Give them in ${redisVariables[0]}: redis://USER:PASSWORD@HOST:PORT.`,
      });
    if (performance.now() - begun > patience)
      throw new MachineError('REDIS_UNREACHABLE', `Redis at ${safeAddress(address)} cannot be reached: ${reason}`, {
        hint: 'Start the server, or correct the address; what is in the queue and in the store stays.',
      });
    if (!told) onLost?.(reason);
    told = true;
    await delay(500, undefined, { signal });
  }
}

/** Milliseconds for which an answer is waited for. */
const answerMilliseconds = 5000;

/** Connects once; gives warnings, or the reason why it could not. */
async function tryRedis(address: string): Promise<{ readonly warnings: readonly string[] } | string> {
  const redis = await openRedis(address, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: answerMilliseconds,
  });
  let reason = 'it does not answer as a Redis server does';
  // A connection that stands is no answer yet.
  const timer = setTimeout(() => {
    redis.disconnect();
  }, answerMilliseconds);
  redis.on('error', (error: Error) => {
    reason = reasonOf(error);
  });
  try {
    await redis.connect();
    return { warnings: warningsOf(await redis.info()) };
  } catch (error) {
    const own = reasonOf(error);
    // What ended the connection says more than that it has ended.
    return own.startsWith('Connection is closed') ? reason : own;
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Why a connection failed, without the command that failed, which may hold credentials. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const text = error.message === '' && first instanceof Error ? first.message : error.message;
  return text.split('\n')[0] ?? '';
}

function warningsOf(info: string): string[] {
  const settings = new Map(
    info.split(/\r?\n/u).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
  const policy = settings.get('maxmemory_policy') ?? 'noeviction';
  return [
    ...(policy === 'noeviction'
      ? []
      : [
          `Redis drops data when its memory is full (maxmemory-policy ${policy}), and with it tasks: set it to noeviction`,
        ]),
    ...(settings.get('aof_enabled') === '0'
      ? ['Redis keeps no append-only file: when it restarts, the queue may be lost; set appendonly to yes']
      : []),
  ];
}
