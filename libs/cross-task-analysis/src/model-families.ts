import { modelFamilySchema, type ModelFamilyBatch } from '@intermodel/schemas';
import { buildBatch, checkBatch, column, readStrings } from '@intermodel/streams';

/** Families of some models. */
export interface ModelFamilies {
  /** Number of each model's family, in the order of the models. */
  readonly of: Int32Array;
  /** Names of the families, by number: of a model that is in none, its own. */
  readonly names: readonly string[];
  /** Whether any family has several of the models. */
  readonly areShared: boolean;
}

/**
 * Families of models; one that no family names is a family of its own.
 *
 * @param models names of the models
 * @param families which model is of which family. @default every model is its own
 */
export function familiesOf(models: readonly string[], families?: ModelFamilyBatch): ModelFamilies {
  const known = new Map(familyRows(families).map(({ model, family }) => [model, family]));
  const numbers = new Map<string, number>();
  const names: string[] = [];
  const of = Int32Array.from(models, (model) => {
    const family = known.get(model);
    // A family and a model that is in none may have one name.
    const key = JSON.stringify([family === undefined, family ?? model]);
    const number = numbers.get(key) ?? names.push(family ?? model) - 1;
    numbers.set(key, number);
    return number;
  });
  return { of, names, areShared: names.length < models.length };
}

/**
 * The families of models as a table, one row a model in the order given: as it stands beside the relations.
 *
 * @param models names of the models
 * @param families which model is of which family, and why. @default every model is its own
 */
export function familyTable(models: readonly string[], families?: ModelFamilyBatch): ModelFamilyBatch {
  const known = new Map(familyRows(families).map((row) => [row.model, row]));
  return buildBatch(modelFamilySchema, {
    model: models,
    family: models.map((model) => known.get(model)?.family ?? model),
    reason: models.map((model) => known.get(model)?.reason ?? ''),
  });
}

interface FamilyRow {
  readonly model: string;
  readonly family: string;
  readonly reason: string;
}

function familyRows(batch: ModelFamilyBatch | undefined): readonly FamilyRow[] {
  if (batch === undefined) return [];
  const table = checkBatch('families', modelFamilySchema, batch);
  const [families, reasons] = [readStrings(column(table, 'family')), readStrings(column(table, 'reason'))];
  return readStrings(column(table, 'model')).map((model, row) => ({
    model,
    family: families[row] as string,
    reason: reasons[row] as string,
  }));
}
