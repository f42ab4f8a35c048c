import type { ThingName } from '../vocabulary.ts';
import { animal, person } from './beings.ts';
import { house, tower } from './buildings.ts';
import { box, lamp, sofa, table } from './furniture.ts';
import { bush, rock, tree } from './plants.ts';
import { ball, sign, umbrella } from './street-things.ts';
import type { ThingKind } from './thing-kind.ts';
import { boat, car } from './vehicles.ts';

/** Every kind of thing. No material or colour belongs to one kind alone, and none has one alone. */
export const thingKinds: Readonly<Record<ThingName, ThingKind>> = {
  ...{ house, tower, car, tree, bush, rock, animal, person },
  ...{ ball, boat, sign, lamp, table, sofa, box, umbrella },
};
