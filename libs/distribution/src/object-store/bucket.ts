import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { bucketError, isEmptyRange, isMissing, isRefusedCondition, isUnknownCondition } from './bucket-errors.ts';
import { eachOf } from './each-of.ts';
import { cacheError } from './step-cache.ts';
import { checkEndpoint, type StoreAddress } from './store-address.ts';

/** How a bucket is reached. All else (credentials, region, endpoint) comes from the environment or from ~/.aws. */
export interface BucketOptions {
  /** Address of a service of one's own, such as `http://nas:9000`. @default AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, ~/.aws/config */
  readonly endpoint?: string;
  /** Whether the bucket stands in the path, not in the name of the host. @default where an endpoint is given */
  readonly pathStyle?: boolean;
}

/** End of an object, or all of a short one. */
export interface ObjectEnd {
  /** Its last bytes. */
  readonly tail: Uint8Array;
  /** Length of the object in bytes. */
  readonly bytes: number;
  /** Version of the object as the service names it. */
  readonly etag: string;
}

/** How an object is written. */
export interface UploadOptions {
  /** Ends the upload; nothing of it is left. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where an object is there already: whether it may stay. Not asked where the service has no conditional writes: then
   * the object is replaced. @default it is replaced without a question
   */
  readonly mayStay?: () => Promise<boolean>;
  /** Told the id of an upload in parts, before anything is sent. */
  readonly onUpload?: (id: string) => Promise<void>;
  /** Told once nothing of an upload in parts is left beside the object. */
  readonly onUploadEnd?: () => Promise<void>;
}

/** Longest time in milliseconds until a connection is there, and until an answer comes. */
const connectMilliseconds = 5000;
const answerMilliseconds = 60_000;
/** Times that the SDK tries a request, with growing pauses, unless AWS_MAX_ATTEMPTS says otherwise. */
const attempts = 4;
/** Connections that are kept open. */
const socketsMost = 64;
/** Bytes that are sent in one request; longer objects go in parts of at least as many. */
const partBytes = 8 << 20;
/** Parts of one object that are sent at the same time, and so are in memory. */
const partsAtOnce = 3;
const partsMost = 10_000;
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Objects under the prefix of an address, by their names within it. The SDK is loaded at the first request. */
export class Bucket {
  /** Bucket and prefix that were given. */
  readonly address: StoreAddress;
  readonly #options: BucketOptions;
  #opened: Promise<Opened> | undefined;
  #hasConditions = true;

  constructor(address: StoreAddress, options: BucketOptions = {}) {
    this.address = address;
    this.#options = options;
  }

  /** Address of an object, as it may be shown. */
  addressOf(name: string): string {
    return `${this.address.text}/${name}`;
  }

  /** Reads the last bytes of an object; undefined where there is none. */
  async tail(name: string, bytes: number): Promise<ObjectEnd | undefined> {
    return this.#reading(name, async ({ client, sdk }) => {
      try {
        const answer = await client.send(
          new sdk.GetObjectCommand({ ...this.#place(name), Range: `bytes=-${String(bytes)}` }),
        );
        const tail = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        // A service without ranges gives the whole, and says nothing of a range.
        const [, total] = /\/(\d+)$/u.exec(answer.ContentRange ?? '') ?? [];
        return { tail, bytes: total === undefined ? tail.length : Number(total), etag: answer.ETag ?? '' };
      } catch (error) {
        if (isEmptyRange(error)) return { tail: new Uint8Array(), bytes: 0, etag: '' };
        throw error;
      }
    });
  }

  /** Reads bytes out of an object; undefined where there is none. */
  async range(name: string, offset: number, bytes: number): Promise<Uint8Array | undefined> {
    if (bytes === 0) return new Uint8Array();
    return this.#reading(name, async ({ client, sdk }) => {
      const Range = `bytes=${String(offset)}-${String(offset + bytes - 1)}`;
      const answer = await client.send(new sdk.GetObjectCommand({ ...this.#place(name), Range }));
      const read = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return answer.ContentRange === undefined ? read.subarray(offset, offset + bytes) : read;
    });
  }

  /** Writes an object into a new file; false where there is none. An error of the file comes as it is. */
  async download(name: string, file: string): Promise<boolean> {
    const body = await this.#reading(name, async ({ client, sdk }) => {
      const answer = await client.send(new sdk.GetObjectCommand(this.#place(name)));
      return answer.Body as Readable | undefined;
    });
    if (body === undefined) return false;
    let failure: unknown;
    body.once('error', (error) => (failure = error));
    try {
      await pipeline(body, createWriteStream(file, { flags: 'wx' }));
    } catch (error) {
      throw error === failure ? this.#error(name, error) : error;
    }
    return true;
  }

  /** Reads a short object; undefined where there is none. */
  async read(name: string): Promise<{ readonly text: string; readonly etag: string } | undefined> {
    return this.#reading(name, async ({ client, sdk }) => {
      const answer = await client.send(new sdk.GetObjectCommand(this.#place(name)));
      return { text: (await answer.Body?.transformToString()) ?? '', etag: answer.ETag ?? '' };
    });
  }

  /**
   * Writes a short object under a condition: that there is none, or that it is still that of an ETag, in the form in
   * which the service compares it.
   *
   * @returns whether the condition held; `unknown` where the service says that it knows none
   */
  async writeIf(
    name: string,
    text: string,
    condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string },
  ): Promise<boolean | 'unknown'> {
    return this.#calling(name, async ({ client, sdk }) => {
      try {
        await client.send(new sdk.PutObjectCommand({ ...this.#place(name), Body: text, ...condition }));
        return true;
      } catch (error) {
        if (isUnknownCondition(error)) return 'unknown';
        // What is gone is no object of any version; some services say so.
        if (isRefusedCondition(error) || ('IfMatch' in condition && isMissing(error))) return false;
        throw error;
      }
    });
  }

  /** Writes a short object. */
  async write(name: string, text: string): Promise<void> {
    await this.#calling(name, ({ client, sdk }) =>
      client.send(new sdk.PutObjectCommand({ ...this.#place(name), Body: text })),
    );
  }

  /** Removes an object, if it is there. */
  async remove(name: string): Promise<void> {
    await this.#calling(name, async ({ client, sdk }) => {
      try {
        await client.send(new sdk.DeleteObjectCommand(this.#place(name)));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    });
  }

  /** Lists objects whose names begin with a text, by name. */
  async *list(begin: string): AsyncGenerator<{ readonly name: string; readonly bytes: number }> {
    const { bucket, prefix } = this.address;
    for (let token: string | undefined, more = true; more;) {
      const page = await this.#calling(begin, ({ client, sdk }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix + begin,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0 } of page.Contents ?? []) yield { name: Key.slice(prefix.length), bytes: Size };
      token = page.NextContinuationToken;
      more = page.IsTruncated === true && token !== undefined;
    }
  }

  /**
   * Makes an object of a file, in one request or in parts: it is there whole or not at all, and an upload that fails
   * leaves nothing.
   */
  async upload(name: string, file: string, bytes: number, options: UploadOptions = {}): Promise<void> {
    const { signal } = options;
    await this.#calling(
      name,
      (opened) =>
        bytes <= partBytes
          ? this.#putFile(opened, name, file, options)
          : this.#putParts(opened, name, file, bytes, options),
      signal,
    );
  }

  /** Ends an upload in parts, and removes what was sent of it. */
  async abortUpload(name: string, id: string): Promise<void> {
    await this.#calling(name, async ({ client, sdk }) => {
      try {
        await client.send(new sdk.AbortMultipartUploadCommand({ ...this.#place(name), UploadId: id }));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    });
  }

  /** Uploads in parts, of objects whose names begin with a text, that have neither ended nor been given up. */
  async uploads(begin: string): Promise<readonly { readonly name: string; readonly id: string }[]> {
    const { bucket, prefix } = this.address;
    const found: { name: string; id: string }[] = [];
    for (let markers: object | undefined = {}; markers !== undefined;) {
      const page = await this.#calling(begin, ({ client, sdk }) =>
        client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix + begin, ...markers })),
      );
      for (const { Key = '', UploadId = '' } of page.Uploads ?? [])
        if (Key.startsWith(prefix + begin)) found.push({ name: Key.slice(prefix.length), id: UploadId });
      markers =
        page.IsTruncated === true && page.NextKeyMarker !== undefined
          ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          : undefined;
    }
    return found;
  }

  async #putFile({ client, sdk }: Opened, name: string, file: string, options: UploadOptions): Promise<void> {
    const Body = await onFile(file, () => readFile(file));
    await this.#unlessThere(options, (condition) =>
      client.send(new sdk.PutObjectCommand({ ...this.#place(name), ...condition, Body }), aborting(options)),
    );
  }

  async #putParts(
    { client, sdk }: Opened,
    name: string,
    file: string,
    bytes: number,
    options: UploadOptions,
  ): Promise<void> {
    const place = this.#place(name);
    // To the end, whoever is stopped meanwhile: what the service begins without an answer nobody could give up.
    const { UploadId = '' } = await client.send(new sdk.CreateMultipartUploadCommand(place));
    try {
      options.signal?.throwIfAborted();
      await options.onUpload?.(UploadId);
      const size = Math.max(partBytes, Math.ceil(bytes / partsMost));
      const Parts = Array.from({ length: Math.ceil(bytes / size) }, (_, index) => ({
        PartNumber: index + 1,
        ETag: '',
      }));
      await eachOf(Parts, partsAtOnce, async (part) => {
        const from = (part.PartNumber - 1) * size;
        const Body = await readPiece(file, from, Math.min(size, bytes - from));
        const { PartNumber } = part;
        const sent = await client.send(
          new sdk.UploadPartCommand({ ...place, UploadId, PartNumber, Body }),
          aborting(options),
        );
        part.ETag = sent.ETag ?? '';
      });
      const MultipartUpload = { Parts };
      const isWritten = await this.#unlessThere(options, (condition) =>
        client.send(
          new sdk.CompleteMultipartUploadCommand({ ...place, ...condition, UploadId, MultipartUpload }),
          aborting(options),
        ),
      );
      if (!isWritten) await this.abortUpload(name, UploadId);
      await options.onUploadEnd?.();
    } catch (error) {
      // The first error says more.
      await this.abortUpload(name, UploadId).then(options.onUploadEnd, ignore);
      throw error;
    }
  }

  /** Writes what is not there yet, as far as the service can tell; returns whether it was written. */
  async #unlessThere(
    { mayStay }: UploadOptions,
    write: (condition: { readonly IfNoneMatch?: '*' }) => Promise<unknown>,
  ): Promise<boolean> {
    if (mayStay !== undefined && this.#hasConditions)
      try {
        await write({ IfNoneMatch: '*' });
        return true;
      } catch (error) {
        if (isUnknownCondition(error)) this.#hasConditions = false;
        else if (!isRefusedCondition(error)) throw error;
        else if (await mayStay()) return false;
      }
    await write({});
    return true;
  }

  #place(name: string) {
    return { Bucket: this.address.bucket, Key: this.address.prefix + name };
  }

  /** Reads something of an object; undefined where there is none. */
  #reading<T>(name: string, read: (opened: Opened) => Promise<T>): Promise<T | undefined> {
    return this.#calling(name, async (opened) => {
      try {
        return await read(opened);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  #error(name: string, error: unknown) {
    return bucketError(this.addressOf(name), error, this.address.text);
  }

  async #calling<T>(name: string, call: (opened: Opened) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#opened ??= openClient(this.address, this.#options);
    try {
      return await call(await this.#opened);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#error(name, error);
    }
  }
}

/** The SDK, and a client of it. */
interface Opened {
  readonly sdk: Awaited<ReturnType<typeof loadSdk>>;
  readonly client: S3Client;
}

function loadSdk() {
  // The SDK would say on standard error which versions of Node it will need one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return import('@aws-sdk/client-s3');
}

async function openClient(
  { text: address }: StoreAddress,
  { endpoint: given, pathStyle }: BucketOptions,
): Promise<Opened> {
  const sdk = await loadSdk();
  const agent = { keepAlive: true, maxSockets: socketsMost };
  const common = {
    ...(process.env.AWS_MAX_ATTEMPTS === undefined ? { maxAttempts: attempts } : {}),
    requestHandler: {
      ...{ connectionTimeout: connectMilliseconds, requestTimeout: answerMilliseconds, throwOnRequestTimeout: true },
      ...{ socketTimeout: answerMilliseconds, httpAgent: agent, httpsAgent: agent, logger: silent },
    },
    // What is read has checksums of our own, and what is written is signed; some services know no others.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  const usual = new sdk.S3Client(common);
  const endpoint = given ?? (await usual.config.serviceConfiguredEndpoint?.());
  if (endpoint !== undefined) checkEndpoint(address, endpoint);
  if (endpoint === undefined)
    return { sdk, client: pathStyle === true ? new sdk.S3Client({ ...common, forcePathStyle: true }) : usual };
  // A service of one's own need not have regions.
  const region = await usual.config.region().catch(() => 'us-east-1');
  usual.destroy();
  return { sdk, client: new sdk.S3Client({ ...common, endpoint, region, forcePathStyle: pathStyle ?? true }) };
}

async function readPiece(file: string, from: number, bytes: number): Promise<Uint8Array> {
  return onFile(file, async () => {
    const handle = await open(file, 'r');
    try {
      const piece = Buffer.allocUnsafeSlow(bytes);
      for (let done = 0; done < bytes;) {
        const { bytesRead } = await handle.read(piece, done, bytes - done, from + done);
        if (bytesRead === 0) throw new Error('cut short');
        done += bytesRead;
      }
      return piece;
    } finally {
      await handle.close();
    }
  });
}

async function onFile<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw cacheError(file, cause);
  }
}

function aborting({ signal }: UploadOptions) {
  if (signal === undefined) return {};
  // Each request under way listens to it, and many are.
  setMaxListeners(0, signal);
  return { abortSignal: signal };
}

function ignore(): void {
  // Nothing is said.
}
