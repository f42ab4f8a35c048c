import { memorySource, type ByteSource } from '../bytes/byte-source.ts';
import { latin1Source } from '../bytes/latin1-source.ts';
import { pickleError, type PicklePlace } from './pickle-error.ts';
import { addEntry } from './pickle-machine.ts';
import {
  emptyDictionary,
  itemsOf,
  listOf,
  plain,
  textOf,
  type PickleGlobal,
  type PickleValue,
} from './pickle-value.ts';

/** Makes what a class or function of the allow-list gives for arguments. */
export type Constructor = (args: readonly PickleValue[], place: PicklePlace) => PickleValue | undefined;

/** A dictionary of one, of pairs of keys and values, or of nothing. */
export const makeDictionary: Constructor = ([content], place) => {
  const made = emptyDictionary();
  if (content?.kind === 'dictionary') for (const [key, value] of content.entries) made.entries.set(key, value);
  for (const pair of itemsOf(content) ?? []) {
    const [key, value] = itemsOf(pair) ?? [];
    if (key === undefined || value === undefined)
      throw pickleError(place, 'makes a dictionary of what are no pairs of keys and values');
    addEntry(made, key, value, place);
  }
  return made;
};

const makeList: Constructor = ([content]) => listOf([...(itemsOf(content) ?? [])]);

/** A dictionary of the attributes that are set afterwards. */
const makeNamespace: Constructor = () => emptyDictionary(true);

/** `_codecs.encode(text, 'latin1')` is how bytes are written for Python 2. */
const encode: Constructor = ([content, encoding], place) => {
  const { file } = place.source;
  if (!['latin1', 'latin-1', 'iso-8859-1'].includes(textOf(encoding) ?? '')) return undefined;
  if (content?.kind === 'bytes' && content.text)
    return { kind: 'bytes', source: latin1Source(content.source), text: false };
  const text = textOf(content);
  if (text === undefined) return undefined;
  return { kind: 'bytes', source: memorySource(file, Buffer.from(text, 'latin1')), text: false };
};

const makeBytes: Constructor = ([content], place) => {
  if (content === undefined) return { kind: 'bytes', source: noBytes(place), text: false };
  return content.kind === 'bytes' ? content : undefined;
};

function noBytes({ source }: PicklePlace): ByteSource {
  return memorySource(source.file, new Uint8Array());
}

/** An object of a class, made without its constructor. */
const reconstruct: Constructor = ([type]) => {
  if (type?.kind !== 'global') return undefined;
  if (namespaces.has(type.name)) return emptyDictionary(true);
  return { kind: 'object', global: type.name, parts: [] };
};

const namespaces: ReadonlySet<string> = new Set(['argparse.Namespace', 'types.SimpleNamespace']);

/**
 * Named tuples whose fields checkpoints are known by: a pickle has their values alone, in this order (BYOL of DeepMind).
 */
const namedTuples: ReadonlyMap<string, readonly string[]> = new Map([
  ['_ByolExperimentState', ['online_params', 'target_params', 'online_state', 'target_state', 'opt_state']],
  [
    '_EvalExperimentState',
    ['backbone_params', 'classif_params', 'backbone_state', 'backbone_opt_state', 'classif_opt_state'],
  ],
]);

/** dill writes down the class of a named tuple: its name, fields and module. */
const describeNamedTuple: Constructor = ([name, fieldValues, moduleName]) => {
  const fields = itemsOf(fieldValues)?.map((field) => textOf(field));
  if (fields?.every((field) => field !== undefined) !== true || new Set(fields).size < fields.length) return undefined;
  return { kind: 'global', name: `${textOf(moduleName) ?? ''}.${textOf(name) ?? ''}`, fields };
};

/** Makes a dictionary of a named tuple whose fields are known; undefined for all others. */
export function makeNamedTuple(
  { name, fields = namedTuples.get(name.slice(name.lastIndexOf('.') + 1)) }: PickleGlobal,
  args: readonly PickleValue[],
): PickleValue | undefined {
  if (fields?.length !== args.length) return undefined;
  const made = emptyDictionary();
  fields.forEach((field, index) => made.entries.set(field, args[index] as PickleValue));
  return made;
}

const haikuMappings = ['FlatMapping', 'FlatMap', 'frozendict'].map((name) => `haiku._src.data_structures.${name}`);

/** What of Python itself, and of haiku's dictionaries, may be made. */
export const pythonConstructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ...['collections.OrderedDict', 'collections.Counter', 'builtins.dict', ...haikuMappings].map(
    (name) => [name, makeDictionary] as const,
  ),
  // Its first argument makes what is missing, and is not run.
  ['collections.defaultdict', ([, content], place) => makeDictionary(content === undefined ? [] : [content], place)],
  ['flax.core.frozen_dict.FrozenDict', makeDictionary],
  ...['builtins.list', 'builtins.tuple', 'builtins.set', 'builtins.frozenset', 'collections.deque'].map(
    (name) => [name, makeList] as const,
  ),
  ...[...namespaces].map((name) => [name, makeNamespace] as const),
  ['dill._dill._create_namedtuple', describeNamedTuple],
  ['_codecs.encode', encode],
  ['builtins.bytes', makeBytes],
  ['builtins.bytearray', makeBytes],
  ['builtins.str', ([content]) => (content === undefined ? plain('') : undefined)],
  ['copyreg._reconstructor', reconstruct],
]);
