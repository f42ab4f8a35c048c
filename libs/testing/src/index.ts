
// Drawn scenes, and data sets written of them
export { drawnConcepts, drawScenes, type DrawnScene, type DrawScenesOptions } from './draw-scenes.ts';
export { writePlainLayout, writePng, writeScenePicture, type PlainLayout, type WritePlainLayoutOptions } from './write-scene-files.ts';
// Unit tables by hand, and large synthetic ones
export { cutBatch, syntheticUnitMatches, tinyUnitMatches, type TinyUnit } from './unit-tables.ts';
