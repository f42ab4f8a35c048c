import type { Mutant } from '../mutant.ts';

/** Faults in stores behind addresses. */
export const distributionMutants: readonly Mutant[] = [
  {
    name: 'work-goes-on-after-a-failure',
    find: 'next.done !== true && failure === undefined',
    replace: 'next.done !== true',
  },
  {
    name: 'the-last-failure-counts',
    find: '        failure ??= { error };',
    replace: '        failure = { error };',
    file: 'each-of.ts',
  },
  {
    name: 'credentials-in-an-address',
    find: 'if (/[@:?#]/u.test(bucket) || /[?#]/u.test(path))',
    replace: 'if (/[:?#]/u.test(bucket) || /[?#]/u.test(path))',
  },
  {
    name: 'a-missing-bucket-is-a-missing-step',
    find: "(status === 404 && name !== 'NoSuchBucket')",
    replace: 'status === 404',
  },
  {
    name: 'causes-are-kept',
    find: "  return new MachineError('STORE_FAILED', `the object store refuses a request (${told})`, {\n    file: address,",
    replace:
      "  return new MachineError('STORE_FAILED', `the object store refuses a request (${told})`, {\n    file: address,\n    cause: error,",
  },
  {
    name: 'ignored-conditions-pass',
    find: 'if (made[0] !== true || made[1] !== false)',
    replace: 'if (made[0] !== true)',
    spec: 'plain-service.spec.ts',
  },
  {
    name: 'removed-claims-come-back',
    find: '      if (found === undefined) return false;',
    replace: '',
    file: 'bucket-claims.ts',
    spec: 'plain-service.spec.ts',
  },
  {
    name: 'a-step-that-differs-stays',
    find: "return found.state === 'read' && contentHash(found.value) === contentHash(record);",
    replace: "return found.state === 'read';",
  },
  {
    name: 'the-cache-is-believed',
    find: "  if (contentHash(found.value) !== contentHash(record)) return { state: 'damaged', bytes: found.bytes };\n",
    replace: '',
  },
  {
    name: 'failed-uploads-stay',
    find: '      await this.abortUpload(name, UploadId).then(options.onUploadEnd, ignore);',
    replace: '      await options.onUploadEnd?.();',
  },
  {
    name: 'the-newest-goes-first',
    find: 'one.time - other.time',
    replace: 'other.time - one.time',
  },
];
