import type { CheckpointValue } from '../checkpoint.ts';
import type { Tensor } from '../tensor.ts';

/** Most levels that are looked into; networks have some twenty. */
const deepest = 100;

/** Most tensors of a checkpoint: the largest have some thousands, with their optimizers some ten thousands. */
const mostTensors = 1_000_000;

/** A place in a checkpoint, with all tensors below it. */
export interface Dictionary {
  /** Path of keys, joined by dots; `''` for the whole file. */
  readonly path: string;
  /** Tensors by their names within: keys joined by dots. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** What a value holds, by key: of lists and objects by number. Undefined for what holds nothing. */
function childrenOf(value: CheckpointValue): readonly (readonly [string, CheckpointValue])[] | undefined {
  switch (value.kind) {
    case 'dictionary':
      return [...value.entries];
    case 'list':
      return numbered(value.items);
    case 'placeholder':
      return numbered(value.parts);
    default:
      return undefined;
  }
}

function numbered(items: readonly CheckpointValue[]): readonly (readonly [string, CheckpointValue])[] {
  return items.map((item, index) => [String(index), item] as const);
}

/**
 * An object or list around one thing stands for that thing, so that a dictionary of some class, or a named tuple made of
 * one list, is found as if it were plain.
 */
function unwrap(value: CheckpointValue): CheckpointValue {
  let inner = value;
  for (let level = 0; level < deepest; level++) {
    if (inner.kind !== 'placeholder' && inner.kind !== 'list') return inner;
    const items = inner.kind === 'list' ? inner.items : inner.parts;
    const holders = items.filter(({ kind }) => kind !== 'plain');
    const [only] = holders;
    if (holders.length !== 1 || only === undefined || only.kind === 'tensor') return inner;
    inner = only;
  }
  return inner;
}

/** Collects the tensors at and below a value; circles and what lies too deep are left out. */
export function tensorsBelow(value: CheckpointValue): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  const around = new Set<CheckpointValue>();
  const walk = (at: CheckpointValue, name: string) => {
    if (found.size >= mostTensors) return;
    if (at.kind === 'tensor') {
      found.set(name, at.tensor);
      return;
    }
    const inner = unwrap(at);
    const children = childrenOf(inner);
    if (children === undefined || around.has(inner) || around.size >= deepest) return;
    around.add(inner);
    for (const [key, child] of children) walk(child, name === '' ? key : `${name}.${key}`);
    around.delete(inner);
  };
  walk(value, '');
  return found;
}

/** The value at a path of keys that are joined by dots, where keys may have dots themselves; undefined if there is none. */
export function valueAt(root: CheckpointValue, path: string): CheckpointValue | undefined {
  if (path === '') return root;
  const children = childrenOf(unwrap(root));
  // The longest key first: a dictionary may have both `a` and `a.b`.
  const fitting = (children ?? [])
    .filter(([key]) => key !== '' && (path === key || path.startsWith(`${key}.`)))
    .sort(([a], [b]) => b.length - a.length);
  for (const [key, child] of fitting) {
    const found = path === key ? child : valueAt(child, path.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The dictionary at a path; undefined where there is none, or it holds no tensors. */
export function dictionaryAt(root: CheckpointValue, path: string): Dictionary | undefined {
  const value = valueAt(root, path);
  if (value === undefined || value.kind === 'tensor') return undefined;
  const tensors = tensorsBelow(value);
  return tensors.size === 0 ? undefined : { path, tensors };
}

/** Paths of all dictionaries that hold tensors: outer ones first. Those within a dictionary of tensors are part of it. */
export function listDictionaries(
  root: CheckpointValue,
): readonly { readonly path: string; readonly tensors: number }[] {
  const listed: { path: string; tensors: number }[] = [];
  const around = new Set<CheckpointValue>();
  const walk = (at: CheckpointValue, path: string) => {
    const inner = unwrap(at);
    const children = childrenOf(inner);
    if (children === undefined || around.has(inner) || around.size >= deepest || listed.length >= 1000) return;
    const tensors = tensorsBelow(inner).size;
    if (tensors === 0) return;
    if (path !== '' || children.some(([, { kind }]) => kind === 'tensor')) listed.push({ path, tensors });
    if (children.some(([, { kind }]) => kind === 'tensor')) return;
    around.add(inner);
    for (const [key, child] of children) walk(child, path === '' ? key : `${path}.${key}`);
    around.delete(inner);
  };
  walk(root, '');
  return listed;
}
