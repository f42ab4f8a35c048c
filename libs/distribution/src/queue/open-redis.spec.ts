import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRedis, redisAddress } from './open-redis.ts';

describe(redisAddress, () => {
  it('is what was given, else what the environment says', () => {
    const environment = { INTERMODEL_REDIS: 'redis://a', REDIS_URL: 'redis://b' };
    expect(redisAddress('rediss://c:6380/2', environment)).toBe('rediss://c:6380/2');
    expect(redisAddress(undefined, environment)).toBe('redis://a');
    expect(redisAddress(undefined, { ...environment, INTERMODEL_REDIS: '' })).toBe('redis://b');
    expect(() => redisAddress(undefined, {})).toThrow(expect.objectContaining({ code: 'REDIS_ADDRESS' }));
    expect(() => redisAddress('', environment)).toThrow(expect.objectContaining({ code: 'REDIS_ADDRESS' }));
  });

  it('is never repeated where it is none', () => {
    const wrong = fc.constantFrom(
      (secret: string) => `redis://:${secret}@host:port`,
      (secret: string) => `redis://user:${secret}@host/path`,
      (secret: string) => `http://user:${secret}@host`,
      (secret: string) => `:${secret}@host`,
      (secret: string) => `redis://user:${secret}#@host:1:2`,
    );
    fc.assert(
      fc.property(wrong, fc.stringMatching(/^secret[a-z]{6}$/u), (make, secret) => {
        try {
          redisAddress(make(secret), {});
        } catch (error) {
          expect(JSON.stringify([error, String(error)])).not.toContain(secret);
          return;
        }
        throw new Error('not refused');
      }),
      { seed: 19 },
    );
  });
});

describe(checkRedis, () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A server that gives one answer to all. */
  async function answering(answer: string): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => answer !== '' && socket.write(answer));
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    return `redis://:secret@127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  }

  it('tells that nobody is there, or that it is something else, once it has waited', async () => {
    await expect(checkRedis('redis://:secret@127.0.0.1:1', { patience: 600 })).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
      message: expect.stringContaining('redis://127.0.0.1:1 cannot be reached: connect ECONNREFUSED') as string,
    });
    for (const answer of ['HTTP/1.1 400 Bad Request\r\n', '']) {
      const error: unknown = await checkRedis(await answering(answer), { patience: 100 }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'REDIS_UNREACHABLE' });
      expect(JSON.stringify([error, String(error)])).not.toContain('secret');
    }
  });

  it('waits for as long as it takes, tells once, and stops when it is told to', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const checking = checkRedis('redis://127.0.0.1:1', {
      signal: stop.signal,
      onLost: (reason) => {
        told.push(reason);
        setTimeout(() => {
          stop.abort(new Error('enough'));
        }, 1200);
      },
    });
    await expect(checking).rejects.toThrow();
    expect(told).toEqual(['connect ECONNREFUSED 127.0.0.1:1']);
  });
});
