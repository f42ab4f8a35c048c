import type { ConceptProfileBatch, UnitMatchBatch } from '@intermodel/schemas';
import { of, type Observable } from 'rxjs';
import { expectTypeOf } from 'vitest';
import { profileModels } from './index.ts';

declare const matches: UnitMatchBatch;
declare const profiles: ConceptProfileBatch;

expectTypeOf(of(matches).pipe(profileModels())).toEqualTypeOf<Observable<ConceptProfileBatch>>();
// @ts-expect-error profiles are what the stage gives, not what it takes
of(profiles).pipe(profileModels());
// @ts-expect-error a normalisation has to be one of the named ones
profileModels({ normalisation: 'none' });
