export { drawScene, type SceneOptions } from './draw-scene.ts';
export { imageSide, visiblePixels, type SeenThing, type WorldScene } from './halve-drawing.ts';
export {
  worldDefaults,
  worldLayouts,
  writeWorld,
  type WorldLayout,
  type WorldOptions,
  type WriteWorldOptions,
} from './files/write-world.ts';
export { nuisanceText, parseNuisance, type Nuisance } from './nuisances.ts';
export { plantedUnits, shippedModels, type ShippedModel } from './shipped-models.ts';
export {
  numberOf,
  stuffs,
  thingNames,
  worldCategories,
  worldConcepts,
  worldNames,
  type SceneName,
  type ThingName,
  type WorldCategory,
  type WorldConcept,
} from './vocabulary.ts';
