// Graphs
export { readModel, readModelBytes } from './read-model.ts';
export { cutGraph, type CutModel, type CutOptions } from './cut-graph.ts';
export {
  constantBytes,
  onnxBytesMost,
  writeGraph,
  writtenTypes,
  type WrittenAttribute,
  type WrittenConstant,
  type WrittenGraph,
  type WrittenModel,
  type WrittenNode,
  type WrittenType,
  type WrittenValue,
} from './write-graph.ts';
export { ownNormalisation } from './own-normalisation.ts';
export {
  hasStoredStatistics,
  measureNormalisation,
  type MeasureNormalisationOptions,
} from './twins/measure-normalisation.ts';
export { untrainedTwin } from './twins/untrained-twin.ts';
export { floatsFromHalves, halvesFromFloats } from './half-floats.ts';
export { findTensor } from './find-tensor.ts';
export { checkExternalData, externalLocations, type ExternalPlaces } from './external-data.ts';
export type {
  AxisSize,
  ConstantTensor,
  ExternalData,
  Graph,
  GraphNode,
  LocalFunction,
  NodeAttribute,
  OnnxModel,
  QuantizationAnnotation,
  TensorType,
  ValueInfo,
} from './onnx-model.ts';
export { memoryBytes, type ByteSource } from './byte-source.ts';
export { ProtobufError, readInteger, walkFields, type ByteRange, type ProtobufField } from './protobuf-reader.ts';

// Layers
export { checkLayers, type CheckLayersOptions } from './check-layers.ts';
export { probeDefaults, type ProbeLimits } from './probe-limits.ts';
export { loopedTensors } from './tensor-shapes.ts';
export { listLayers, type Layer, type LayerList, type LeftOutTensors, type ListLayersOptions } from './list-layers.ts';
export type { UsualChoice } from './usual-layer.ts';
export { findTokenGrid, prefixTokensMost, type TokenGrid } from './token-grid.ts';
export type { ImageSize, TensorShapes } from './tensor-shapes.ts';

// Sessions
export { measureModel, type MeasureModelOptions } from './measure-model.ts';
export type { MeasuredRun, PutOut } from './probe-messages.ts';
export { openSession, type ModelSession, type OpenSessionOptions, type TensorValues } from './open-session.ts';
export type { FreeSizes, Layout, ModelInput } from './model-input.ts';
export { listExecutionProviders } from './execution-providers.ts';

// Products of matrices
export {
  openProducts,
  type Matrix,
  type MatrixProducts,
  type MatrixValues,
  type ProductsOptions,
  type TransposedFactor,
} from './matrices/matrix-products.ts';
