import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { ByteCursor } from '../bytes/byte-cursor.ts';
import { memorySource, partOf, type ByteSource } from '../bytes/byte-source.ts';
import { pickleError, pickleLimitError, type PicklePlace } from './pickle-error.ts';
import { emptyDictionary, textOf, type PickleDictionary, type PickleGlobal, type PickleValue } from './pickle-value.ts';

/** What a pickle may make, and what becomes of the rest. */
export interface Constructors {
  /**
   * Makes what a class or function of the allow-list gives for arguments; undefined for all others.
   *
   * @throws InputError where the arguments are not those that it takes.
   */
  call(callee: PickleGlobal, args: readonly PickleValue[], place: PicklePlace): PickleValue | undefined;
  /** Makes what stands outside the pickle, such as a storage of torch; undefined where it is nothing known. */
  persistent(id: PickleValue, place: PicklePlace): PickleValue | undefined;
  /** Sets the state of what was made; false where it has none to set. */
  setState(value: PickleValue, state: PickleValue, place: PicklePlace): boolean;
}

/** What a pickle says. */
export interface PickleResult {
  /** Value that it ends with. */
  readonly value: PickleValue;
  /** Classes and functions that it calls and that are not run. */
  readonly placeholders: ReadonlySet<string>;
  /** Byte after its last. */
  readonly end: number;
}

/** State of a pickle that is being read: stack, marks, memo. */
export class PickleMachine {
  /** What is read. */
  readonly cursor: ByteCursor;
  /** The operation that is being done. */
  place: PicklePlace;
  /** Values by the numbers under which they are used again. */
  readonly memo = new Map<number, PickleValue>();
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #constructors: Constructors;
  readonly #placeholders = new Set<string>();
  #work = 0;

  constructor(source: ByteSource, start: number, constructors: Constructors) {
    this.cursor = new ByteCursor(source, start);
    this.place = { source, offset: start };
    this.#constructors = constructors;
  }

  /** Puts a value on the stack. */
  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** Takes the last value off the stack. */
  pop(): PickleValue {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined;
    if (value === undefined) throw pickleError(this.place, 'takes a value that is not there');
    return value;
  }

  /** The last value, which stays where it is. */
  peek(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Sets a mark. */
  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Takes off what stands above the last mark, and the mark. */
  popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw pickleError(this.place, 'ends a list that it has not begun');
    return this.#stack.splice(mark);
  }

  /** Drops the last value, or the last mark where nothing stands above it. */
  drop(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  /** Remembers the last value under a number. */
  remember(index: number): void {
    this.memo.set(index, this.peek());
    if (this.memo.size > limits.memoEntries)
      throw pickleLimitError(this.place, 'remembered values', limits.memoEntries);
  }

  /** Puts a remembered value on the stack. */
  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw pickleError(this.place, `uses value ${String(index)}, which it has not remembered`);
    this.push(value);
  }

  /** A line of text, without its end. */
  line(): string {
    const bytes: number[] = [];
    for (let byte = this.cursor.byte(); byte !== 10; byte = this.cursor.byte()) {
      bytes.push(byte);
      if (bytes.length > limits.lineBytes) throw pickleLimitError(this.place, 'bytes in a line', limits.lineBytes);
    }
    return Buffer.from(bytes).toString('latin1');
  }

  /** Text of so many bytes in UTF-8: a long one stays in the file. */
  text(bytes: number): PickleValue {
    if (bytes > limits.nameBytes) return this.bytes(bytes, true);
    return { kind: 'plain', value: Buffer.from(this.cursor.take(bytes)).toString('utf8') };
  }

  /** So many bytes, which stay in the file. */
  bytes(count: number, text = false): PickleValue {
    const start = this.cursor.skip(count);
    // Short ones are names as often as not, and the page is at hand.
    if (count <= shortBytes) {
      this.cursor.position = start;
      return { kind: 'bytes', source: memorySource(this.place.source.file, this.cursor.take(count)), text };
    }
    return { kind: 'bytes', source: partOf(this.place.source, start, count), text };
  }

  /** A count of bytes that a number of 8 bytes tells. */
  length8(): number {
    const length = this.cursor.unsigned(8);
    this.cursor.skip(length);
    this.cursor.position -= length;
    return length;
  }

  /** Calls what is on the allow-list, and makes an object that stands for all other calls. */
  call(callee: PickleValue, args: readonly PickleValue[]): PickleValue {
    if (callee.kind === 'global') {
      this.#spend(args);
      const made = this.#constructors.call(callee, args, this.place);
      const value = made ?? { kind: 'object', global: callee.name, parts: [...args] };
      if (value.kind === 'object') this.#placeholders.add(value.global);
      return value;
    }
    if (callee.kind === 'object') return { kind: 'object', global: callee.global, parts: [callee, ...args] };
    throw pickleError(this.place, 'calls what is neither a class nor a function');
  }

  /** Counts what a constructor may look at: its arguments and what is in them, and a little of bytes. */
  #spend(args: readonly PickleValue[]): void {
    for (const arg of args) {
      this.#work += sizeOf(arg);
      if (arg.kind === 'list' && this.#work <= limits.constructorWork)
        for (const item of arg.items) this.#work += sizeOf(item);
    }
    if (this.#work > limits.constructorWork)
      throw pickleLimitError(this.place, 'values that are looked at to make others', limits.constructorWork);
  }

  /** What stands outside the pickle. */
  persistent(id: PickleValue): PickleValue {
    const value = this.#constructors.persistent(id, this.place);
    if (value === undefined)
      throw pickleError(this.place, 'names a value outside of it that is no storage of torch', {
        hint: 'Save the state_dict with torch.save, and name that file.',
      });
    return value;
  }

  /** Sets the state of an object. */
  setState(value: PickleValue, state: PickleValue): void {
    this.#spend([state]);
    if (this.#constructors.setState(value, state, this.place)) return;
    if (value.kind === 'object') value.parts.push(state);
    else if (value.kind === 'dictionary' && value.attributes) this.#setAttributes(value, state);
    // Attributes of dictionaries, such as the versions of modules in a state_dict, are not entries of them.
  }

  #setAttributes(target: PickleDictionary, state: PickleValue): void {
    if (state.kind === 'dictionary') for (const [key, value] of state.entries) target.entries.set(key, value);
  }

  /** Adds keys and values, given in turn, to a dictionary or to an object that is like one. */
  setItems(target: PickleValue, flat: readonly PickleValue[]): void {
    if (flat.length % 2 !== 0) throw pickleError(this.place, 'has a key without a value');
    const dictionary = target.kind === 'object' ? this.#dictionaryIn(target.parts) : target;
    if (dictionary.kind !== 'dictionary') throw pickleError(this.place, 'sets an entry of what is no dictionary');
    for (let index = 0; index < flat.length; index += 2)
      addEntry(dictionary, flat[index] as PickleValue, flat[index + 1] as PickleValue, this.place);
  }

  #dictionaryIn(parts: PickleValue[]): PickleValue {
    const last = parts.at(-1);
    if (last?.kind === 'dictionary') return last;
    const added = emptyDictionary();
    parts.push(added);
    return added;
  }

  /** Adds items to a list, or to an object that is like one. */
  append(target: PickleValue, items: readonly PickleValue[]): void {
    const list = target.kind === 'list' ? target.items : target.kind === 'object' ? target.parts : undefined;
    if (list === undefined) throw pickleError(this.place, 'appends to what is no list');
    for (const item of items) list.push(item);
  }

  /** A class or function by its names. */
  global(moduleName: string, name: string): PickleValue {
    if (moduleName.length + name.length > limits.lineBytes)
      throw pickleLimitError(this.place, 'bytes in the name of a class', limits.lineBytes);
    const full = `${renamed.get(moduleName) ?? moduleName.replace(/^numpy\._core\b/u, 'numpy.core')}.${name}`;
    return { kind: 'global', name: full };
  }

  /** Ends with the last value. */
  finish(): PickleResult {
    const value = this.#stack.pop();
    if (value === undefined) throw pickleError(this.place, 'ends without a value');
    return { value, placeholders: this.#placeholders, end: this.cursor.position };
  }
}

const shortBytes = 256;

/** Values, or thousands of bytes, that a constructor has to look at. */
function sizeOf(value: PickleValue): number {
  if (value.kind === 'dictionary') return value.entries.size;
  if (value.kind === 'list') return value.items.length;
  return value.kind === 'bytes' ? Math.ceil(value.source.length / 1000) : 1;
}

/** Modules of Python 2 by the names that they have now. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
]);

/** Adds an entry to a dictionary under the text of its key. @throws InputError `CHECKPOINT_DUPLICATE_KEY`. */
export function addEntry(target: PickleDictionary, key: PickleValue, value: PickleValue, place: PicklePlace): void {
  const text = textOf(key);
  const kind = text === undefined ? key.kind : undefined;
  let name = text ?? keyText(key);
  if (target.entries.has(name) && target.keyKinds.get(name) !== kind) name = `${name} (${kind ?? 'text'})`;
  if (target.entries.has(name)) {
    throw checkpointError(
      'CHECKPOINT_DUPLICATE_KEY',
      `has the key "${name.slice(0, 200)}" twice in one dictionary, at byte ${String(place.offset)}`,
      {
        file: place.source.file,
        hint: 'It cannot be told which one is meant: do not trust the file, or save it again.',
      },
    );
  }
  target.entries.set(name, value);
  if (kind !== undefined) target.keyKinds.set(name, kind);
}

/** Text of a key that is none: numbers as they are, tuples of such in brackets, the class of anything else. */
function keyText(key: PickleValue): string {
  switch (key.kind) {
    case 'plain':
      return key.value === null ? 'None' : String(key.value);
    case 'list':
      return `(${key.items
        .slice(0, 16)
        .map((item) => (item.kind === 'plain' ? String(item.value) : (textOf(item) ?? `<${item.kind}>`)).slice(0, 64))
        .join(', ')})`;
    case 'object':
      return `<${key.global}>`;
    case 'global':
      return key.name;
    default:
      return `<${key.kind}>`;
  }
}
