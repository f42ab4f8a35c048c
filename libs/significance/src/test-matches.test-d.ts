import type { ConceptProfileBatch, UnitMatchBatch, UnitNullBatch } from '@intermodel/schemas';
import { of, type Observable } from 'rxjs';
import { expectTypeOf } from 'vitest';
import { testMatches } from './index.ts';

declare const matches: UnitMatchBatch;
declare const nulls: readonly UnitNullBatch[];
declare const profiles: ConceptProfileBatch;

expectTypeOf(of(matches).pipe(testMatches({ nulls }))).toEqualTypeOf<Observable<UnitMatchBatch>>();
// @ts-expect-error profiles are not what this stage takes
of(profiles).pipe(testMatches({ nulls }));
