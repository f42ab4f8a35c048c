// Drawn scenes, and data sets written of them
export { drawnConcepts, drawScenes, type DrawnScene, type DrawScenesOptions } from './draw-scenes.ts';
export {
  writeFile,
  writePlainLayout,
  writePng,
  writeScenePicture,
  type PlainLayout,
  type WritePlainLayoutOptions,
} from './write-scene-files.ts';
export {
  drawnAde20kClasses,
  drawnAde20kCount,
  drawnAde20kNames,
  writeAde20kChallengeLayout,
  writeAde20kLayout,
  type WriteAde20kLayoutOptions,
} from './write-ade20k-layout.ts';
export { brodenPixels, drawnBrodenExtra, writeBrodenLayout } from './write-broden-layout.ts';
export {
  columnRuns,
  drawnCocoIds,
  encodeCounts,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
} from './write-coco-layout.ts';
export {
  drawnVocClasses,
  drawnVocIndices,
  vocPaletteColour,
  writeVocLayout,
  type WriteVocLayoutOptions,
} from './write-voc-layout.ts';
export { writeTaskLayouts } from './write-task-layouts.ts';
export { matlabStructOfTexts } from './matlab-file.ts';
export { writeNpy } from './write-npy.ts';
// Files of checkpoints, right and wrong
export { pickle, type PicklePiece } from './write-pickle.ts';
export {
  pickledTensor,
  torchLegacyOf,
  torchZipBytes,
  torchZipOf,
  type PickledTensorOptions,
  type WrittenTensor,
} from './write-torch.ts';
export { zipBytes, type ZipEntry } from './write-zip.ts';
// Unit tables by hand, and large synthetic ones
export { cutBatch, syntheticUnitMatches, tinyUnitMatches, type TinyUnit } from './unit-tables.ts';
// Network dissection by its definition, and small worlds to hold operators against it
export { dissectPlainly } from './dissection-oracle.ts';
export {
  type DissectionWorld,
  type OraclePair,
  type OraclePreset,
  type OracleUnit,
  type WorldImage,
} from './dissection-world.ts';
export { randomWorlds } from './random-worlds.ts';
// ONNX models, written by hand or with random weights
export {
  buildOnnxModel,
  onnxTypes,
  type OnnxAttribute,
  type OnnxExternalData,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxType,
  type OnnxValue,
} from './onnx-model.ts';
export { writeMobileNetV2, writeResNet50, type RandomNetwork, type RandomNetworkOptions } from './random-network.ts';
export { writeColourSegmenter, type ColourHead, type ColourSegmenterOptions } from './colour-segmenter.ts';
// Servers
export { hasRedis, startRedis, type RedisServer } from './redis-server.ts';
export { lackingSlurm, startSlurm, until, type SlurmCluster } from './slurm-cluster.ts';
export { startS3Server, whyNoS3Server, type S3Server } from './s3-server.ts';
// Networks with weights, and what torch makes of them
export {
  drawImages,
  goldenNetworks,
  readSafetensors,
  type GoldenNetwork,
  type GoldenTensor,
} from './golden-networks.ts';
export {
  drawBytes,
  goldenSegmenters,
  readGoldenLabels,
  type GoldenHead,
  type GoldenSegmenters,
} from './golden-segmenters.ts';
// Checkpoints with random weights, under the keys under which families are published
export {
  drawConvNeXt,
  drawResNet,
  drawViT,
  drawWeight,
  type DrawResNetOptions,
  type DrawViTOptions,
  type PlainWeight,
  type PlainWeights,
} from './draw-weights.ts';
export {
  haikuForm,
  merged,
  permuted,
  prefixed,
  publishedStudy,
  reshaped,
  tensorFlowForm,
  withCounters,
  type PlainTree,
  type PublishedCheckpoint,
} from './published-checkpoints.ts';
export { tensorBundle, type TensorBundle } from './write-tensor-bundle.ts';
export { writePublished } from './write-published.ts';
export { encoderShapes, pyramidShapes, upernetShapes, type Shapes } from './published-segmenters.ts';
