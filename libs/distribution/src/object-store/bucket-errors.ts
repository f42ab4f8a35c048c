import { InputError, IntermodelError, MachineError } from '@intermodel/streams';

/** What is known of an error that the SDK threw; nothing else of it is told, since it may hold a whole request. */
interface ServiceFailure {
  readonly name: string;
  readonly status: number | undefined;
  /** What the system or Node says of a connection. */
  readonly system: string;
}

const credentialsHint =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE of a profile in ~/.aws/credentials.';
const permissions =
  's3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on the objects, s3:ListBucket and s3:ListBucketMultipartUploads on the bucket';

/** Whether the service says that there is no such object. */
export function isMissing(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return name === 'NoSuchKey' || name === 'NoSuchUpload' || (status === 404 && name !== 'NoSuchBucket');
}

/** Whether the service says that a condition of a request does not hold, or that another request was faster. */
export function isRefusedCondition(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return status === 412 || name === 'PreconditionFailed' || name === 'ConditionalRequestConflict';
}

/** Whether the service says that it does not know a condition. */
export function isUnknownCondition(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return status === 501 || name === 'NotImplemented';
}

/** Whether the service gives nothing back since a range begins behind the end, as it does for an empty object. */
export function isEmptyRange(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return status === 416 || name === 'InvalidRange';
}

/**
 * An error for people, from what the SDK threw: which object, what is wrong, and what can be done. What is wrong with
 * all of a bucket is told of its address.
 *
 * @param address address of the object that was asked for
 * @param error what the SDK threw
 * @param store address of the store
 */
export function bucketError(address: string, error: unknown, store = address): IntermodelError {
  if (error instanceof IntermodelError) return error;
  const { name, status, system } = failureOf(error);
  const file = store;
  const told = status === undefined ? name : `${name}, status ${String(status)}`;
  if (name === 'NoSuchBucket')
    return new InputError('BUCKET_MISSING', 'there is no such bucket', {
      file,
      hint: 'Create it, or check its name, AWS_ENDPOINT_URL_S3 and AWS_REGION: each service and account has buckets of its own.',
    });
  if (name === 'InvalidBucketName')
    return new InputError('ADDRESS_INVALID', 'the service takes no bucket of this name', {
      file,
      hint: 'Give the name of a bucket of the service.',
    });
  if (name === 'CredentialsProviderError' || /could not load credentials/iu.test(messageOf(error)))
    return new InputError('CREDENTIALS_MISSING', 'there are no credentials for the object store', {
      file,
      hint: credentialsHint,
    });
  if (/region is missing/iu.test(messageOf(error)))
    return new InputError('REGION_MISSING', 'it is not known in which region the bucket is', {
      file,
      hint: "Set AWS_REGION, or for a service of one's own AWS_ENDPOINT_URL_S3.",
    });
  if (['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'].includes(name))
    return new MachineError('CLOCK_WRONG', 'the clock of this machine differs too much from that of the object store', {
      file,
      expected: 'a difference of at most 15 minutes',
      hint: 'Set the clock, such as by NTP.',
    });
  if (['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidSecurity', 'AuthFailure'].includes(name))
    return new InputError('CREDENTIALS_WRONG', `the object store does not accept the credentials (${told})`, {
      file,
      hint: `Check key, secret and endpoint. ${credentialsHint}`,
    });
  if (['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'].includes(name))
    return new InputError('CREDENTIALS_EXPIRED', `the credentials are not valid any more (${told})`, {
      file,
      hint: 'Get new ones, such as by "aws sso login".',
    });
  if (
    ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'].includes(name) ||
    status === 301
  )
    return new InputError('REGION_WRONG', 'the bucket is in another region', {
      file,
      hint: 'Set AWS_REGION to that of the bucket.',
    });
  if (status === 507 || ['QuotaExceeded', 'XMinioStorageFull', 'EntityTooLarge', 'ServiceQuotaExceeded'].includes(name))
    return new MachineError('STORE_FULL', `the object store takes no more (${told})`, {
      file,
      hint: 'Remove what no study needs ("intermodel clean"), or raise the quota.',
    });
  if (status === 401 || status === 403)
    return new MachineError('STORE_DENIED', `the object store does not allow this (${told})`, {
      file: address,
      expected: permissions,
      hint: 'Give the user these permissions, or take credentials that have them.',
    });
  if (
    system !== '' ||
    (status !== undefined && status >= 500) ||
    ['TimeoutError', 'SlowDown', 'RequestTimeout'].includes(name)
  )
    return new MachineError(
      'STORE_UNREACHABLE',
      system === ''
        ? `the object store answers with errors (${told})`
        : `the object store cannot be reached (${system})`,
      {
        file,
        hint: 'Check the network and AWS_ENDPOINT_URL_S3, and run again: what is stored stays.',
      },
    );
  return new MachineError('STORE_FAILED', `the object store refuses a request (${told})`, {
    file: address,
    expected: 'a service that speaks the protocol of S3',
    hint: 'Check AWS_ENDPOINT_URL_S3.',
  });
}

/** How a connection fails, by the codes of the system and of TLS. */
const connectionCodes =
  /^(?:E(?:CONN\w+|NOTFOUND|AI_AGAIN|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|TIMEDOUT|PIPE|PROTO|ADDRNOTAVAIL)|ERR_(?:TLS|SSL|STREAM_PREMATURE)\w*|\w*CERT\w*|HPE_\w+|UNABLE_TO_\w+)$/u;

function failureOf(error: unknown): ServiceFailure {
  const given = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly Code?: unknown;
    readonly errors?: readonly unknown[];
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const text = (value: unknown) => (typeof value === 'string' && /^[\w.-]{1,64}$/u.test(value) ? value : '');
  const codes = [given, ...(given.errors ?? [])].map((each) => text((each as { readonly code?: unknown }).code));
  const system = codes.find((code) => connectionCodes.test(code)) ?? '';
  const name = text(given.Code) === '' ? text(given.name) : text(given.Code);
  return {
    name: name === '' ? 'an unknown error' : name,
    status: given.$metadata?.httpStatusCode,
    system: system === '' && name === 'TimeoutError' ? 'no answer in time' : system,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
