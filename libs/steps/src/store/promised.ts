/** Runs a quick synchronous action behind a promise, so that its error rejects instead of being thrown at once. */
export async function promised<T>(action: () => T): Promise<T> {
  return Promise.resolve().then(action);
}
