import type { CheckpointValue } from '../../checkpoint.ts';
import { isDtype } from '../torch/torch-constructors.ts';
import { textOf, type PickleValue } from './pickle-value.ts';

interface Open {
  readonly from: PickleValue;
  readonly path: Path | undefined;
  readonly put: (value: CheckpointValue) => void;
}

/** Names on the way to a value, kept as a chain, since a nesting of 200,000 lists would make as many long texts. */
interface Path {
  readonly name: string;
  readonly parent: Path | undefined;
}

/** What a pickle says as a checkpoint has it. */
export interface FinishedValues {
  /** The value. */
  readonly root: CheckpointValue;
  /** Classes and functions that stand in it and were not called. */
  readonly named: ReadonlySet<string>;
}

/**
 * Turns the values of a pickle into those of a checkpoint, with their circles and with what they share, and makes their
 * tensors. Nothing calls itself: lists may be nested as deep as there are operations.
 *
 * @throws InputError those of the tensors.
 */
export function finishValues(value: PickleValue): FinishedValues {
  const made = new Map<PickleValue, CheckpointValue>();
  const named = new Set<string>();
  let root: CheckpointValue | undefined;
  const open: Open[] = [
    {
      from: value,
      path: undefined,
      put: (finished) => {
        root = finished;
      },
    },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const from = settled(next.from);
    const known = made.get(from);
    if (known !== undefined) {
      next.put(known);
      continue;
    }
    const finished = finishOne(from, next.path, named, open);
    made.set(from, finished);
    next.put(finished);
  }
  return { root: root as CheckpointValue, named };
}

/** What an array came to be; one that was never filled is nothing. */
function settled(value: PickleValue): PickleValue {
  let inner: PickleValue | undefined = value;
  for (let steps = 0; inner?.kind === 'later' && steps < 100; steps++) inner = inner.value;
  return inner === undefined || inner.kind === 'later' ? { kind: 'plain', value: null } : inner;
}

function finishOne(from: PickleValue, path: Path | undefined, named: Set<string>, open: Open[]): CheckpointValue {
  switch (from.kind) {
    case 'plain':
      return from;
    case 'tensor':
      return { kind: 'tensor', tensor: from.make(pathText(path)) };
    case 'dictionary': {
      const entries = new Map<string, CheckpointValue>();
      // The order of the file is that of the entries, whatever is finished first.
      for (const [key, value] of from.entries) {
        entries.set(key, nothing);
        open.push({ from: value, path: { name: key, parent: path }, put: (finished) => entries.set(key, finished) });
      }
      return { kind: 'dictionary', entries };
    }
    case 'list':
      return { kind: 'list', items: finishItems(from.items, path, open) };
    case 'object':
      return { kind: 'placeholder', global: from.global, parts: finishItems(from.parts, path, open) };
    case 'global':
      if (isDtype(from.name)) return { kind: 'plain', value: from.name };
      named.add(from.name);
      return { kind: 'placeholder', global: from.name, parts: [] };
    case 'bytes': {
      const text = textOf(from);
      if (text !== undefined) return { kind: 'plain', value: text };
      return { kind: 'placeholder', global: from.text ? 'builtins.str' : 'builtins.bytes', parts: [] };
    }
    case 'dtype':
      return { kind: 'plain', value: `numpy.${from.code}` };
    case 'storage':
      return { kind: 'placeholder', global: `torch.${from.type}`, parts: [] };
    case 'later':
      return nothing;
  }
}

const nothing: CheckpointValue = { kind: 'plain', value: null };

function finishItems(values: readonly PickleValue[], path: Path | undefined, open: Open[]): CheckpointValue[] {
  const items = new Array<CheckpointValue>(values.length).fill(nothing);
  values.forEach((value, index) => {
    const put = (finished: CheckpointValue) => {
      items[index] = finished;
    };
    open.push({ from: value, path: { name: String(index), parent: path }, put });
  });
  return items;
}

/** Names joined by dots, of which the innermost are shown where there are many. */
function pathText(path: Path | undefined): string {
  const names: string[] = [];
  for (let part = path; part !== undefined && names.length < 32; part = part.parent) names.push(part.name);
  return names.reverse().join('.');
}
