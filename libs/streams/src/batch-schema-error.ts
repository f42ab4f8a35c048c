import { IntermodelError } from '@intermodel/errors';

/** A batch of another schema was fed to a stage: a programming error of whoever wired the stages. */
export class BatchSchemaError extends IntermodelError {
  override readonly name = 'BatchSchemaError';

  constructor(stage: string, column: string, expected: string, actual: string) {
    super('BATCH_SCHEMA', `${stage}: column "${column}" is ${actual}`, {
      column,
      expected,
      hint: `Build the batch with buildBatch() and the table's schema from @intermodel/schemas.`,
    });
  }
}
