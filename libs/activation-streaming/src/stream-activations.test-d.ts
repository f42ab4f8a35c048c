import type { ActivationBatch, LabelledImageBatch, UnitMatchBatch } from '@intermodel/schemas';
import { EMPTY, type Observable } from 'rxjs';
import { expectTypeOf } from 'vitest';
import { streamActivations } from './index.ts';

const images: Observable<LabelledImageBatch> = EMPTY;
const matches: Observable<UnitMatchBatch> = EMPTY;
const options = { model: 'm', file: 'm.onnx', layers: ['y'] };

expectTypeOf(images.pipe(streamActivations(options))).toEqualTypeOf<Observable<ActivationBatch>>();
// @ts-expect-error unit matches are no images
matches.pipe(streamActivations(options));
// @ts-expect-error a model needs its layers
images.pipe(streamActivations({ model: 'm', file: 'm.onnx' }));
