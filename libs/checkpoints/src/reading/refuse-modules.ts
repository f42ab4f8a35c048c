import type { InputError } from '@intermodel/errors';
import type { Checkpoint, CheckpointValue } from '../checkpoint.ts';
import { checkpointError } from './checkpoint-error.ts';
import { limits } from './limits.ts';

/**
 * Refuses a pickled module: a file whose tensors all stand in objects of classes of code that is not run. A file that has
 * tensors in dictionaries besides is taken for these.
 *
 * @throws InputError `CHECKPOINT_MODULE`, `CHECKPOINT_DISTRIBUTED`.
 */
export function refuseModules(checkpoint: Checkpoint): Checkpoint {
  const { file, root } = checkpoint;
  if (root.kind === 'placeholder' && root.global.startsWith('torch.distributed.checkpoint.')) throw distributed(file);
  const found = findModule(root);
  if (found === undefined) return checkpoint;
  const place = placeIn(root, found.value);
  throw checkpointError(
    'CHECKPOINT_MODULE',
    `holds a whole pickled module (${found.global}), which is code more than weights`,
    {
      file,
      expected: 'a state_dict: a dictionary of tensors',
      hint: `Where its code is at hand: \`torch.save(torch.load(FILE, weights_only=False)${place}.state_dict(), "weights.pth")\`, and name that file; a torch before 1.13 has no weights_only.`,
    },
  );
}

/** The error of a checkpoint that torch.distributed wrote. */
export function distributed(file: string): InputError {
  return checkpointError('CHECKPOINT_DISTRIBUTED', 'is part of a distributed checkpoint of torch, which is not read', {
    file,
    hint: 'Turn it into one file: `python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER weights.pth`.',
  });
}

/** Module that was found, and its class. */
interface FoundModule {
  readonly value: CheckpointValue;
  readonly global: string;
}

/** The first module, where there is one and no tensor stands outside of modules. */
function findModule(root: CheckpointValue): FoundModule | undefined {
  const seen = new Set<CheckpointValue>([root]);
  const open = [root];
  let found: FoundModule | undefined;
  for (let next = open.pop(); next !== undefined && seen.size < limits.walkedValues; next = open.pop()) {
    if (next.kind === 'tensor') return undefined;
    if (next.kind === 'placeholder' && isModule(next)) {
      found = { value: next, global: next.global };
      continue;
    }
    for (const child of childrenOf(next)) {
      if (seen.has(child)) continue;
      seen.add(child);
      open.push(child);
    }
  }
  return found;
}

/** How Python gets at a module that is an entry of the dictionary that was saved; nothing for the whole file. */
function placeIn(root: CheckpointValue, module: CheckpointValue): string {
  if (root.kind !== 'dictionary') return '';
  const [key] = [...root.entries].find(([, value]) => value === module) ?? [];
  return key === undefined ? '' : `[${JSON.stringify(key)}]`;
}

function childrenOf(value: CheckpointValue): Iterable<CheckpointValue> {
  if (value.kind === 'dictionary') return value.entries.values();
  return value.kind === 'list' ? value.items : value.kind === 'placeholder' ? value.parts : [];
}

/** Modules of torch keep what they have under these names. */
function isModule({ parts }: Extract<CheckpointValue, { kind: 'placeholder' }>): boolean {
  return parts.some(
    (part) => part.kind === 'dictionary' && part.entries.has('_parameters') && part.entries.has('_modules'),
  );
}
