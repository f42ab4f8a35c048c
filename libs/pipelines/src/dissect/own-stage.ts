import { ShardsFallShort } from '@intermodel/concept-matching';
import { InputError, IntermodelError } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { catchError, defer, map, throwError, throwIfEmpty, type OperatorFunction } from 'rxjs';

/** Refuses identities that are empty or stand twice: what is stored under them would be taken for something else. */
export function checkIdentities(what: string, identities: readonly string[]): void {
  identities.forEach((identity, index) => {
    if (typeof (identity as unknown) !== 'string' || identity === '' || identities.indexOf(identity) !== index)
      throw new RangeError(
        `${what}: each needs an identity of its own, such as "mine/1"; got ${JSON.stringify(identity)}`,
      );
  });
}

/**
 * An operator of the caller's own, whose failures name it: what it throws, what is no batch, and where it gives nothing.
 * Errors with a code pass as they are: they are of what was read.
 *
 * @param name what messages call it, such as `stage thresholds (mine/1)`
 * @param operator makes the operator
 * @param isOne whether it has to give one batch in all
 */
export function ownOperator<In, Out extends RecordBatch>(
  name: string,
  operator: () => OperatorFunction<In, Out>,
  isOne = false,
): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => operator()(source)).pipe(
      map((batch, index) => {
        if ((batch.schema as unknown) === undefined) throw new TypeError('it gave something that is no record batch');
        if (isOne && index > 0) throw new RangeError('it gave more than one batch');
        return batch;
      }),
      throwIfEmpty(() => new RangeError('it gave nothing')),
      catchError((error: unknown) => throwError(() => named(name, error))),
    );
}

function named(name: string, error: unknown): unknown {
  if (error instanceof IntermodelError || error instanceof ShardsFallShort) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new InputError('STAGE_FAILED', `${name} failed: ${problem}`, {
    expected: 'an operator that gives record batches of its table',
    hint: 'CONTRIBUTING.md says what each stage takes and gives.',
    cause: error,
  });
}
