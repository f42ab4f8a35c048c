import { limits } from '../limits.ts';
import { memorySource } from '../bytes/byte-source.ts';
import { pickleError, pickleLimitError } from './pickle-error.ts';
import type { PickleMachine } from './pickle-machine.ts';
import { emptyDictionary, itemsOf, listOf, none, plain, textOf, type PickleValue } from './pickle-value.ts';
import { bytesOfQuoted, floatOfText, integerOf, integerOfText, textOfEscaped } from './text-numbers.ts';

type Operation = (machine: PickleMachine) => void;

/** What operations do, by their letters; those of protocols 0 to 5 that are not here are refused. */
const byLetter: Readonly<Record<string, Operation>> = {
  // Marks and the stack.
  '(': (machine) => {
    machine.mark();
  },
  '0': (machine) => {
    machine.drop();
  },
  '1': (machine) => {
    machine.popMark();
  },
  '2': (machine) => {
    machine.push(machine.peek());
  },
  '\x80': (machine) => {
    const protocol = machine.cursor.byte();
    if (protocol > 5)
      throw pickleError(machine.place, `is of protocol ${String(protocol)}`, { expected: 'protocol 0 to 5' });
  },
  '\x95': (machine) => {
    machine.cursor.skip(8);
  },

  // Plain values.
  N: (machine) => {
    machine.push(none);
  },
  '\x88': (machine) => {
    machine.push(plain(true));
  },
  '\x89': (machine) => {
    machine.push(plain(false));
  },
  K: (machine) => {
    machine.push(plain(machine.cursor.byte()));
  },
  M: (machine) => {
    machine.push(plain(machine.cursor.unsigned(2)));
  },
  J: (machine) => {
    machine.push(plain(machine.cursor.int32()));
  },
  '\x8a': (machine) => {
    pushInteger(machine, machine.cursor.byte());
  },
  '\x8b': (machine) => {
    pushInteger(machine, machine.cursor.unsigned(4));
  },
  G: (machine) => {
    machine.push(plain(machine.cursor.float64(false)));
  },
  I: (machine) => {
    const line = machine.line();
    if (line === '00' || line === '01') machine.push(plain(line === '01'));
    else pushNumber(machine, line, integerOfText(line));
  },
  L: (machine) => {
    const line = machine.line();
    pushNumber(machine, line, integerOfText(line.replace(/L$/u, '')));
  },
  F: (machine) => {
    const line = machine.line();
    pushNumber(machine, line, floatOfText(line));
  },

  // Texts and bytes.
  V: (machine) => {
    machine.push(plain(textOfEscaped(machine.line())));
  },
  X: (machine) => {
    machine.push(machine.text(machine.cursor.unsigned(4)));
  },
  '\x8c': (machine) => {
    machine.push(machine.text(machine.cursor.byte()));
  },
  '\x8d': (machine) => {
    machine.push(machine.text(machine.length8()));
  },
  S: (machine) => {
    const bytes = bytesOfQuoted(machine.line());
    if (bytes === undefined) throw pickleError(machine.place, 'has a text without quotes');
    machine.push({ kind: 'bytes', source: memorySource(machine.place.source.file, bytes), text: false });
  },
  T: (machine) => {
    machine.push(machine.bytes(machine.cursor.unsigned(4)));
  },
  U: (machine) => {
    machine.push(machine.bytes(machine.cursor.byte()));
  },
  B: (machine) => {
    machine.push(machine.bytes(machine.cursor.unsigned(4)));
  },
  C: (machine) => {
    machine.push(machine.bytes(machine.cursor.byte()));
  },
  '\x8e': (machine) => {
    machine.push(machine.bytes(machine.length8()));
  },
  '\x96': (machine) => {
    machine.push(machine.bytes(machine.length8()));
  },

  // Lists, tuples, sets.
  ']': (machine) => {
    machine.push(listOf([]));
  },
  l: (machine) => {
    machine.push(listOf(machine.popMark()));
  },
  a: (machine) => {
    const item = machine.pop();
    machine.append(machine.peek(), [item]);
  },
  e: (machine) => {
    const items = machine.popMark();
    machine.append(machine.peek(), items);
  },
  ')': (machine) => {
    machine.push(listOf([]));
  },
  t: (machine) => {
    machine.push(listOf(machine.popMark()));
  },
  '\x85': (machine) => {
    pushTuple(machine, 1);
  },
  '\x86': (machine) => {
    pushTuple(machine, 2);
  },
  '\x87': (machine) => {
    pushTuple(machine, 3);
  },
  '\x8f': (machine) => {
    machine.push(listOf([]));
  },
  '\x90': (machine) => {
    const items = machine.popMark();
    machine.append(machine.peek(), items);
  },
  '\x91': (machine) => {
    machine.push(listOf(machine.popMark()));
  },

  // Dictionaries.
  '}': (machine) => {
    machine.push(emptyDictionary());
  },
  d: (machine) => {
    const dictionary = emptyDictionary();
    machine.setItems(dictionary, machine.popMark());
    machine.push(dictionary);
  },
  s: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    machine.setItems(machine.peek(), [key, value]);
  },
  u: (machine) => {
    const flat = machine.popMark();
    machine.setItems(machine.peek(), flat);
  },

  // Values that are used again.
  p: (machine) => {
    machine.remember(indexOf(machine));
  },
  q: (machine) => {
    machine.remember(machine.cursor.byte());
  },
  r: (machine) => {
    machine.remember(machine.cursor.unsigned(4));
  },
  '\x94': (machine) => {
    machine.remember(machine.memo.size);
  },
  g: (machine) => {
    machine.recall(indexOf(machine));
  },
  h: (machine) => {
    machine.recall(machine.cursor.byte());
  },
  j: (machine) => {
    machine.recall(machine.cursor.unsigned(4));
  },

  // Classes and functions, which are named, and what they would make.
  c: (machine) => {
    const moduleName = machine.line();
    machine.push(machine.global(moduleName, machine.line()));
  },
  '\x93': (machine) => {
    const name = textOf(machine.pop());
    const moduleName = textOf(machine.pop());
    if (name === undefined || moduleName === undefined)
      throw pickleError(machine.place, 'names a class by what is no text');
    machine.push(machine.global(moduleName, name));
  },
  R: (machine) => {
    const args = argumentsOf(machine);
    machine.push(machine.call(machine.pop(), args));
  },
  '\x81': (machine) => {
    const args = argumentsOf(machine);
    machine.push(machine.call(machine.pop(), args));
  },
  '\x92': (machine) => {
    const named = machine.pop();
    const args = argumentsOf(machine);
    const unnamed = named.kind === 'dictionary' && named.entries.size === 0;
    machine.push(machine.call(machine.pop(), unnamed ? args : [...args, named]));
  },
  i: (machine) => {
    const moduleName = machine.line();
    const callee = machine.global(moduleName, machine.line());
    machine.push(machine.call(callee, machine.popMark()));
  },
  o: (machine) => {
    const [callee, ...args] = machine.popMark();
    if (callee === undefined) throw pickleError(machine.place, 'makes an object of no class');
    machine.push(machine.call(callee, args));
  },
  b: (machine) => {
    const state = machine.pop();
    machine.setState(machine.peek(), state);
  },
  Q: (machine) => {
    machine.push(machine.persistent(machine.pop()));
  },
};

/** What operations do, by their codes. */
export const operations: readonly (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => byLetter[String.fromCharCode(code)],
);

function pushInteger(machine: PickleMachine, bytes: number): void {
  if (bytes > limits.integerBytes)
    throw pickleLimitError(machine.place, 'bytes in a whole number', limits.integerBytes);
  machine.push(plain(integerOf(machine.cursor.take(bytes))));
}

function pushNumber(machine: PickleMachine, line: string, number: number | bigint | undefined): void {
  if (number === undefined) throw pickleError(machine.place, `has "${line.slice(0, 40)}" for a number`);
  machine.push(plain(number));
}

function pushTuple(machine: PickleMachine, length: number): void {
  const items: PickleValue[] = [];
  for (let index = 0; index < length; index++) items.push(machine.pop());
  machine.push(listOf(items.reverse()));
}

function indexOf(machine: PickleMachine): number {
  const line = machine.line();
  const index = integerOfText(line);
  if (typeof index !== 'number' || index < 0)
    throw pickleError(machine.place, `has "${line.slice(0, 40)}" for the number of a value`);
  return index;
}

function argumentsOf(machine: PickleMachine): readonly PickleValue[] {
  const args = itemsOf(machine.pop());
  if (args === undefined) throw pickleError(machine.place, 'calls a class with what is no list of arguments');
  return args;
}
