/**
 * Does something with each item, with several at a time, in their order. After a failure no further one is begun; what
 * went wrong first is thrown once none is under way any more.
 */
export async function eachOf<T>(items: Iterable<T>, atOnce: number, each: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const work = async () => {
    for (let next = rest.next(); next.done !== true && failure === undefined; next = rest.next())
      try {
        await each(next.value);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failure !== undefined) throw failure.error;
}
