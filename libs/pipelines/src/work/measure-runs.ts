import { fileSize } from '@intermodel/activation-streaming';
import { InputError } from '@intermodel/errors';
import { measureModelRun, probeOptions, type MeasuredRun, type PlacedModel } from '@intermodel/inputs';
import type { Study } from '@intermodel/studies';

/** Models that are run at most: of others it is taken that time and memory go with the size of their files. */
const measuredMost = 8;

/** What a run of one image takes, by the names of models. */
export type MeasuredRuns = ReadonlyMap<string, MeasuredRun>;

/**
 * Runs models on one image each, to tell what they take. Of many, some are run, from the smallest to the largest; what
 * the others take goes by the nearest of these. Models that cannot be run, or not on processors, are left out.
 *
 * @throws the reason of the signal
 */
export async function measureRuns(
  placed: readonly PlacedModel[],
  { runtime }: Study,
  signal?: AbortSignal,
): Promise<MeasuredRuns> {
  if (runtime.executionProviders.some((provider) => provider !== 'cpu')) return new Map();
  const sized = placed
    .map((each) => ({ ...each, bytes: filesOf(each).reduce((sum, file) => sum + fileSize(file), 0) }))
    .sort((one, other) => one.bytes - other.bytes);
  const chosen = new Set(spread(sized.length).map((index) => sized[index]));
  const measured: { readonly bytes: number; readonly run: MeasuredRun }[] = [];
  for (const each of chosen) {
    const run = each === undefined ? undefined : await measure(each, runtime, signal);
    if (each !== undefined && run !== undefined) measured.push({ bytes: each.bytes, run });
  }
  return new Map(
    sized.flatMap(({ model, bytes }): [string, MeasuredRun][] => {
      const nearest = measured.toSorted((a, b) => Math.abs(a.bytes - bytes) - Math.abs(b.bytes - bytes))[0];
      return nearest === undefined ? [] : [[model.name, scaled(nearest.run, bytes / nearest.bytes)]];
    }),
  );
}

/** Places of those that are measured, from the first to the last. */
function spread(count: number): number[] {
  if (count <= measuredMost) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: measuredMost }, (_, index) => Math.round((index * (count - 1)) / (measuredMost - 1)));
}

async function measure(
  { model, places }: PlacedModel,
  runtime: Study['runtime'],
  signal: AbortSignal | undefined,
): Promise<MeasuredRun | undefined> {
  const { threads } = runtime;
  try {
    return await measureModelRun(model.file, {
      graph: model.graph,
      tensors: places.map(({ layer }) => layer),
      inputSize: { height: model.input.height, width: model.input.width },
      ...(threads === undefined ? {} : { threads }),
      ...probeOptions(runtime, signal),
    });
  } catch (error) {
    // What is wrong with a model is told when it is run for good.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function scaled(run: MeasuredRun, factor: number): MeasuredRun {
  if (!Number.isFinite(factor) || factor === 1) return run;
  return { ...run, milliseconds: run.milliseconds * factor, memoryBytes: run.memoryBytes * Math.max(1, factor) };
}

function filesOf({ places }: PlacedModel): readonly string[] {
  return [...(places[0]?.modelFiles.keys() ?? [])];
}
