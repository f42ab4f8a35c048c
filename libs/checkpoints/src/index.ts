// Checkpoints
export type { Checkpoint, CheckpointValue, Container } from './checkpoint.ts';
export { elementBytes, valueCount, type ElementType, type FileSpan, type Tensor } from './tensor.ts';

// Networks
export type { ArchitectureFacts, ArchitectureName, Network } from './architecture.ts';
export type { DroppedTensor, RecognisedModel } from './recognised-model.ts';
