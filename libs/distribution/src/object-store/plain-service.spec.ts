import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucketClaims, BucketConditions } from './bucket-claims.ts';
import { Bucket } from './bucket.ts';
import { objectStore } from './object-store.ts';
import { readStoreAddress } from './store-address.ts';

/** What a service does with a condition of a request. */
type Habit = 'ignores' | 'refuses' | 'keeps';

/** The least that a service of its kind can: objects, whole. Older and smaller services know fewer conditions. */
function service(none: Habit, match: Habit) {
  const objects = new Map<string, Buffer>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const name = request.url?.split('?')[0] ?? '';
    const { 'if-none-match': ifNone, 'if-match': ifMatch } = request.headers;
    const body = await buffer(request);
    const say = (status: number, code = '') =>
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(code === '' ? '' : `<Error><Code>${code}</Code></Error>`);
    const etag = (bytes: Buffer | undefined) => (bytes === undefined ? '' : `"${bytes.toString('hex').slice(0, 64)}"`);
    if (request.method === 'PUT') {
      if ((ifNone !== undefined && none === 'refuses') || (ifMatch !== undefined && match === 'refuses'))
        return say(501, 'NotImplemented');
      if (ifNone !== undefined && none === 'keeps' && objects.has(name)) return say(412, 'PreconditionFailed');
      if (ifMatch !== undefined && match === 'keeps' && ifMatch !== etag(objects.get(name)))
        return say(412, 'PreconditionFailed');
      objects.set(name, body);
      return say(200);
    }
    const found = objects.get(name);
    if (request.method === 'DELETE') objects.delete(name);
    if (request.method === 'DELETE') return say(204);
    if (request.url?.includes('list-type=2') === true)
      return response.end(
        `<ListBucketResult>${[...objects.keys()]
          .filter((key) => key.includes('/claims/'))
          .map((key) => `<Contents><Key>${key.slice('/bucket/'.length)}</Key></Contents>`)
          .join('')}</ListBucketResult>`,
      );
    return found === undefined ? say(404, 'NoSuchKey') : response.writeHead(200, { etag: etag(found) }).end(found);
  };
  const server = createServer((request, response) => void answer(request, response));
  return { server, objects };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plain-'));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) Reflect.deleteProperty(process.env, name);
});

async function on(none: Habit, match: Habit, use: (endpoint: string, objects: Map<string, Buffer>) => Promise<void>) {
  const { server, objects } = service(none, match);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, objects);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a service that knows fewer conditions', () => {
  it.each<[Habit, Habit]>([
    ['ignores', 'ignores'],
    ['refuses', 'refuses'],
  ])('and %s them keeps steps, whole, but no lock and no claim', async (none, match) => {
    await on(none, match, async (endpoint, objects) => {
      const store = objectStore('s3://bucket/a', { cacheFolder: folder, endpoint });
      const step = { step: 's', codeVersion: '1', inputs: {}, options: {} };
      for (const content of ['one', 'two']) {
        const { key } = await store.write(step, { a: Buffer.from(content) });
        expect(Buffer.from((await store.read(key, 'a')) ?? []).toString()).toBe(content);
      }
      const refused = { name: 'MachineError', code: 'CONDITIONS_MISSING' };
      await expect(store.lock()).rejects.toMatchObject(refused);
      await expect(store.share()).rejects.toMatchObject(refused);
      expect([...objects.keys()]).toEqual([expect.stringMatching(/^\/bucket\/a\/steps\//u)]);
    });
  });

  it.each<Habit>(['ignores', 'refuses', 'keeps'])('of versions, and %s them, keeps claims', async (match) => {
    await on('keeps', match, async (endpoint, objects) => {
      const bucket = new Bucket(readStoreAddress('s3://bucket/a'), { endpoint });
      const claims = bucketClaims(bucket, new BucketConditions(bucket), 'claims/');
      expect(await claims.create('b.1', '1')).toBe(true);
      expect(await claims.create('b.1', '2')).toBe(false);
      expect(await claims.rewrite('b.1', '3')).toBe(true);
      expect(await claims.read('b.1')).toBe('3');
      expect(await claims.list()).toEqual(['b.1']);
      await claims.remove('b.1');
      expect(await claims.rewrite('b.1', '4')).toBe(false);
      expect(objects.size).toBe(0);
    });
  });
});

describe('what answers in the place of a service', () => {
  it.each([
    [200, '<html><body>Welcome</body></html>'],
    [404, '<html><body>Not here</body></html>'],
    [200, '{"a":'],
  ])('a web server that says %i %s: no step is found, and no lock is given', async (status, body) => {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const store = objectStore('s3://bucket/a', { cacheFolder: folder, endpoint });
    expect(await store.find('0'.repeat(64))).toBeUndefined();
    await expect(store.lock()).rejects.toMatchObject({ name: 'MachineError' });
    server.closeAllConnections();
    server.close();
  });
});
