import type { Attempt } from './attempt.ts';

/** Whether a family's own prefixes or map had to do with it: the names of an architecture alone fit all that have it. */
export function isOfItsForm({ family: { strip = [], map = [] }, stripped, mapped }: Attempt): boolean {
  return (
    (strip.length === 0 || stripped.some((prefix) => strip.includes(prefix))) &&
    (map.length === 0 || [...mapped.origins].some(([name, [from]]) => from?.endsWith(name) === false))
  );
}
