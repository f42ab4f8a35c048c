import { randomBytes } from 'node:crypto';
import type { ClaimPlace } from '@intermodel/steps';
import { MachineError } from '@intermodel/streams';
import type { Bucket } from './bucket.ts';

/** How a service wants to be told the version that an object must still have. */
type VersionForm = (etag: string) => string;

const forms: readonly VersionForm[] = [(etag) => etag, (etag) => etag.replaceAll('"', '')];

/**
 * What a bucket does with conditions, found out by trying at the first need.
 *
 * That a claim is made once needs `If-None-Match`: without it two runs could hold one lock. That a claim which was
 * removed does not come back needs `If-Match`. Where the service lacks that, it is looked for before it is written: it
 * may come back if it is removed in that very moment, and then keeps others from its task for a lease.
 */
export class BucketConditions {
  readonly #bucket: Bucket;
  #form: Promise<VersionForm | undefined> | undefined;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /**
   * How versions are compared; undefined: not at all.
   *
   * @throws MachineError `CONDITIONS_MISSING` where an object cannot be made as the only one of its name.
   */
  form(): Promise<VersionForm | undefined> {
    this.#form ??= this.#probe();
    this.#form.catch(() => (this.#form = undefined)); // The next call tries again.
    return this.#form;
  }

  async #probe(): Promise<VersionForm | undefined> {
    const bucket = this.#bucket;
    const name = `probe/${randomBytes(8).toString('hex')}`;
    try {
      const made: unknown[] = [];
      for (const text of ['1', '2']) made.push(await bucket.writeIf(name, text, { IfNoneMatch: '*' }));
      if (made[0] !== true || made[1] !== false)
        throw new MachineError('CONDITIONS_MISSING', 'the object store has no conditional writes (If-None-Match)', {
          file: bucket.address.text,
          expected: 'a service that has them, such as AWS S3, Ceph, MinIO or Cloudflare R2: they keep two runs apart',
          hint: 'Take another service or a newer version of it, or a folder that all machines see.',
        });
      const { etag } = (await bucket.read(name)) ?? { etag: '' };
      for (const form of forms) if ((await bucket.writeIf(name, '1', { IfMatch: form(etag) })) === true) return form;
      return undefined;
    } finally {
      await bucket.remove(name).catch(() => undefined); // What went wrong before says more.
    }
  }
}

/**
 * Claims as objects. What was written, listed and removed is seen by all at once, as by AWS S3, Ceph and MinIO.
 *
 * @param bucket where they are kept
 * @param conditions what its service does with conditions
 * @param folder what the names of the objects begin with, with a slash at its end
 */
export function bucketClaims(bucket: Bucket, conditions: BucketConditions, folder: string): ClaimPlace {
  const nameOf = (name: string) => folder + name;
  return {
    async list() {
      const names: string[] = [];
      for await (const { name } of bucket.list(folder)) names.push(name.slice(folder.length));
      return names;
    },
    async read(name) {
      return (await bucket.read(nameOf(name)))?.text;
    },
    async create(name, text) {
      await conditions.form();
      if ((await bucket.writeIf(nameOf(name), text, { IfNoneMatch: '*' })) === true) return true;
      // An answer that was lost makes the SDK ask again, and find what it wrote itself.
      return (await bucket.read(nameOf(name)))?.text === text;
    },
    async rewrite(name, text) {
      const form = await conditions.form();
      const found = await bucket.read(nameOf(name));
      if (found === undefined) return false;
      if (form !== undefined) return (await bucket.writeIf(nameOf(name), text, { IfMatch: form(found.etag) })) === true;
      await bucket.write(nameOf(name), text);
      return true;
    },
    async remove(name) {
      await bucket.remove(nameOf(name));
    },
  };
}
