import { InputError, IntermodelError, MachineError } from './errors.ts';
import { describe, expect, it } from 'vitest';
import { packError, unpackError } from './error-message.ts';

const travel = (error: unknown) => unpackError(structuredClone(packError(error)));

describe('errors between threads and processes', () => {
  it.each([InputError, MachineError, IntermodelError])('keep class, code, text and details', (kind) => {
    const error = new kind('SOME_CODE', 'something is wrong', {
      file: 'm.onnx',
      column: 'x',
      expected: 'better',
      hint: 'Do it.',
      cause: new Error('below'),
    });
    const arrived = travel(error);
    expect(arrived).toBeInstanceOf(kind);
    expect([arrived.code, arrived.message, arrived.name]).toEqual(['SOME_CODE', error.message, error.name]);
    expect(arrived.details).toEqual({
      file: 'm.onnx',
      column: 'x',
      expected: 'better',
      hint: 'Do it.',
      cause: 'below',
    });
    expect(arrived.cause).toBe('below');
  });

  it('take other errors as faults of the program', () => {
    expect(travel(new TypeError('oops'))).toMatchObject({ code: 'INFERENCE_FAILED', message: 'oops' });
    expect(travel('text')).toMatchObject({ code: 'INFERENCE_FAILED', message: 'text' });
  });
});
