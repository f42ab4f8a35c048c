import { suggestName } from '@intermodel/streams';
import type { ModelView } from '../judging/model-view.ts';
import { conceptWords } from './claim-words.ts';
import type { Claim, ConceptName } from './claim.ts';
import type { ReadClaims } from './read-claims.ts';

/**
 * Refuses claims about what a study does not have.
 *
 * @param read claims of a file
 * @param read.claims what they say
 * @param read.error tells where one stands
 * @param study what the study has
 * @param known names of all models of the study, those that are not embedded too
 * @throws InputError `CLAIM_UNKNOWN` with file, line and key, and the nearest name.
 */
export function checkClaims(read: ReadClaims, study: ModelView, known: readonly string[]): void {
  checkNames(read, study, known, () => true);
}

/**
 * Refuses claims about models that a study does not embed, before any of them is run.
 *
 * @param read claims of a file
 * @param models names of the models that are embedded
 * @param known names of all models of the study
 * @throws InputError `CLAIM_UNKNOWN` with file, line and key, and the nearest name.
 */
export function checkClaimedModels(read: ReadClaims, models: readonly string[], known: readonly string[]): void {
  checkNames(read, { models, concepts: [], predictors: [], columns: [] }, known, (what) => what === 'model');
}

/** What a study has that claims can name. */
type Nameable = Pick<ModelView, 'models' | 'concepts' | 'predictors' | 'columns'>;

function checkNames(
  { claims, error }: ReadClaims,
  study: Nameable,
  known: readonly string[],
  isChecked: (what: string) => boolean,
): void {
  claims.forEach((claim, index) => {
    for (const [key, name, names, what] of namesOf(claim, study)) {
      if (names.includes(name) || !isChecked(what)) continue;
      const problem =
        what === 'model' && known.includes(name)
          ? `the model "${name}" is left out of the embedding`
          : `the study has no ${what} "${name}"`;
      const hint = names.length === 0 ? `Give what has a ${what}, or leave the claim out.` : suggestName(name, names);
      throw error(index, key, 'CLAIM_UNKNOWN', problem, undefined, hint);
    }
  });
}

type Named = readonly [key: readonly (string | number)[], name: string, names: readonly string[], what: string];

function namesOf(claim: Claim, study: Nameable): readonly Named[] {
  const listed = (key: string, names: readonly string[], known: readonly string[], what: string) =>
    names.map((name, index): Named => [[key, index], name, known, what]);
  const model = (key: string, name: string): Named => [[key], name, study.models, 'model'];
  const concept = (key: readonly string[], name: ConceptName): readonly Named[] => [
    [[...key, 'concept'], conceptWords(name), study.concepts.map(conceptWords), 'concept'],
  ];
  switch (claim.kind) {
    case 'nearer':
      return [
        ...listed('models', claim.models, study.models, 'model'),
        ...listed('than', claim.than ?? [], study.models, 'model'),
      ];
    case 'category':
    case 'complement':
      return listed('models', claim.models, study.models, 'model');
    case 'categories':
      return [];
    case 'correlates':
      return [
        ...(typeof claim.predictor === 'string'
          ? [[['predictor'], claim.predictor, study.predictors, 'property of models'] as Named]
          : concept(['predictor'], claim.predictor)),
        [['with'], claim.with, study.columns, 'score column'],
      ];
    case 'has':
      return [model('model', claim.model), model('without', claim.without), ...concept([], claim)];
    case 'needs':
      return listed('tasks', claim.tasks ?? [], study.columns, 'score column');
  }
}
