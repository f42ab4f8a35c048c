import { matchSchemaOf, modelUnitsSchema, type ModelUnitsBatch, type UnitMatchBatch } from '@intermodel/schemas';
import { buildBatch, checkBatch, column, Interner } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { compareText } from './profile-models.ts';

/**
 * Counts the units of every model, those that match nothing too: one batch when the source completes, sorted by model.
 *
 * @example
 * readUnitTables(['units.csv']).pipe(countUnits())
 */
export function countUnits(): OperatorFunction<UnitMatchBatch, ModelUnitsBatch> {
  return (matches) =>
    defer(() => {
      const models = new Interner();
      return matches.pipe(
        map((batch) => checkBatch('countUnits', matchSchemaOf(batch), batch)),
        reduce((units: number[], batch) => {
          for (const code of models.column(column(batch, 'model')).codes) units[code] = (units[code] ?? 0) + 1;
          return units;
        }, []),
        map((units) => {
          const rows = models.values
            .map((model, code) => ({ model, units: units[code] ?? 0 }))
            .sort((a, b) => compareText(a.model, b.model));
          return buildBatch(modelUnitsSchema, {
            model: rows.map(({ model }) => model),
            units: rows.map((row) => row.units),
          });
        }),
      );
    });
}
