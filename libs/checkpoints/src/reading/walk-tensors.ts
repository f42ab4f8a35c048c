import { InputError } from '@intermodel/errors';
import type { CheckpointValue } from '../checkpoint.ts';
import type { Tensor } from '../tensor.ts';
import { limits } from './limits.ts';

interface Open {
  readonly value: CheckpointValue;
  readonly children: Iterator<readonly [string, CheckpointValue]>;
}

/**
 * Gives the tensors of a value with their paths: keys of dictionaries, positions in lists and among the parts of
 * placeholders, in the order of the file. What is shared is given under each of its paths, and a circle is not followed.
 * Nothing calls itself, so that nesting may be as deep as it likes.
 *
 * @throws InputError `CHECKPOINT_LIMIT` where values are shared so often that the paths have no end.
 */
export function* walkTensors(root: CheckpointValue): Generator<[string[], Tensor]> {
  if (root.kind === 'tensor') yield [[], root.tensor];
  const onPath = new Set<CheckpointValue>([root]);
  const path: string[] = [];
  const open: Open[] = [{ value: root, children: childrenOf(root) }];
  let work = 0;
  for (let current = open.at(-1); current !== undefined; current = open.at(-1)) {
    const next = current.children.next();
    if (next.done === true) {
      open.pop();
      path.pop();
      onPath.delete(current.value);
      continue;
    }
    const [name, value] = next.value;
    work += value.kind === 'tensor' ? path.length + 1 : 1;
    if (work > limits.walkedValues)
      throw new InputError(
        'CHECKPOINT_LIMIT',
        `the checkpoint has more than ${String(limits.walkedValues)} paths to its values`,
        { hint: 'No published checkpoint has so many: do not trust the file.' },
      );
    if (value.kind === 'tensor') yield [[...path, name], value.tensor];
    else if (value.kind !== 'plain' && !onPath.has(value)) {
      path.push(name);
      onPath.add(value);
      open.push({ value, children: childrenOf(value) });
    }
  }
}

function childrenOf(value: CheckpointValue): Iterator<readonly [string, CheckpointValue]> {
  if (value.kind === 'dictionary') return value.entries.entries();
  return itemsOf(value.kind === 'list' ? value.items : value.kind === 'placeholder' ? value.parts : []);
}

function* itemsOf(items: readonly CheckpointValue[]): Generator<readonly [string, CheckpointValue]> {
  for (const [index, item] of items.entries()) yield [String(index), item];
}
