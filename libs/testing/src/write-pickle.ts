/** A piece of a pickle: the operations that leave one value on the stack. */
export type PicklePiece = Buffer;

const letters = (text: string) => Buffer.from(text, 'latin1');

function counted(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes);
  return length;
}

/** Pieces of pickles, put together by hand: what Python never writes can be written too. */
export const pickle = {
  /** A whole pickle of protocol 2. */
  whole: (value: PicklePiece): Buffer => Buffer.concat([letters('\x80\x02'), value, letters('.')]),
  /** What Python has for nothing. */
  none: letters('N'),
  /** A text. */
  text(value: string): PicklePiece {
    const bytes = Buffer.from(value);
    return Buffer.concat([letters('X'), counted(bytes.length), bytes]);
  },
  /** Bytes, as Python 3 writes them. */
  bytes: (value: Uint8Array): PicklePiece => Buffer.concat([letters('B'), counted(value.length), value]),
  /** A whole number. */
  number: (value: number): PicklePiece => Buffer.concat([letters('\x8a\x08'), bytesOf(value)]),
  /** `True` or `False`. */
  truth: (value: boolean): PicklePiece => letters(value ? '\x88' : '\x89'),
  /** A tuple. */
  tuple: (...items: readonly PicklePiece[]): PicklePiece => Buffer.concat([letters('('), ...items, letters('t')]),
  /** A list. */
  list: (...items: readonly PicklePiece[]): PicklePiece => Buffer.concat([letters(']('), ...items, letters('e')]),
  /** A dictionary; a key may be there twice. */
  dictionary: (pairs: readonly (readonly [PicklePiece | string, PicklePiece])[]): PicklePiece =>
    Buffer.concat([
      letters('}('),
      ...pairs.flatMap(([key, value]) => [typeof key === 'string' ? pickle.text(key) : key, value]),
      letters('u'),
    ]),
  /** A class or function by its names. */
  global: (moduleName: string, name: string): PicklePiece => letters(`c${moduleName}\n${name}\n`),
  /** A call of a function. */
  call: (callee: PicklePiece, ...args: readonly PicklePiece[]): PicklePiece =>
    Buffer.concat([callee, pickle.tuple(...args), letters('R')]),
  /** An object and its state. */
  build: (object: PicklePiece, state: PicklePiece): PicklePiece => Buffer.concat([object, state, letters('b')]),
  /** A value that stands outside of the pickle. */
  persistent: (id: PicklePiece): PicklePiece => Buffer.concat([id, letters('Q')]),
  /** Operations as they are. */
  raw: (text: string): PicklePiece => letters(text),
};

function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
