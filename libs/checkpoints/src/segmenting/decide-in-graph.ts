import type { GraphDraft } from '../building/graph-draft.ts';
import type { ColourClasses, ParsingClasses } from './segmenter-classes.ts';
import type { ParsingLogits } from './draw-upernet.ts';

/** Number of a pixel that bears no part, since its object owns none. */
export const noPart = -1;

/** The class of the largest logit of each pixel, the first of equal ones: images x rows x columns. */
function largest(draft: GraphDraft, logits: string, name: string): string {
  return draft.add('ArgMax', [logits], name, { axis: 1, keepdims: 0, select_last_index: 0 });
}

/**
 * Decides objects, materials and parts. A part is the largest logit among the channels of the pixel's object, so that it
 * is trusted inside its owner alone; {@link noPart} where the object owns none. Softmax within the channels of an owner,
 * as published, changes no order.
 */
export function decideParsing(draft: GraphDraft, logits: ParsingLogits, { objects, owners }: ParsingClasses): void {
  const object = largest(draft, logits.object, 'object');
  largest(draft, logits.material, 'material');
  const ownerOf = owners.flatMap(({ object: owner, parts }) => new Array<number>(parts).fill(owner));
  const owning = new Set(owners.map((owner) => owner.object));
  const spread = draft.add('Unsqueeze', [object, draft.integers('part.axis', [1])], 'part.object');
  const channels = draft.integers('part.owners', ownerOf, [1, ownerOf.length, 1, 1]);
  const isOwned = draft.add('Equal', [spread, channels], 'part.is_owned');
  const never = draft.floats('part.never', [], () => Float32Array.of(-Infinity));
  const own = draft.add('Where', [isOwned, logits.part, never], 'part.own_logits');
  const best = largest(draft, own, 'part.largest');
  const ownsParts = draft.integers(
    'part.owns',
    Array.from({ length: objects }, (_, number) => (owning.has(number) ? 1 : 0)),
  );
  const owns = draft.add('Gather', [ownsParts, object], 'part.object_owns', { axis: 0 });
  const hasParts = draft.add('Equal', [owns, draft.integers('part.one', [1], [])], 'part.has_parts');
  draft.add('Where', [hasParts, best, draft.integers('part.none', [noPart], [])], 'part');
}

/**
 * Decides colours: softmax over all classes, and once more over those of each category, as published; the class of a
 * pixel is that with the largest share, one tensor a category under its name.
 */
export function decideColours(draft: GraphDraft, logits: string, { categories }: ColourClasses): void {
  const shares = draft.add('Softmax', [logits], 'shares', { axis: 1 });
  for (const { name, channels } of categories) {
    const numbers = draft.integers(`${name}.channels`, channels);
    const own = draft.add('Gather', [shares, numbers], `${name}.own_shares`, { axis: 1 });
    const again = draft.add('Softmax', [own], `${name}.shares`, { axis: 1 });
    const place = largest(draft, again, `${name}.place`);
    draft.add('Gather', [numbers, place], name, { axis: 0 });
  }
}
