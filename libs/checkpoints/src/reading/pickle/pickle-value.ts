import type { Tensor } from '../../tensor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { limits } from '../limits.ts';

interface OfKind<Kind extends string> {
  /** What it is. */
  readonly kind: Kind;
}

/** A dictionary as it is filled: keys are the texts of what Python has as keys. */
export interface PickleDictionary extends OfKind<'dictionary'> {
  /** Values by key, in the order of the file. */
  readonly entries: Map<string, PickleValue>;
  /** What keys are that are no texts, by their text: `number`, `list`, … */
  readonly keyKinds: Map<string, string>;
  /** Whether attributes that are set count as entries, as those of `argparse.Namespace` do. */
  readonly attributes: boolean;
}

/** A list, tuple or set as it is filled. */
export interface PickleList extends OfKind<'list'> {
  /** Values in the order of the file. */
  readonly items: PickleValue[];
}

/** Bytes, or text that is too long to be a name: they stay in the file. */
export interface PickleBytes extends OfKind<'bytes'> {
  /** The bytes. */
  readonly source: ByteSource;
  /** Whether they are a text in UTF-8. */
  readonly text: boolean;
}

/** A type of values as NumPy has it; its byte order is told after it was made. */
export interface PickleDtype extends OfKind<'dtype'> {
  /** Code such as `f4`, or a name such as `bfloat16`. */
  readonly code: string;
  /** `<`, `>`, `=` or `|`. */
  order: string;
}

/** A class or function that is named, not run. */
export interface PickleGlobal extends OfKind<'global'> {
  /** Module and name, joined by a dot. */
  readonly name: string;
  /** Fields of a named tuple, where the pickle tells them. */
  readonly fields?: readonly string[];
}

/** An object of a class, or a call of a function, that is not run. */
export interface PickleObject extends OfKind<'object'> {
  /** Name of the class or function. */
  readonly global: string;
  /** What it would have been made of. */
  readonly parts: PickleValue[];
}

/** A tensor, made when all of the file is known; the name is for messages. */
export interface PickleTensor extends OfKind<'tensor'> {
  /** Makes it. @throws InputError `CHECKPOINT_…` */
  readonly make: (name: string) => Tensor;
}

/** Bytes of a storage. */
export interface StorageBytes {
  /** The bytes. */
  readonly source: ByteSource;
  /** Their order within a value. */
  readonly littleEndian: boolean;
}

/** Bytes that tensors of torch share. */
export interface PickleStorage extends OfKind<'storage'> {
  /** Name by which the file knows it. */
  readonly key: string;
  /** Type of storage, such as `FloatStorage`. */
  readonly type: string;
  /** Number of values. */
  readonly count: number;
  /** Values of the storage at which this view of it begins. */
  readonly start: number;
  /** Values of this view. */
  readonly length: number;
  /** Those that it is one of. */
  readonly pool: { bytesOf(storage: PickleStorage): StorageBytes };
}

/** What is filled after it was made, as arrays of NumPy are. */
export interface PickleLater extends OfKind<'later'> {
  /** What it came to be. */
  value: PickleValue | undefined;
}

/** Values on the stack of the machine that reads pickles. */
export type PickleValue =
  | { readonly kind: 'plain'; readonly value: string | number | bigint | boolean | null }
  | PickleDictionary
  | PickleList
  | PickleBytes
  | PickleDtype
  | PickleGlobal
  | PickleObject
  | PickleTensor
  | PickleStorage
  | PickleLater;

/** Python's `None`. */
export const none: PickleValue = { kind: 'plain', value: null };

/** A text, number or truth value. */
export function plain(value: string | number | bigint | boolean | null): PickleValue {
  return { kind: 'plain', value };
}

/** A dictionary without entries. */
export function emptyDictionary(attributes = false): PickleDictionary {
  return { kind: 'dictionary', entries: new Map(), keyKinds: new Map(), attributes };
}

/** A list of values. */
export function listOf(items: PickleValue[]): PickleList {
  return { kind: 'list', items };
}

/** Text of a value that is one: Python 2 wrote texts as bytes. */
export function textOf(value: PickleValue | undefined): string | undefined {
  if (value?.kind === 'plain') return typeof value.value === 'string' ? value.value : undefined;
  if (value?.kind !== 'bytes' || value.source.length > limits.nameBytes) return undefined;
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = Buffer.from(value.source.read(0, value.source.length)).toString(value.text ? 'utf8' : 'latin1');
  texts.set(value, text);
  return text;
}

/** Texts of bytes that were asked for: a pickle may use the same ones again and again. */
const texts = new WeakMap<PickleBytes, string>();

/** Number of a value that is one and can be counted. */
export function numberOf(value: PickleValue | undefined): number | undefined {
  if (value?.kind !== 'plain') return undefined;
  if (typeof value.value === 'bigint') return Number(value.value);
  return typeof value.value === 'number' ? value.value : undefined;
}

/** Items of a list or tuple. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return value?.kind === 'list' ? value.items : undefined;
}

/** Numbers of a list or tuple of numbers. */
export function numbersOf(value: PickleValue | undefined): number[] | undefined {
  const numbers = itemsOf(value)?.map((item) => numberOf(item));
  return numbers?.every((number) => number !== undefined) === true ? numbers : undefined;
}
