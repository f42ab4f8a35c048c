import { createRandom, type Random } from '@intermodel/numerics';
import { Canvas, drawingSide, type Normal } from './canvas.ts';
import { halveDrawing, type WorldScene } from './halve-drawing.ts';
import type { Nuisance } from './nuisances.ts';
import { cameraHeight, groundDepth, rowsOf } from './perspective.ts';
import { sceneKinds, type SceneKind } from './scenes.ts';
import { ellipse, rectangle } from './shapes.ts';
import { Brush, type Place } from './things/brush.ts';
import { thingKinds } from './things/thing-kinds.ts';
import { worldNames, type Colour, type ObjectName, type SceneName, type ThingName } from './vocabulary.ts';

/** What a scene is drawn from. */
export interface SceneOptions {
  /** Seed of the world. */
  readonly seed: number;
  /** Number of the scene, from 0. */
  readonly image: number;
  /** What is planted to go together. @default nothing */
  readonly nuisances?: readonly Nuisance[];
}

/** The frame of a scene, before things stand in it. */
interface Frame {
  readonly horizon: number;
  /** Row where the ground begins. */
  readonly groundRow: number;
  readonly light: number;
}

const up: Normal = [0, 1, 0];

/**
 * Draws a scene of the small world: a place with things that stand on its ground, in perspective.
 *
 * Nothing but additions, products, quotients and square roots goes into it, which are the same on every platform.
 *
 * @param options what it is drawn from
 * @param options.seed seed of the world
 * @param options.image number of the scene, from 0
 * @param options.nuisances what is planted to go together
 * @returns the picture of 64 x 64 pixels with all that is known of it
 */
export function drawScene({ seed, image, nuisances = [] }: SceneOptions): WorldScene {
  const random = createRandom(seed, image);
  const canvas = new Canvas();
  const scene = pick(random, worldNames.scene);
  const kind = sceneKinds[scene];
  const frame = drawPlace(canvas, random, kind);
  const things = chooseThings(random, scene, nuisances);
  const placed = things
    .map((name) => ({ name, place: choosePlace(random, name, frame) }))
    .sort((one, other) => other.place.depth - one.place.depth);
  placed.forEach(({ name, place }, index) => {
    drawThing(canvas, random, { name, place, thing: index + 1, light: frame.light, nuisances });
  });
  return halveDrawing(canvas, { scene, things: placed.map(({ name }) => name) });
}

function drawPlace(canvas: Canvas, random: Random, kind: SceneKind): Frame {
  const horizon = 38 + random.below(30);
  const light = random.below(90) - 56;
  const hasWall = kind.wall !== undefined && random.uniform() < kind.wall.share;
  const stretch = (object: ObjectName, top: number, bottom: number, look: PlaceLook) => {
    canvas.fill(rectangle(0, top, drawingSide, bottom), {
      object,
      ...look,
      light,
      thing: 0,
      origin: [0, 0],
      salt: random.below(2 ** 30),
    });
  };
  const wallRow = horizon + 10 + random.below(16);
  const waterRow = kind.waters === undefined ? horizon : horizon + 16 + random.below(20);
  const groundRow = hasWall ? wallRow : waterRow;
  if (kind.skies !== undefined) stretch('sky', 0, horizon, { colour: pick(random, kind.skies), depth: 0 });
  const ground = (y: number) => groundDepth(y, horizon);
  if (kind.waters !== undefined)
    stretch('water', horizon, waterRow, { colour: pick(random, kind.waters), depth: (_x, y) => ground(y), normal: up });
  if (hasWall) {
    const top = kind.skies === undefined ? 0 : random.below(Math.floor(horizon / 2));
    const { colours, materials } = kind.wall;
    stretch('wall', top, wallRow, {
      colour: pick(random, colours),
      material: pick(random, materials),
      depth: ground(wallRow),
    });
  }
  stretch('ground', groundRow, drawingSide, {
    colour: pick(random, kind.grounds),
    material: pick(random, kind.covers),
    depth: (_x, y) => ground(y),
    normal: up,
  });
  return { horizon, groundRow, light };
}

type PlaceLook = Pick<Parameters<Canvas['fill']>[1], 'colour' | 'material' | 'depth' | 'normal'>;

function chooseThings(random: Random, scene: SceneName, nuisances: readonly Nuisance[]): ThingName[] {
  const { things, many } = sceneKinds[scene];
  const allowed = things.filter((thing) =>
    nuisances.every((nuisance) => nuisance.kind !== 'place' || nuisance.thing !== thing || nuisance.scene === scene),
  );
  const planted = nuisances.flatMap((nuisance) =>
    nuisance.kind === 'place' && nuisance.scene === scene && random.below(2) === 1 ? [nuisance.thing] : [],
  );
  // Where other places have all things that usually stand here, it is empty.
  const count = allowed.length === 0 ? 0 : many[0] + random.below(many[1] - many[0] + 1);
  return [...planted, ...Array.from({ length: count }, () => pick(random, allowed))];
}

/** Where a thing stands: on the ground (a boat in the water), as large as its distance makes it. */
function choosePlace(random: Random, name: ThingName, { horizon, groundRow }: Frame): Place {
  const { metres, aspect } = thingKinds[name];
  const [tall, wide] = [between(random, metres), between(random, aspect)];
  const [nearest, deepest] =
    name === 'boat' && groundRow > horizon ? [horizon + 8, groundRow + 2] : [groundRow + 4, drawingSide - 4];
  // Rows that a thing takes are drawn first, so that none is too small to be seen or larger than the picture.
  const rows = between(random, [30, 84]);
  const foot = Math.min(deepest, Math.max(nearest, horizon + (rows * cameraHeight) / tall));
  const height = rowsOf(tall, foot, horizon);
  const width = height * wide;
  const left = between(random, [-0.2 * width, drawingSide - 0.8 * width]);
  return {
    left,
    top: foot - height,
    width,
    height,
    depth: groundDepth(foot, horizon),
  };
}

interface DrawnThing {
  readonly name: ThingName;
  readonly place: Place;
  readonly thing: number;
  readonly light: number;
  readonly nuisances: readonly Nuisance[];
}

function drawThing(canvas: Canvas, random: Random, { name, place, thing, light, nuisances }: DrawnThing): void {
  const { left, top, width, height } = place;
  const foot = top + height;
  canvas.shadow(ellipse(left + width / 2 + 4, foot, width * 0.56, 2 + height * 0.07));
  const brush = new Brush(place, {
    canvas,
    random,
    object: name,
    thing,
    light,
    chooseColour: (among) => chooseColour(random, among, name, nuisances),
  });
  thingKinds[name].draw(brush);
}

function chooseColour(
  random: Random,
  among: readonly Colour[],
  name: ThingName,
  nuisances: readonly Nuisance[],
): Colour {
  const planted = nuisances.filter((nuisance) => nuisance.kind === 'colour');
  const own = planted.find(({ thing }) => thing === name);
  if (own !== undefined) return own.colour;
  const others = among.filter((colour) => planted.every((nuisance) => nuisance.colour !== colour));
  return pick(random, others.length === 0 ? among : others);
}

function pick<Item>(random: Random, among: readonly Item[]): Item {
  return among[random.below(among.length)] as Item;
}

function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform();
}
