import { describe, expect, it } from 'vitest';
import { InputError, MachineError } from './errors.ts';
import { readError } from './input-files.ts';
import { limitError, readLimit, requireFilesForThread } from './machine-limits.ts';

const systemError = (code: string, message: string) => Object.assign(new Error(message), { code });

describe(limitError, () => {
  it.each([
    ['TOO_FEW_FILES', systemError('EMFILE', "EMFILE: too many open files, open 'a'")],
    ['TOO_FEW_FILES', new Error('unable to load', { cause: systemError('ENFILE', 'file table overflow') })],
    [
      'TOO_FEW_THREADS',
      new Error('PosixThread pthread_create failed, error code: 11 error msg: Resource temporarily unavailable'),
    ],
    ['TOO_FEW_THREADS', systemError('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EAGAIN')],
    ['OUT_OF_MEMORY', new Error('std::bad_alloc')],
    [
      'OUT_OF_MEMORY',
      new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance'),
    ],
    ['OUT_OF_MEMORY', new RangeError('Array buffer allocation failed')],
  ])('knows %s by what it says', (code, cause) => {
    expect(limitError(cause, 'a.onnx')).toMatchObject({ name: 'MachineError', code, details: { file: 'a.onnx' } });
    expect(readError('a.onnx', cause)).toBeInstanceOf(MachineError);
  });

  it('leaves other failures alone', () => {
    for (const cause of [
      new Error('broken'),
      systemError('ENOENT', 'no such file'),
      new InputError('X', 'wrong'),
      'text',
      undefined,
    ])
      expect(limitError(cause)).toBeUndefined();
    expect(readError('a', systemError('ENOENT', 'no such file'))).toBeInstanceOf(InputError);
  });
});

describe.skipIf(process.platform !== 'linux')('limits of this process', () => {
  it('are numbers or none, and allow threads here', () => {
    expect(readLimit('open files')).toBeGreaterThan(64);
    expect(() => {
      requireFilesForThread();
    }).not.toThrow();
  });
});
