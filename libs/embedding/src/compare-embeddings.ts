import { embeddingPointSchema, type EmbeddingPointBatch } from '@intermodel/schemas';
import { alignProcrustes } from '@intermodel/numerics';
import { checkBatch, column, readLists, readStrings } from '@intermodel/streams';
import { compareText } from './profile-models.ts';

/** A model that both embeddings hold. */
export interface ModelMove {
  /** Name of the model. */
  readonly model: string;
  /** Where the earlier embedding had it, laid on the present one. */
  readonly from: readonly number[];
  /** Where it is now. */
  readonly to: readonly number[];
  /** How far it moved among the others, in the unit of the components. */
  readonly distance: number;
}

/** What changed from an earlier embedding to the present one. */
export interface EmbeddingChange {
  /** Models that only the present one holds, by name. */
  readonly added: readonly string[];
  /** Models that only the earlier one holds, by name. */
  readonly removed: readonly string[];
  /** Models that both hold, the one that moved farthest first. */
  readonly moved: readonly ModelMove[];
  /** Components that were compared: as many as both have. */
  readonly components: number;
  /** Root mean square of the distances; NaN without shared models. */
  readonly meanDistance: number;
  /**
   * Root mean square distance of the shared models from their centre in the present embedding, to judge distances by.
   */
  readonly spread: number;
  /**
   * Procrustes correlation, 0..1: 1 where the shared models stand to each other as before; NaN where that cannot be
   * said.
   */
  readonly correlation: number;
  /** Whether so many models are shared that the alignment leaves something to compare: two more than components. */
  readonly isDetermined: boolean;
}

/**
 * Compares an earlier embedding with the present one: which models are new, which are gone, and how far the others
 * moved once the earlier points are laid on the present ones by orthogonal Procrustes over the shared models
 * (translation, rotation, reflection). Nothing is scaled, since the components of both have the unit of the profiles'
 * weights; both must come from profiles of the same normalisation.
 */
export function compareEmbeddings(earlier: EmbeddingPointBatch, present: EmbeddingPointBatch): EmbeddingChange {
  const [before, after] = [readPoints(earlier), readPoints(present)];
  const components = Math.min(before.components, after.components);
  const shared = [...after.points.keys()].filter((model) => before.points.has(model)).sort(compareText);
  const others = (one: Points, other: Points) =>
    [...one.points.keys()].filter((model) => !other.points.has(model)).sort(compareText);
  const common = {
    added: others(after, before),
    removed: others(before, after),
    components,
    isDetermined: shared.length >= components + 2,
  };
  if (shared.length === 0 || components === 0)
    return { ...common, moved: [], meanDistance: Number.NaN, spread: Number.NaN, correlation: Number.NaN };
  const coordinates = ({ points }: Points) =>
    Float64Array.from(shared.flatMap((model) => [...(points.get(model) ?? []).slice(0, components)]));
  const reference = coordinates(after);
  const { aligned, distances, referenceMean, residual, correlation } = alignProcrustes({
    reference,
    moving: coordinates(before),
    rows: shared.length,
    columns: components,
  });
  const place = (values: Float64Array, row: number) => [...values.subarray(row * components, (row + 1) * components)];
  const squares = reference.reduce(
    (sum, value, index) => sum + (value - (referenceMean[index % components] as number)) ** 2,
    0,
  );
  const moved = shared.map((model, row): ModelMove => ({
    model,
    from: place(aligned, row),
    to: place(reference, row),
    distance: distances[row] as number,
  }));
  return {
    ...common,
    moved: moved.sort((a, b) => b.distance - a.distance || compareText(a.model, b.model)),
    meanDistance: Math.sqrt(residual / shared.length),
    spread: Math.sqrt(squares / shared.length),
    correlation,
  };
}

interface Points {
  readonly components: number;
  readonly points: ReadonlyMap<string, Float64Array>;
}

function readPoints(batch: EmbeddingPointBatch): Points {
  const type = batch.schema.fields.find(({ name }) => name === 'components')?.type as
    { readonly listSize?: number } | undefined;
  const components = type?.listSize ?? 0;
  checkBatch('compareEmbeddings', embeddingPointSchema(components), batch);
  const scores = readLists(column(batch, 'components'));
  return {
    components,
    points: new Map(
      readStrings(column(batch, 'model')).map((model, row) => [
        model,
        scores.subarray(row * components, (row + 1) * components),
      ]),
    ),
  };
}
