import { InputError, suggestName } from '@intermodel/errors';
import { thingNames, worldNames, type Colour, type SceneName, type ThingName } from './vocabulary.ts';

/** Something that goes with something else in the world, and need not. */
export type Nuisance =
  | {
      /** A thing that occurs in one kind of place alone. */
      readonly kind: 'place';
      /** The thing. */
      readonly thing: ThingName;
      /** The place. */
      readonly scene: SceneName;
    }
  | {
      /** A colour that a kind of thing always has, and no other thing is called by. */
      readonly kind: 'colour';
      /** The thing. */
      readonly thing: ThingName;
      /** The colour. */
      readonly colour: Colour;
    };

/**
 * Reads a nuisance: `THING@PLACE` for a thing that occurs in one kind of place alone, `THING=COLOUR` for one that always
 * has one colour.
 *
 * @throws InputError `NUISANCE_UNKNOWN`.
 */
export function parseNuisance(text: string): Nuisance {
  const [, name = '', sign = '', value = ''] = /^([^@=]*)([@=])(.*)$/u.exec(text) ?? [];
  if (sign === '')
    throw new InputError('NUISANCE_UNKNOWN', `"${text}" is no nuisance`, {
      expected: 'THING@PLACE, such as animal@field, or THING=COLOUR, such as car=red',
      hint: 'Write the thing, a sign and what goes with it.',
    });
  const thing = named(text, name, thingNames);
  return sign === '@'
    ? { kind: 'place', thing, scene: named(text, value, worldNames.scene) }
    : { kind: 'colour', thing, colour: named(text, value, worldNames.color) };
}

/** A nuisance as {@link parseNuisance} reads it. */
export function nuisanceText(nuisance: Nuisance): string {
  return nuisance.kind === 'place' ? `${nuisance.thing}@${nuisance.scene}` : `${nuisance.thing}=${nuisance.colour}`;
}

/** Refuses nuisances that contradict each other. @throws InputError `NUISANCE_TWICE`. */
export function checkNuisances(nuisances: readonly Nuisance[]): void {
  nuisances.forEach((nuisance, index) => {
    const other = nuisances
      .slice(0, index)
      .find(({ kind, thing }) => kind === nuisance.kind && thing === nuisance.thing);
    if (other !== undefined)
      throw new InputError('NUISANCE_TWICE', `"${nuisanceText(nuisance)}" stands beside "${nuisanceText(other)}"`, {
        expected: 'one place and one colour for a thing',
        hint: 'Leave one of them out.',
      });
  });
}

function named<Name extends string>(text: string, name: string, names: readonly Name[]): Name {
  const found = names.find((each) => each === name);
  if (found !== undefined) return found;
  throw new InputError('NUISANCE_UNKNOWN', `"${text}": there is no "${name}"`, {
    expected: names.join(', '),
    hint: suggestName(name, names),
  });
}
