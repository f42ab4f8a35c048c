import { limits } from '../limits.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { operations } from './operations.ts';
import { pickleError, pickleLimitError } from './pickle-error.ts';
import { PickleMachine, type Constructors, type PickleResult } from './pickle-machine.ts';

/**
 * Reads one pickle of any protocol. Nothing of it is run: classes and functions are names, a few of which {@link
 * Constructors} knows; all others become objects that hold their arguments and state.
 *
 * @throws InputError `CHECKPOINT_PICKLE`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_LIMIT`, `CHECKPOINT_DUPLICATE_KEY`, and
 *   those of the constructors.
 */
export function readPickle(source: ByteSource, start: number, constructors: Constructors): PickleResult {
  const machine = new PickleMachine(source, start, constructors);
  for (let count = 0; count < limits.pickleOperations; count++) {
    machine.place = { source, offset: machine.cursor.position };
    const code = machine.cursor.byte();
    if (code === stop) return machine.finish();
    const operation = operations[code];
    if (operation === undefined)
      throw pickleError(machine.place, `has the operation 0x${code.toString(16).padStart(2, '0')}`, {
        expected: 'operations that make plain values, lists, dictionaries, and names of classes',
        hint: 'If the file is yours, save the state_dict alone; otherwise do not trust it, or download it again.',
      });
    operation(machine);
  }
  throw pickleLimitError(machine.place, 'operations', limits.pickleOperations);
}

/** The operation that ends a pickle. */
const stop = 0x2e;
