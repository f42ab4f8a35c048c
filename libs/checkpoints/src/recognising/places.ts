import { InputError, suggestName } from '@intermodel/errors';
import type { Checkpoint } from '../checkpoint.ts';
import { dictionaryAt, listDictionaries, tensorsBelow, valueAt, type Dictionary } from './dictionaries.ts';
import type { Family } from './family.ts';
import { stripPrefixes, wrapperPrefixes } from './strip-prefixes.ts';

/** Dictionaries that programs of all kinds keep weights in, the better before the others. */
const usualPlaces: readonly string[] = [
  'state_dict_ema',
  'model_ema',
  'ema',
  'state_dict',
  'model',
  'teacher',
  'student',
  'module',
  'encoder',
  'model_state_dict',
];

/** Whether weights are usually kept at a path, or those of a family are. */
export function isUsualPlace(path: string, { take = [] }: Pick<Family, 'take'>): boolean {
  return (
    path === '' || take.includes(path) || usualPlaces.some((place) => path === place || path.endsWith(`.${place}`))
  );
}

/** Most dictionaries beyond the usual ones that are looked at. */
const furtherPlaces = 20;

/** Dictionaries of a checkpoint that weights may lie in, each looked for once. */
export class Places {
  private readonly kept = new Map<string, Dictionary | undefined>();
  private readonly checkpoint: Checkpoint;
  private readonly take: string | undefined;
  private readonly usual: readonly string[];

  /**
   * @throws InputError `CHECKPOINT_NO_TENSORS`; where the user names a dictionary or prefixes that are not there,
   *   `CHECKPOINT_TAKE_MISSING`, `CHECKPOINT_STRIP_MISSING`.
   */
  constructor(checkpoint: Checkpoint, { take, strip }: { readonly take?: string; readonly strip?: readonly string[] }) {
    this.checkpoint = checkpoint;
    this.take = take;
    if (tensorsBelow(checkpoint.root).size === 0) throw noTensors(checkpoint);
    if (take !== undefined && this.at(take) === undefined) throw noSuchDictionary(checkpoint, take);
    const others = listDictionaries(checkpoint.root).map(({ path }) => path);
    this.usual = [...usualPlaces, ...others.slice(0, furtherPlaces), ''];
    if (strip !== undefined && strip.length > 0) this.requirePrefix(strip);
  }

  /** The dictionary at a path; undefined if there is none with tensors. */
  at(place: string): Dictionary | undefined {
    if (!this.kept.has(place)) this.kept.set(place, dictionaryAt(this.checkpoint.root, place));
    return this.kept.get(place);
  }

  /** Those that a family may lie in, by preference. */
  of({ take = [] }: Pick<Family, 'take'>): readonly Dictionary[] {
    const places = this.take === undefined ? new Set([...take, ...this.usual]) : [this.take];
    return [...places].flatMap((place) => this.at(place) ?? []);
  }

  private requirePrefix(strip: readonly string[]): void {
    const names = this.of({}).flatMap(({ tensors }) => [...tensors.keys()]);
    const prefixes = [...wrapperPrefixes, ...strip];
    if (names.some((name) => stripPrefixes(name, prefixes).stripped.some((prefix) => strip.includes(prefix)))) return;
    const firsts = new Set(names.map((name) => stripPrefixes(name, wrapperPrefixes).name.split(/[./]/u)[0]));
    throw new InputError(
      'CHECKPOINT_STRIP_MISSING',
      `no name begins with ${strip.map((one) => `"${one}"`).join(' or ')}`,
      {
        file: this.checkpoint.file,
        expected: 'a prefix of names, of whole segments',
        hint: `Names begin with ${[...firsts].sort().slice(0, 12).join(', ')}.`,
      },
    );
  }
}

function noTensors({ file, placeholders }: Checkpoint): InputError {
  const advice = 'Save the weights alone: `torch.save(model.state_dict(), FILE)`.';
  return new InputError('CHECKPOINT_NO_TENSORS', 'holds no tensors', {
    file,
    expected: 'a dictionary of weights',
    hint:
      placeholders.length === 0
        ? advice
        : `It holds objects of ${placeholders.slice(0, 4).join(', ')}, which are not made. ${advice}`,
  });
}

function noSuchDictionary({ root, file }: Checkpoint, take: string): InputError {
  const listed = listDictionaries(root);
  const shown = listed.map(
    ({ path, tensors }) => `${path === '' ? "'' (the whole file)" : path} (${String(tensors)} tensors)`,
  );
  return new InputError(
    'CHECKPOINT_TAKE_MISSING',
    valueAt(root, take) === undefined ? `there is no dictionary "${take}"` : `"${take}" holds no dictionary of tensors`,
    { file, expected: 'the path of a dictionary that holds tensors', hint: suggestName(take, shown, 16) },
  );
}
