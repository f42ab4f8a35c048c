import { numpyConstructors, setArrayState, setDtypeState } from '../numpy/numpy-constructors.ts';
import { makeNamedTuple, pythonConstructors } from './python-constructors.ts';
import { torchConstructors } from '../torch/torch-constructors.ts';
import type { StoragePool } from '../torch/storages.ts';
import type { Constructors } from './pickle-machine.ts';

/** All that a pickle may make: what of Python, NumPy and torch holds values and runs nothing. */
export function allowList(pool: StoragePool): Constructors {
  const torch = torchConstructors(pool);
  return {
    call(callee, args, place) {
      const { name } = callee;
      const constructor = pythonConstructors.get(name) ?? numpyConstructors.get(name) ?? torch.get(name);
      return constructor?.(args, place) ?? makeNamedTuple(callee, args);
    },
    persistent: (id, place) => pool.name(id, place),
    setState(value, state, place) {
      if (value.kind === 'dtype') setDtypeState(value, state);
      else if (value.kind === 'later') return setArrayState(value, state, place);
      else return value.kind === 'plain' || value.kind === 'list' || value.kind === 'tensor';
      return true;
    },
  };
}
