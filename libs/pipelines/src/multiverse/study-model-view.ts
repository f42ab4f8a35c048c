import { type ConceptName, type ModelView, type UniverseChoices, type ViewedRelation } from '@intermodel/claims';
import {
  familiesOf,
  ScoreCorrelation,
  scoresOf,
  summaryPredictors,
  type Predictor,
  type ScoreColumnValues,
} from '@intermodel/cross-task-analysis';
import type { ProfileDistance, ProfileView } from '@intermodel/embedding';
import { pearson } from '@intermodel/numerics';
import type { ModelFamilyBatch } from '@intermodel/schemas';

/** What views of one study share. */
export interface StudyFacts {
  /** All units of a model. */
  readonly unitsOf: (model: string) => number;
  /** Components of the study, `pc1` first: where its models stand. */
  readonly components: readonly Predictor[];
  /** Score columns. */
  readonly scores: readonly ScoreColumnValues[];
  /** Families of models; absent: every model is its own. */
  readonly families?: ModelFamilyBatch | undefined;
}

/** Tests of the relations of a study, by predictor and column. */
export type RelationTest = (
  predictor: string | ConceptName,
  column: string,
) => Required<Pick<ViewedRelation, 'p' | 'corrected'>> | undefined;

/** What claims are judged by in a view of a study's profiles, under some of its choices. */
export class StudyModelView implements ModelView {
  readonly models: readonly string[];
  readonly concepts: readonly ConceptName[];
  readonly columns: readonly string[];
  readonly #facts: StudyFacts;
  readonly #view: ProfileView;
  readonly #choices: Pick<UniverseChoices, 'components' | 'clusters' | 'distance'>;
  readonly #test: RelationTest | undefined;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #families: Int32Array;
  readonly #known = new Map<string, Float64Array | undefined>();
  #summaries: readonly Predictor[] | undefined;
  #scored: ReadonlyMap<string, Float64Array> | undefined;

  /**
   * @param facts what views share
   * @param view profiles of the models that are embedded
   * @param choices further choices
   * @param test tests of relations, of the study itself
   */
  constructor(
    facts: StudyFacts,
    view: ProfileView,
    choices: Pick<UniverseChoices, 'components' | 'clusters' | 'distance'>,
    test?: RelationTest,
  ) {
    this.models = view.models;
    this.concepts = view.profiles.concepts;
    this.columns = facts.scores.map(({ column }) => column);
    this.#facts = facts;
    this.#view = view;
    this.#choices = choices;
    this.#test = test;
    this.#rows = new Map(view.models.map((model, row) => [model, row]));
    this.#families = familiesOf(view.models, facts.families).of;
  }

  /** {@inheritDoc ModelView.predictors} */
  get predictors(): readonly string[] {
    return [...this.#facts.components, ...this.#summaryPredictors()].map(({ name }) => name);
  }

  /** {@inheritDoc ModelView.unitsOf} */
  unitsOf(model: string): number {
    return this.#facts.unitsOf(model);
  }

  /** {@inheritDoc ModelView.countsOf} */
  countsOf(model: string): Int32Array {
    const [row, width] = [this.#row(model), this.concepts.length];
    return this.#view.profiles.units.subarray(row * width, (row + 1) * width);
  }

  /** {@inheritDoc ModelView.distance} */
  distance(model: string, other: string): number {
    const { distance, components } = this.#choices;
    const distances = this.#view.distances(
      distance as ProfileDistance,
      Math.min(components, this.#view.mostComponents),
    );
    return distances[this.#row(model) * this.models.length + this.#row(other)] as number;
  }

  /** {@inheritDoc ModelView.categories} */
  categories(): Int32Array {
    return this.#view.categories(Math.min(this.#choices.clusters, this.models.length));
  }

  /** {@inheritDoc ModelView.categoryCount} */
  categoryCount(maximum: number): number | undefined {
    return this.#view.categoryCount(maximum);
  }

  /** {@inheritDoc ModelView.relation} */
  relation(predictor: string | ConceptName, column: string): ViewedRelation | undefined {
    const scores = this.#scores().get(column);
    const values = this.#values(predictor);
    if (scores === undefined || values === undefined) return undefined;
    const correlation = new ScoreCorrelation(values, scores, this.#families);
    return {
      r: correlation.r,
      interval: () => [correlation.low, correlation.high],
      isSteady: () => correlation.unmet().length === 0,
      ...this.#test?.(predictor, column),
    };
  }

  /** Values of the models; NaN where they are undefined, and no values at all where there is no such property. */
  #values(predictor: string | ConceptName): Float64Array | undefined {
    if (typeof predictor !== 'string') return this.#weights(predictor);
    if (!this.#known.has(predictor)) this.#known.set(predictor, this.#named(predictor));
    return this.#known.get(predictor);
  }

  #named(predictor: string): Float64Array | undefined {
    const component = this.#facts.components.find(({ name }) => name === predictor);
    if (component !== undefined) return this.#alike(component);
    const summary = this.#summaryPredictors().find(({ name }) => name === predictor);
    return summary === undefined
      ? undefined
      : Float64Array.from(this.models, (model) => summary.values.get(model) ?? Number.NaN);
  }

  #scores(): ReadonlyMap<string, Float64Array> {
    return (this.#scored ??= new Map(
      this.#facts.scores.map((scores) => [scores.column, scoresOf(this.models, scores)]),
    ));
  }

  /**
   * The component, of those that are kept, which goes most with one of the study, turned the same way: order and signs of
   * components say nothing once other choices are made.
   */
  #alike({ values }: Predictor): Float64Array | undefined {
    const shared = this.models.filter((model) => values.has(model));
    const wanted = Float64Array.from(shared, (model) => values.get(model) as number);
    let [best, strength] = [undefined as Float64Array | undefined, -1];
    for (let index = 0; index < Math.min(this.#choices.components, this.#view.mostComponents); index++) {
      const component = this.#view.component(index);
      const r = pearson(
        wanted,
        Float64Array.from(shared, (model) => component[this.#row(model)] as number),
      );
      if (Math.abs(r) <= strength || Number.isNaN(r)) continue;
      [best, strength] = [r < 0 ? component.map((value) => -value) : component, Math.abs(r)];
    }
    return best ?? new Float64Array(this.models.length).fill(Number.NaN);
  }

  /** Weights of a concept; of one that no model matches here they are 0. */
  #weights(wanted: ConceptName): Float64Array {
    const place = this.concepts.findIndex(
      ({ concept, category }) => concept === wanted.concept && category === wanted.category,
    );
    const { weights } = this.#view.profiles;
    return Float64Array.from(this.models, (_, row) =>
      place < 0 ? 0 : (weights[row * this.concepts.length + place] as number),
    );
  }

  #summaryPredictors(): readonly Predictor[] {
    return (this.#summaries ??= summaryPredictors(this.#view.summaries()));
  }

  #row(model: string): number {
    return this.#rows.get(model) as number;
  }
}
