import { InputError } from '@intermodel/streams';

/** Bucket and prefix of an object store. */
export interface StoreAddress {
  /** Name of the bucket. */
  readonly bucket: string;
  /** What the keys of all objects begin with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** The address as it may be shown: it holds no credentials. */
  readonly text: string;
}

/** Most bytes of a prefix, so that there is room for the names of objects: a key has 1,024 bytes at most. */
const longestPrefix = 768;

/** Whether a text names a store by an address, be it a bad one, and not by a path. */
export function isStoreAddress(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|s3:)/iu.test(text);
}

/**
 * Reads `s3://bucket/prefix`.
 *
 * @throws InputError `ADDRESS_INVALID`; an address is not repeated, since it may hold credentials.
 */
export function readStoreAddress(text: string): StoreAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(.*)$/su.exec(text) ?? [];
  if (!/^s3:\/\//u.test(text)) throw invalid('the address of the store does not begin with s3://');
  if (/[@:?#]/u.test(bucket) || /[?#]/u.test(path))
    throw invalid(
      'the address of the store has more than a bucket and a prefix',
      'Take what follows `?`, `#` or stands before `@` out of it: credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or ~/.aws, the endpoint from AWS_ENDPOINT_URL_S3.',
    );
  if (bucket === '') throw invalid('the address of the store names no bucket');
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/iu.test(bucket))
    throw invalid(
      `"${bucket}" cannot be the name of a bucket`,
      'Bucket names have 3 to 63 letters, digits, dots and hyphens.',
    );
  const prefix = path.replace(/^\/|\/$/gu, '');
  if (
    /\p{Cc}|\\/u.test(prefix) ||
    prefix.split('/').some((part, _, all) => ['.', '..', ''].includes(part) && all.length > 1)
  )
    throw invalid(
      'the prefix in the address of the store has an empty part, dots alone, a backslash or a control character',
    );
  if (['.', '..'].includes(prefix)) throw invalid('the prefix in the address of the store has dots alone');
  if (Buffer.byteLength(prefix) > longestPrefix)
    throw invalid(`the prefix in the address of the store has more than ${String(longestPrefix)} bytes`);
  return {
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    text: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
  };
}

function invalid(problem: string, hint?: string): InputError {
  return new InputError('ADDRESS_INVALID', problem, {
    expected: 's3://BUCKET or s3://BUCKET/PREFIX, or a folder',
    ...(hint === undefined ? {} : { hint }),
  });
}
