import { InputError, MachineError } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { bucketError, isEmptyRange, isMissing, isRefusedCondition, isUnknownCondition } from './bucket-errors.ts';

/** An error as the SDK throws it: what a service answered, or what became of a connection. */
const failed = (name: string, status?: number, more: object = {}) =>
  Object.assign(new Error('told AKIASECRET'), {
    name,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
    ...more,
  });

describe(bucketError, () => {
  it.each([
    [failed('NoSuchBucket', 404), 'BUCKET_MISSING'],
    [failed('InvalidBucketName', 400), 'ADDRESS_INVALID'],
    [failed('AccessDenied', 403), 'STORE_DENIED'],
    [failed('Unknown', 403), 'STORE_DENIED'],
    [failed('Unauthorized', 401), 'STORE_DENIED'],
    [failed('InvalidAccessKeyId', 403), 'CREDENTIALS_WRONG'],
    [failed('SignatureDoesNotMatch', 403), 'CREDENTIALS_WRONG'],
    [failed('ExpiredToken', 400), 'CREDENTIALS_EXPIRED'],
    [failed('CredentialsProviderError'), 'CREDENTIALS_MISSING'],
    [
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'Error' }),
      'CREDENTIALS_MISSING',
    ],
    [new Error('Region is missing'), 'REGION_MISSING'],
    [failed('PermanentRedirect', 301), 'REGION_WRONG'],
    [failed('AuthorizationHeaderMalformed', 400), 'REGION_WRONG'],
    [failed('RequestTimeTooSkewed', 403), 'CLOCK_WRONG'],
    [failed('QuotaExceeded', 403), 'STORE_FULL'],
    [failed('InsufficientStorage', 507), 'STORE_FULL'],
    [failed('XMinioStorageFull', 507), 'STORE_FULL'],
    [failed('SlowDown', 503), 'STORE_UNREACHABLE'],
    [failed('InternalError', 500), 'STORE_UNREACHABLE'],
    [failed('TimeoutError'), 'STORE_UNREACHABLE'],
    [failed('Error', undefined, { code: 'ECONNREFUSED' }), 'STORE_UNREACHABLE'],
    [failed('AggregateError', undefined, { errors: [{ code: 'ECONNREFUSED' }] }), 'STORE_UNREACHABLE'],
    [failed('Error', undefined, { code: 'ECONNRESET' }), 'STORE_UNREACHABLE'],
    [failed('Error', undefined, { code: 'ENOTFOUND' }), 'STORE_UNREACHABLE'],
    [failed('Error', undefined, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'STORE_UNREACHABLE'],
    [failed('Error', undefined, { code: 'EPROTO' }), 'STORE_UNREACHABLE'],
    [failed('MethodNotAllowed', 405), 'STORE_FAILED'],
    [failed('SyntaxError', 200), 'STORE_FAILED'],
    [failed('key AKIASECRET', 400), 'STORE_FAILED'],
    ['AKIASECRET', 'STORE_FAILED'],
    [undefined, 'STORE_FAILED'],
  ])('tells %s as %s, with a hint and nothing of the request', (error, code) => {
    const told = bucketError('s3://bucket/a', error);
    expect(told.code).toBe(code);
    expect([InputError, MachineError].some((kind) => told instanceof kind)).toBe(true);
    expect(told.details).toMatchObject({ file: 's3://bucket/a', hint: expect.stringMatching(/\.$/u) as string });
    expect(JSON.stringify([told, told.message, told.stack])).not.toContain('AKIASECRET');
    expect(told.cause).toBeUndefined();
  });

  it.each([
    [failed('NoSuchBucket', 404), 's3://bucket/a'],
    [failed('CredentialsProviderError'), 's3://bucket/a'],
    [new Error('Region is missing'), 's3://bucket/a'],
    [failed('SignatureDoesNotMatch', 403), 's3://bucket/a'],
    [failed('InternalError', 500), 's3://bucket/a'],
    [failed('Error', undefined, { code: 'ECONNREFUSED' }), 's3://bucket/a'],
    [failed('AccessDenied', 403), 's3://bucket/a/b.step'],
    [failed('MethodNotAllowed', 405), 's3://bucket/a/b.step'],
  ])('tells %s of the bucket where it is about all of it', (error, file) => {
    expect(bucketError('s3://bucket/a/b.step', error, 's3://bucket/a').details.file).toBe(file);
  });

  it('leaves errors of its own as they are', () => {
    const error = new MachineError('CACHE_UNUSABLE', 'full');
    expect(bucketError('s3://bucket', error)).toBe(error);
  });
});

it('answers of a service are told apart', () => {
  expect([failed('NoSuchKey', 404), failed('NotFound', 404), failed('NoSuchUpload', 404)].every(isMissing)).toBe(true);
  expect([failed('NoSuchBucket', 404), failed('AccessDenied', 403)].some(isMissing)).toBe(false);
  expect([failed('PreconditionFailed', 412), failed('ConditionalRequestConflict', 409)].every(isRefusedCondition)).toBe(
    true,
  );
  expect([failed('BucketAlreadyExists', 409), failed('NotImplemented', 501)].some(isRefusedCondition)).toBe(false);
  expect(isUnknownCondition(failed('NotImplemented', 501))).toBe(true);
  expect(isUnknownCondition(failed('PreconditionFailed', 412))).toBe(false);
  expect(isEmptyRange(failed('InvalidRange', 416))).toBe(true);
  expect(isEmptyRange(failed('NoSuchKey', 404))).toBe(false);
});
