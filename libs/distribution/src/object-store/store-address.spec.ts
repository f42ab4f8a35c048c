import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEndpoint, isStoreAddress, readStoreAddress } from './store-address.ts';

describe(readStoreAddress, () => {
  it.each([
    ['s3://bucket', 'bucket', '', 's3://bucket'],
    ['s3://bucket/', 'bucket', '', 's3://bucket'],
    ['s3://my.bucket-1/a', 'my.bucket-1', 'a/', 's3://my.bucket-1/a'],
    ['s3://bucket/a/b c/', 'bucket', 'a/b c/', 's3://bucket/a/b c'],
    ['s3://bucket/ü@%20/..a', 'bucket', 'ü@%20/..a/', 's3://bucket/ü@%20/..a'],
  ])('reads %s', (text, bucket, prefix, shown) => {
    expect(readStoreAddress(text)).toEqual({ bucket, prefix, text: shown });
  });

  it.each([
    ['s3://', /names no bucket/u],
    ['s3:///prefix', /names no bucket/u],
    ['s3:bucket', /does not begin with s3:\/\//u],
    ['s3:/bucket', /does not begin with s3:\/\//u],
    ['S3://bucket', /does not begin with s3:\/\//u],
    ['gs://bucket/a', /does not begin with s3:\/\//u],
    ['s3://b', /"b" cannot be the name of a bucket/u],
    ['s3://-bucket', /cannot be the name/u],
    ['s3://bu cket', /cannot be the name/u],
    [`s3://${'b'.repeat(64)}`, /cannot be the name/u],
    ['s3://bucket/a//b', /empty part/u],
    ['s3://bucket//a', /empty part/u],
    ['s3://bucket/a/../b', /dots alone/u],
    ['s3://bucket/..', /dots alone/u],
    ['s3://bucket/a\nb', /control character/u],
    ['s3://bucket/a\\b', /backslash/u],
    [`s3://bucket/${'ü'.repeat(400)}`, /more than 768 bytes/u],
  ])('refuses %j', (text, message) => {
    expect(() => readStoreAddress(text)).toThrow(message);
    expect(() => readStoreAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
  });

  it('repeats nothing of an address that holds credentials', () => {
    const word = fc.stringMatching(/^secret[a-z0-9]{6,12}$/u);
    const address = fc.constantFrom(
      (a: string, b: string) => `s3://${a}:${b}@bucket/prefix`,
      (a: string, b: string) => `s3://${a}@bucket/${b}?x`,
      (a: string) => `s3://${a}@bucket/prefix`,
      (a: string, b: string) => `s3://bucket/prefix?key=${a}&secret=${b}`,
      (a: string, b: string) => `s3://bucket#${a}${b}`,
      (a: string, b: string) => `https://${a}:${b}@host/bucket`,
    );
    fc.assert(
      fc.property(word, word, address, (key, secret, make) => {
        try {
          readStoreAddress(make(key, secret));
        } catch (error) {
          expect(error).toMatchObject({ code: 'ADDRESS_INVALID' });
          expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('secret' + key.slice(6));
          return;
        }
        throw new Error('it was taken');
      }),
    );
  });
});

describe('what is said of an address', () => {
  it.each([
    ['https://minio.lab:9000/studies', 'Give s3://studies, with AWS_ENDPOINT_URL_S3=https://minio.lab:9000 in'],
    ['http://nas/studies/a b', 'Give s3://studies/a b, with AWS_ENDPOINT_URL_S3=http://nas in'],
    ['https://minio.lab:9000', 'Give s3://BUCKET/PREFIX, with AWS_ENDPOINT_URL_S3=https://minio.lab:9000 in'],
    ['https://studies.s3.eu-west-1.amazonaws.com/a', 'Give s3://BUCKET/PREFIX, and the region'],
    ['gs://bucket/a', 'Give s3://BUCKET/PREFIX, with the address of a service'],
    ['s3:bucket/a', 'Give s3://bucket/a.'],
    ['S3://bucket', 'Give s3://bucket.'],
  ])('repeats %s, and says what to give instead', (text, hint) => {
    expect(() => readStoreAddress(text)).toThrow(`"${text}" does not begin with s3://`);
    expect(() => readStoreAddress(text)).toThrow(hint);
  });

  it.each(['s3://bucket/a//b', 's3:///a', 's3://bucket/..'])('repeats %s', (text) => {
    expect(() => readStoreAddress(text)).toThrow(`"${text}"`);
  });

  it.each(['https://secret:x@host/bucket', 'https://host/bucket?key=secret', 's3:key:secret', 'gs://key:secret/a'])(
    'repeats nothing of %s, but says what to give',
    (text) => {
      expect(() => readStoreAddress(text)).toThrow(/^(?!.*(?:secret|host)).*AWS_ENDPOINT_URL_S3/su);
    },
  );
});

describe(checkEndpoint, () => {
  const check = (endpoint: string) => () => {
    checkEndpoint('s3://bucket', endpoint);
  };

  it.each(['http://127.0.0.1:1', 'HTTPS://minio.lab', 'https://[::1]:9000/path', 'http://key:secret@nas'])(
    'takes %s',
    (endpoint) => {
      expect(check(endpoint)).not.toThrow();
    },
  );

  it.each([
    ['127.0.0.1:1', 'Put http:// or https:// before it'],
    ['minio.lab', 'Put http:// or https:// before it'],
    ['minio:9000', 'Put http:// or https:// before it'],
    ['ftp://nas', 'Correct it'],
    ['http://', 'Correct it'],
    ['https:/nas', 'Correct it'],
    ['http://a b', 'Correct it'],
  ])('refuses %s with what to do', (endpoint, hint) => {
    expect(check(endpoint)).toThrow(expect.objectContaining({ name: 'InputError', code: 'ENDPOINT_INVALID' }));
    expect(check(endpoint)).toThrow(`"${endpoint}"`);
    expect(check(endpoint)).toThrow(hint);
  });

  it.each(['key:secret@nas:9000', 'ftp://key:secret@nas', 'nas?secret'])('repeats nothing of %s', (endpoint) => {
    expect(check(endpoint)).toThrow(/^(?!.*secret).*AWS_ENDPOINT_URL_S3/su);
  });
});

describe(isStoreAddress, () => {
  it('tells addresses, good or bad, from paths', () => {
    for (const text of ['s3://bucket', 's3:bucket', 'S3:/bucket', 'gs://b', 'https://host/x'])
      expect(isStoreAddress(text)).toBe(true);
    for (const text of ['steps', './s3', 'C:\\steps', 's3', '/a/s3:/b', 'a:b'])
      expect(isStoreAddress(text)).toBe(false);
  });
});
