import { valueCount, type Tensor } from '../tensor.ts';
import {
  joinTensors,
  multiplyTensors,
  partOfTensor,
  permuteTensor,
  reshapeTensor,
} from '../tensors/derived-tensors.ts';
import type { Family, MapRule } from './family.ts';
import { nameShortcutFirst, type LayerSequence } from './name-layers.ts';

/** A tensor that cannot be changed as a rule says. */
export interface FailedChange {
  /** Its name, without prefixes. */
  readonly name: string;
  /** What went wrong. */
  readonly why: string;
}

/** Weights by the names of the architecture. */
export interface MappedWeights {
  /** Weights. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Of each weight, the names of the tensors that it is made of. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  /** Tensors that a rule fits and that are not of the shape that it needs. */
  readonly failed: readonly FailedChange[];
}

/** Patterns are for whole names. Kept, since the same are tried on all names of many files. */
export function wholePattern(pattern: string): RegExp {
  let made = patterns.get(pattern);
  if (made === undefined) patterns.set(pattern, (made = new RegExp(`^(?:${pattern})$`, 'u')));
  return made;
}

const patterns = new Map<string, RegExp>();

/** Gives tensors the names and shapes of the architecture, by the rules of a family; the first rule that fits counts. */
export function mapNames(
  tensors: ReadonlyMap<string, Tensor>,
  { map = [], sequence }: Pick<Family, 'map' | 'sequence'>,
): MappedWeights {
  const weights = new Map<string, Tensor>();
  const origins = new Map<string, readonly string[]>();
  const failed: FailedChange[] = [];
  const layers = sequence === undefined ? undefined : sequenceOf(tensors, map);
  const joined = namesUsed(tensors, map);
  const put = (to: string, tensor: Tensor, from: readonly string[]) => {
    if (weights.has(to))
      failed.push({ name: from[0] ?? '', why: `${to} is made of ${(origins.get(to) ?? []).join(', ')} already` });
    weights.set(to, tensor);
    origins.set(to, from);
  };
  for (const [name, tensor] of tensors) {
    if (joined.has(name)) continue;
    const found = firstRule(name, map);
    if (found === undefined) {
      put(name, tensor, [name]);
      continue;
    }
    const { rule, match } = found;
    try {
      const to = fill(rule.to, match, layers);
      const pieces = to.includes('<index>') ? piecesOf(tensor) : [tensor];
      for (const [index, piece] of pieces.entries()) {
        const { tensor: changed, used } = changeTensor(piece, rule, match, tensors);
        put(to.replaceAll('<index>', String(index)), changed, [name, ...used]);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failed.push({ name, why: error.message });
    }
  }
  return { weights, origins, failed };
}

function firstRule(name: string, map: readonly MapRule[]): { rule: MapRule; match: RegExpExecArray } | undefined {
  for (const rule of map) {
    const match = wholePattern(rule.from).exec(name);
    if (match !== null) return { rule, match };
  }
  return undefined;
}

/** Tensors that others are joined with or multiplied by: they are no weights of their own. */
function namesUsed(tensors: ReadonlyMap<string, Tensor>, map: readonly MapRule[]): ReadonlySet<string> {
  const used = new Set<string>();
  const users = map.filter(({ join, multiply }) => join !== undefined || multiply !== undefined);
  if (users.length === 0) return used;
  for (const name of tensors.keys()) {
    const found = firstRule(name, map);
    if (found === undefined) continue;
    const { join = [], multiply } = found.rule;
    for (const other of [...join, ...(multiply === undefined ? [] : [multiply])]) used.add(fill(other, found.match));
  }
  return used;
}

/** The template with what the pattern took in its places. */
function fill(template: string, match: RegExpExecArray, layers?: LayerSequence): string {
  const layer = (kind: 'conv' | 'norm') => {
    const name = layers?.[kind][Number(match[1] ?? 0)];
    if (name === undefined) throw new RangeError(`there is no ${kind} of the number ${String(match[1] ?? 0)}`);
    return name;
  };
  return template
    .replaceAll(/\$\{(\d)([+-]\d+)\}/gu, (_, group: string, by: string) =>
      String(Number(match[Number(group)]) + Number(by)),
    )
    .replaceAll(/\$(\d)/gu, (_, group: string) => match[Number(group)] ?? '')
    .replaceAll('<conv>', () => layer('conv'))
    .replaceAll('<norm>', () => layer('norm'));
}

/** What a tensor consists of along its first axis. */
function piecesOf(tensor: Tensor): readonly Tensor[] {
  const count = tensor.shape[0] ?? 0;
  return Array.from({ length: count }, (_, index) =>
    reshapeTensor(partOfTensor(tensor, index, count), tensor.shape.slice(1)),
  );
}

function changeTensor(
  tensor: Tensor,
  rule: MapRule,
  match: RegExpExecArray,
  tensors: ReadonlyMap<string, Tensor>,
): { readonly tensor: Tensor; readonly used: readonly string[] } {
  const used: string[] = [];
  const other = (template: string) => {
    const name = fill(template, match);
    const found = tensors.get(name);
    if (found === undefined) throw new RangeError(`${name} is missing`);
    used.push(name);
    return found;
  };
  const change = (changed: Tensor, kind: keyof MapRule): Tensor => {
    switch (kind) {
      case 'join':
        return joinTensors([changed, ...(rule.join ?? []).map(other)]);
      case 'permute':
        return permuteTensor(changed, rule.permute ?? []);
      case 'reshape':
        return reshapeTensor(changed, sizes(changed, rule.reshape ?? []));
      case 'squeeze':
        return reshapeTensor(changed, squeezed(changed.shape, rule.squeeze ?? true));
      case 'expand':
        return reshapeTensor(changed, expanded(changed.shape, rule.expand ?? []));
      case 'part':
        return partOfTensor(changed, ...(rule.part ?? [0, 1]));
      case 'multiply':
        return multiplyTensors(changed, other(rule.multiply ?? ''));
      default:
        return changed;
    }
  };
  return { tensor: (Object.keys(rule) as (keyof MapRule)[]).reduce(change, tensor), used };
}

function sizes(tensor: Tensor, reshape: readonly number[]): readonly number[] {
  const known = reshape.map((size, axis) => (size === 0 ? (tensor.shape[axis] ?? 0) : size));
  const rest = valueCount(tensor) / valueCount({ shape: known.filter((size) => size !== -1) });
  return known.map((size) => (size === -1 ? rest : size));
}

function squeezed(shape: readonly number[], axes: true | readonly number[]): readonly number[] {
  return shape.filter((size, axis) => size !== 1 || (axes !== true && !axes.includes(axis)));
}

function expanded(shape: readonly number[], axes: readonly number[]): readonly number[] {
  return axes.reduce<readonly number[]>((sizes, axis) => sizes.toSpliced(axis, 0, 1), shape);
}

/** Layers in the order of the numbers that the rules for convolutions take. */
function sequenceOf(tensors: ReadonlyMap<string, Tensor>, map: readonly MapRule[]): LayerSequence {
  const kernels = new Map<number, Tensor>();
  for (const [name, tensor] of tensors) {
    const found = firstRule(name, map);
    if (found?.rule.to.includes('<conv>') === true) kernels.set(Number(found.match[1] ?? 0), tensor);
  }
  return nameShortcutFirst(kernels);
}
