import { createHash } from 'node:crypto';
import type { AssembledGraph } from './assemble-graph.ts';

/**
 * SHA-256, hexadecimal, of what a graph computes of the bytes of its checkpoint, whose files are given in their order:
 * the same wherever they lie, and whatever their names are.
 */
export function identifyGraph(graph: AssembledGraph, files: readonly string[]): string {
  const hash = createHash('sha256');
  const model = graph.placed(({ read, stored }) => {
    if (stored === undefined) return read;
    const { file, offset, length } = stored.span;
    return { stored: { location: String(files.indexOf(file)), offset, length } };
  });
  for (const chunk of model.chunks()) hash.update(chunk);
  return hash.digest('hex');
}
