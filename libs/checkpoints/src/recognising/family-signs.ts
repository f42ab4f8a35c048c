import type { Checkpoint } from '../checkpoint.ts';
import type { Dictionary } from './dictionaries.ts';
import type { ConfigKind, Family, KnownTensor } from './family.ts';
import { wholePattern } from './map-names.ts';
import { stripPrefixes, wrapperPrefixes } from './strip-prefixes.ts';

/** What families are known by. */
export interface Evidence {
  /** Kind of the file. */
  readonly checkpoint: Pick<Checkpoint, 'container'>;
  /** Tensors that a family may be made of. */
  readonly dictionary: Dictionary;
  /** Kinds of descriptions that lie beside the file. */
  readonly beside: ReadonlySet<ConfigKind>;
  /** Path of the dictionary, where the user named it. */
  readonly take: string | undefined;
  /** Prefixes that the user named: what has one of them is looked at without it, and nothing else. */
  readonly strip: readonly string[] | undefined;
}

/** Tells whether all signs of a family are there. */
export function hasSigns({ known = {} }: Family, { checkpoint, dictionary, beside, take, strip }: Evidence): boolean {
  const { containers, at, present = [], absent = [] } = known;
  if (containers?.includes(checkpoint.container) === false) return false;
  if (at !== undefined && !at.some((key) => isAt(dictionary.path, key, take))) return false;
  if (known.beside !== undefined && !beside.has(known.beside)) return false;
  if (present.length === 0 && absent.length === 0) return true;
  const shapes = shapesOf(dictionary, strip);
  return present.every((tensor) => isThere(tensor, shapes)) && !hasAny(absent, shapes);
}

/**
 * Tells whether something speaks against a family: a tensor that it does not have, or one by which it is known in
 * another shape. Signs that are merely missing do not.
 */
export function isContradicted(
  { known = {} }: Family,
  { dictionary, strip }: Pick<Evidence, 'dictionary' | 'strip'>,
): boolean {
  const { present = [], absent = [] } = known;
  const shapes = shapesOf(dictionary, strip);
  return (
    hasAny(absent, shapes) ||
    present.some((tensor) => isThere({ name: tensor.name }, shapes) && !isThere(tensor, shapes))
  );
}

function hasAny(patterns: readonly string[], shapes: Shapes): boolean {
  return patterns.some((pattern) => isThere({ name: pattern }, shapes));
}

/** Whether a path ends in a key. */
function isAt(path: string, key: string, take: string | undefined): boolean {
  if (key === '') return path === '' || take !== undefined;
  return path === key || path.endsWith(`.${key}`);
}

type Shapes = ReadonlyMap<string, readonly number[]>;

const plainNames = new WeakMap<Dictionary, Shapes>();

/** Shapes by names without the prefixes of wrappers; kept, since all families ask for the same. */
function shapesOf(dictionary: Dictionary, strip: readonly string[] | undefined): Shapes {
  const kept = plainNames.get(dictionary);
  if (kept !== undefined && strip === undefined) return kept;
  const shapes = new Map<string, readonly number[]>();
  for (const [raw, { shape }] of dictionary.tensors) {
    const { name, stripped } = stripPrefixes(raw, [...wrapperPrefixes, ...(strip ?? [])]);
    if (strip === undefined || strip.length === 0 || stripped.some((prefix) => strip.includes(prefix)))
      shapes.set(name, shape);
  }
  if (strip === undefined) plainNames.set(dictionary, shapes);
  return shapes;
}

function isThere({ name, shape }: KnownTensor, shapes: Shapes): boolean {
  const pattern = wholePattern(name);
  for (const [other, sizes] of shapes)
    if (
      pattern.test(other) &&
      (shape === undefined ||
        (sizes.length === shape.length && shape.every((size, axis) => size === 'n' || size === sizes[axis])))
    )
      return true;
  return false;
}
