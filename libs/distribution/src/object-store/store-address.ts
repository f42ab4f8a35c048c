import { InputError, visibleText } from '@intermodel/streams';

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
 * @throws InputError `ADDRESS_INVALID`, which repeats an address only where it cannot hold credentials.
 */
export function readStoreAddress(text: string): StoreAddress {
  const refused = (problem: string, hint?: string) =>
    new InputError('ADDRESS_INVALID', problem, {
      expected: 's3://BUCKET or s3://BUCKET/PREFIX, or a folder',
      ...(hint === undefined ? {} : { hint }),
    });
  const invalid = (problem: string, hint?: string) =>
    refused(`the address of the store${shown(text)} ${problem}`, hint);
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(.*)$/su.exec(text) ?? [];
  if (!/^s3:\/\//u.test(text)) throw invalid('does not begin with s3://', adviceFor(text));
  if (/[@:?#]/u.test(bucket) || /[?#]/u.test(path))
    throw invalid(
      'has more than a bucket and a prefix',
      'Take what follows `?`, `#` or stands before `@` out of it: credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or ~/.aws, the endpoint from AWS_ENDPOINT_URL_S3.',
    );
  if (bucket === '') throw invalid('names no bucket');
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/iu.test(bucket))
    throw refused(
      `"${visibleText(bucket)}" cannot be the name of a bucket`,
      'Bucket names have 3 to 63 letters, digits, dots and hyphens.',
    );
  const prefix = path.replace(/^\/|\/$/gu, '');
  if (
    /\p{Cc}|\\/u.test(prefix) ||
    prefix.split('/').some((part, _, all) => ['.', '..', ''].includes(part) && all.length > 1)
  )
    throw invalid('has a prefix with an empty part, dots alone, a backslash or a control character');
  if (['.', '..'].includes(prefix)) throw invalid('has a prefix of dots alone');
  if (Buffer.byteLength(prefix) > longestPrefix)
    throw invalid(`has a prefix of more than ${String(longestPrefix)} bytes`);
  return {
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    text: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
  };
}

/**
 * Checks the address of a service, wherever it was set.
 *
 * @param store address of the store, for the message
 * @throws InputError `ENDPOINT_INVALID`, which repeats the address only where it cannot hold credentials.
 */
export function checkEndpoint(store: string, endpoint: string): void {
  if (/^https?:\/\/[^/]/iu.test(endpoint) && URL.canParse(endpoint)) return;
  const isHost = !/^[a-z][a-z0-9+.-]*:\//iu.test(endpoint) && URL.canParse(`http://${endpoint}`);
  throw new InputError('ENDPOINT_INVALID', `the address of its service${shown(endpoint)} is none of a web server`, {
    file: store,
    expected: 'http://HOST:PORT or https://HOST:PORT',
    hint: `${isHost ? 'Put http:// or https:// before it' : 'Correct it'} in AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or ~/.aws/config, wherever it is set.`,
  });
}

/** Whether an address has a place for credentials: before an `@`, behind `?` or `#`, or a word behind a colon. */
function mayHoldCredentials(text: string): boolean {
  const [, scheme = '', rest = ''] = /^((?:s3|https?):\/*|[a-z][a-z0-9+.-]*:\/\/)?(.*)$/isu.exec(text) ?? [];
  return /[@?#]/u.test(rest) || (/^s3/iu.test(scheme) ? /:/u : /:(?!\d{1,5}(?:\/|$))/u).test(rest);
}

/** An address between quotes, to stand behind what it is; nothing where it may hold credentials. */
function shown(text: string): string {
  return mayHoldCredentials(text) ? '' : ` "${visibleText(text)}"`;
}

/** What to give instead of the address of something else. */
function adviceFor(text: string): string {
  const service = 'Give s3://BUCKET/PREFIX, with the address of a service that speaks S3 in AWS_ENDPOINT_URL_S3.';
  if (mayHoldCredentials(text)) return service;
  const [, origin, place = ''] = /^(https?:\/\/[^/]+)\/*(.*)$/isu.exec(text) ?? [];
  if (origin !== undefined && /\.amazonaws\.com$/iu.test(origin))
    return 'Give s3://BUCKET/PREFIX, and the region of the bucket in AWS_REGION.';
  if (origin !== undefined)
    return `Give s3://${place === '' ? 'BUCKET/PREFIX' : visibleText(place)}, with AWS_ENDPOINT_URL_S3=${visibleText(origin)} in the environment.`;
  const [, rest] = /^s3:\/*(.+)$/isu.exec(text) ?? [];
  return rest === undefined ? service : `Give s3://${visibleText(rest)}.`;
}
