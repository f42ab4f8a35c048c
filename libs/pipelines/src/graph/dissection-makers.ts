import { unpackTable } from '@intermodel/concept-matching';
import type { PlacedModel } from '@intermodel/inputs';
import { matchSchemaOf, type UnitMatchBatch, type UnitNullBatch, type UnitReplicateBatch } from '@intermodel/schemas';
import { intervalMatches, testMatches } from '@intermodel/significance';
import { jsonPart, makeAlone, readStep, type StepMaker } from '@intermodel/steps';
import { arrowFileBytes, readArrowBytes } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import { from, identity, lastValueFrom, toArray } from 'rxjs';
import { describeLabels } from '../dissect/describe-labels.ts';
import { makeGallery } from './unit-gallery.ts';
import type { DissectionMakers } from './dissection-steps.ts';
import type { StudyBench } from './study-bench.ts';

/** Makes the steps of a dissection: those of models that take the same images come out of one pass. */
export function dissectionMakers(groups: readonly (readonly PlacedModel[])[]): DissectionMakers<StudyBench> {
  const passes = new Map<StudyModel, StepMaker<StudyBench>>();
  for (const [first, ...others] of groups) {
    if (first === undefined) continue;
    const maker: StepMaker<StudyBench> = { make: (steps, bench) => bench.group(first.model).makePass(steps) };
    for (const { model } of [first, ...others]) passes.set(model, maker);
  }
  const layers = new Map<string, StepMaker<StudyBench>>();
  return {
    pass: (model) => {
      const maker = passes.get(model);
      if (maker === undefined) throw new RangeError(`${model.name} is no model of this study`);
      return maker;
    },
    layer: (place, preset) => {
      const name = JSON.stringify([place.model.name, place.layer, preset]);
      const known = layers.get(name);
      if (known !== undefined) return known;
      const maker: StepMaker<StudyBench> = {
        make: (steps, bench) => bench.group(place.model).makeLayer(place, preset, steps),
      };
      layers.set(name, maker);
      return maker;
    },
    description: makeAlone(async (_, inputs, bench) => {
      const { source, signal, study } = bench;
      const { width, height } = study.data.labelGrid;
      const labels = inputs.steps('labels').map((step) => () => readStep(step, 'labels', bench));
      const shares = await describeLabels(labels, width * height, source.vocabulary, signal);
      return { description: jsonPart(shares) };
    }),
    tested: () =>
      makeAlone(async (_, inputs, bench) => {
        const matches = readArrowBytes(await inputs.read('matches', 'matches'), 'matches of a stored step').batches;
        const { testsMatches, resamplesImages } = bench.describe;
        const nulls: UnitNullBatch[] = [];
        const replicates: UnitReplicateBatch[] = [];
        if (testsMatches)
          for (const step of inputs.steps('nulls')) nulls.push(unpackTable(await readStep(step, 'nulls', bench)));
        if (resamplesImages)
          for (const step of inputs.steps('replicates'))
            replicates.push(unpackTable(await readStep(step, 'replicates', bench)));
        const [tested] = await lastValueFrom(
          from(matches as unknown as UnitMatchBatch[]).pipe(
            testsMatches ? testMatches({ nulls, pool: bench.study.significance.pool }) : identity,
            resamplesImages ? intervalMatches({ replicates }) : identity,
            toArray(),
          ),
        );
        if (tested === undefined) throw new RangeError('tested: a layer has no table of matches');
        return { matches: arrowFileBytes(matchSchemaOf(tested), [tested]) };
      }),
    gallery: (place) => makeAlone((_, inputs, bench) => makeGallery(place, inputs, bench)),
    images: makeAlone((_, __, { describe }) => ({
      images: jsonPart(describe.shards.flatMap(({ contents }) => contents)),
    })),
  };
}
