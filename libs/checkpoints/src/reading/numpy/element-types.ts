import type { ElementType } from '../../tensor.ts';

/** Types of values by the codes that NumPy has for them: kind and bytes. */
const byCode: Readonly<Record<string, ElementType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  b1: 'bool',
  c8: 'complex64',
  c16: 'complex128',
  // NumPy knows no bfloat16, and writes it as two bytes of no type.
  V2: 'bfloat16',
};

/** Types by the names that NumPy, JAX and flax have for them. */
const byName: Readonly<Record<string, ElementType>> = {
  float16: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float64: 'float64',
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  bool: 'bool',
  bool_: 'bool',
  complex64: 'complex64',
  complex128: 'complex128',
};

/** Type of values by a code such as `f4` or a name such as `float32`; undefined for all that is no number. */
export function elementTypeOf(code: string): ElementType | undefined {
  return Object.hasOwn(byCode, code) ? byCode[code] : Object.hasOwn(byName, code) ? byName[code] : undefined;
}

/** Splits a description such as `<f4` into byte order and code. */
export function splitDescription(description: string): { readonly order: string; readonly code: string } {
  const [, order = '', code = ''] = /^([<>=|]?)(.*)$/su.exec(description) ?? [];
  return { order: order === '' ? '=' : order, code };
}
