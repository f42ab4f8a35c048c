import type { EmbeddingPointBatch, ProfileSummaryBatch, TaskRelationBatch, TaskScoreBatch } from '@intermodel/schemas';
import { of, type Observable } from 'rxjs';
import { expectTypeOf } from 'vitest';
import { relateTasks } from './index.ts';

declare const scores: TaskScoreBatch;
declare const points: EmbeddingPointBatch;
declare const summaries: ProfileSummaryBatch;

expectTypeOf(of(scores).pipe(relateTasks({ points, summaries }))).toEqualTypeOf<Observable<TaskRelationBatch>>();
// @ts-expect-error the summaries are needed: they hold the trivial baseline
relateTasks({ points });
// @ts-expect-error summaries are not scores
of(summaries).pipe(relateTasks({ points, summaries }));
