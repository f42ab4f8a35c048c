import { numpyConstructors, setArrayState, setDtypeState } from '../numpy/numpy-constructors.ts';
import { readTorchLegacy } from '../torch/read-torch-legacy.ts';
import type { StoragePool } from '../torch/storages.ts';
import { torchConstructors } from '../torch/torch-constructors.ts';
import type { Constructors } from './pickle-machine.ts';
import { itemsOf, textOf, type PickleValue } from './pickle-value.ts';
import { makeNamedTuple, pythonConstructors, type Constructor } from './python-constructors.ts';

/**
 * All that a pickle may make: what of Python, NumPy and torch holds values and runs nothing.
 *
 * @param pool storages that persistent ids name
 * @param inner whether it is one within another
 */
export function allowList(pool: StoragePool, inner = false): Constructors {
  return {
    call(callee, args, place) {
      const { name } = callee;
      const known = pythonConstructors.get(name) ?? numpyConstructors.get(name) ?? torchConstructors.get(name);
      const constructor = name === loadFromBytes && !inner ? readInner : known;
      return constructor?.(args, place) ?? makeNamedTuple(callee, args);
    },
    persistent: (id, place) => classOfModule(id) ?? pool.name(id, place),
    setState(value, state, place) {
      if (value.kind === 'dtype') setDtypeState(value, state);
      else if (value.kind === 'later') return setArrayState(value, state, place);
      else return value.kind === 'plain' || value.kind === 'list' || value.kind === 'tensor';
      return true;
    },
  };
}

/** How a storage stands in a pickle that torch did not write: as a whole file of torch's older form. */
const loadFromBytes = 'torch.storage._load_from_bytes';

/** There is one file within another and no more, since each would be read within the one before. */
const readInner: Constructor = ([content]) =>
  content?.kind === 'bytes' ? readTorchLegacy(content.source, (pool) => allowList(pool, true)).value : undefined;

/** Class that the older form of torch names with its source, `('module', class, file, source)`, where it keeps a module. */
function classOfModule(id: PickleValue): PickleValue | undefined {
  const [tag, type] = itemsOf(id) ?? [];
  return textOf(tag) === 'module' && type?.kind === 'global' ? type : undefined;
}
