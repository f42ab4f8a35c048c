import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';

interface Open {
  readonly prefix: string;
  readonly value: CheckpointValue;
}

/**
 * The parameters and buffers of a TorchScript module, by the paths of their attributes joined by dots. A module is an
 * object whose state is a dictionary of its attributes; what is neither module nor tensor is no state of it.
 *
 * @throws InputError `CHECKPOINT_EMPTY` where it has none.
 */
export function flattenModules(checkpoint: Checkpoint): Checkpoint {
  const entries = new Map<string, CheckpointValue>();
  const seen = new Set<CheckpointValue>();
  const open: Open[] = [{ prefix: '', value: checkpoint.root }];
  for (let next = open.pop(); next !== undefined && seen.size < limits.walkedValues; next = open.pop()) {
    const attributes = attributesOf(next.value);
    if (attributes === undefined || seen.has(next.value)) continue;
    seen.add(next.value);
    const modules: Open[] = [];
    for (const [name, value] of attributes) {
      if (value.kind === 'tensor') entries.set(next.prefix + name, value);
      else if (value.kind === 'placeholder') modules.push({ prefix: `${next.prefix}${name}.`, value });
    }
    // The first is looked at first, so that names come in the order of the modules.
    open.push(...modules.reverse());
  }
  if (entries.size === 0)
    throw checkpointError('CHECKPOINT_EMPTY', 'the TorchScript archive has no parameters of modules', {
      file: checkpoint.file,
      expected: 'a scripted or traced module',
      hint: 'Frozen modules keep their weights as constants of the code: save the module before `torch.jit.freeze`.',
    });
  return {
    ...checkpoint,
    root: { kind: 'dictionary', entries },
    // The classes of its modules are all its own, and none of them is missed.
    placeholders: checkpoint.placeholders.filter((name) => !name.startsWith('__torch__.')),
  };
}

function attributesOf(value: CheckpointValue): ReadonlyMap<string, CheckpointValue> | undefined {
  const state = value.kind === 'placeholder' ? value.parts.at(-1) : undefined;
  return state?.kind === 'dictionary' ? state.entries : undefined;
}
