import { dismissInference } from '@intermodel/activation-streaming';
import { Observable } from 'rxjs';

/** Runs work as an observable: unsubscribing and the signal abort it. */
export function stoppableObservable<Event>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, next: (event: Event) => void) => Promise<void>,
): Observable<Event> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    let ended = false;
    const onAbort = () => {
      stop.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const worked = work(stop.signal, (event) => {
      subscriber.next(event);
    });
    worked.finally(dismissInference).then(
      () => {
        ended = true;
        subscriber.complete();
      },
      (error: unknown) => {
        // What breaks because it was stopped is not what went wrong.
        subscriber.error(stop.signal.aborted ? stop.signal.reason : error);
      },
    );
    return () => {
      signal?.removeEventListener('abort', onAbort);
      // What was emitted can still be read after the end.
      if (!ended) stop.abort();
    };
  });
}
