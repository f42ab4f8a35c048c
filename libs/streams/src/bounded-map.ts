import { from, mergeMap, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';

interface Finished<Out> {
  readonly values: readonly Out[];
  readonly release: () => void;
}

/**
 * Maps with at most `concurrency` results alive, and emits them **in the order of the source** whatever order they
 * finish in. RxJS has no back-pressure, so the source should be descriptors (paths, ids), and the heavy values live
 * only inside `project`: an item that finished early keeps its place until those before it were emitted.
 *
 * @param project loads and processes one item; its values are emitted together
 * @param concurrency items under way, at least 1
 */
export function boundedMap<In, Out>(
  project: (item: In, index: number) => ObservableInput<Out>,
  concurrency: number,
): OperatorFunction<In, Out> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`boundedMap: concurrency must be a whole number of at least 1, got ${String(concurrency)}`);
  return (source) =>
    new Observable<Out>((subscriber) => {
      const finished = new Map<number, Finished<Out>>();
      let next = 0;
      const emitReady = () => {
        for (let ready = finished.get(next); ready !== undefined; ready = finished.get(next)) {
          finished.delete(next++);
          for (const value of ready.values) subscriber.next(value);
          ready.release();
        }
      };
      const inOrder = (item: In, index: number) =>
        new Observable<never>((inner) => {
          const values: Out[] = [];
          return from(project(item, index)).subscribe({
            next: (value) => void values.push(value),
            error: (error: unknown) => {
              inner.error(error);
            },
            complete: () => {
              finished.set(index, {
                values,
                release: () => {
                  inner.complete();
                },
              });
              emitReady();
            },
          });
        });
      return source.pipe(mergeMap(inOrder, concurrency)).subscribe({
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
}
