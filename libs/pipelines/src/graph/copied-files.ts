import type { ImageShard } from '@intermodel/data-loading';
import type { PlacedModel } from '@intermodel/inputs';
import type { StudyWarning } from '@intermodel/outputs';

/** Groups of copies that a warning names. */
const copiesTold = 3;

/**
 * What of a study stands in it twice, byte by byte: images, which then count twice in every overlap, and models that are
 * one file under several names, read and fed alike, which then count twice in the embedding.
 *
 * @param shards images with the hashes of their files
 * @param placed models with the hashes of theirs
 */
export function copyWarnings(shards: readonly ImageShard[], placed: readonly PlacedModel[]): StudyWarning[] {
  const images = copiesOf(
    shards.flatMap(({ entries, files }) =>
      entries.map(({ image, file }) => ({ name: image, content: files.get(file) ?? '' })),
    ),
  );
  const more = images.reduce((sum, names) => sum + names.length - 1, 0);
  const models = copiesOf(
    placed.map(({ model, places }) => ({
      name: model.name,
      content: JSON.stringify([
        ...[model.input, model.tokens, model.layers],
        ...places.map(({ modelHash }) => modelHash),
      ]),
    })),
  );
  return [
    ...(more === 0
      ? []
      : [
          {
            subject: 'images',
            text: `${String(more)} ${more === 1 ? 'image is a copy of another one' : 'images are copies of others'}, and ${more === 1 ? 'counts' : 'count'} again: ${told(images)}. Leave ${more === 1 ? 'it' : 'them'} out where that is not meant.`,
          },
        ]),
    ...models.map((names) => ({
      subject: names.join(', '),
      text: `These models are one file, read and fed alike: they count ${String(names.length)} times in the embedding. Leave all but one out, or name the files that are meant.`,
    })),
  ];
}

/** Names of the same content, where there are several. */
function copiesOf(items: readonly { readonly name: string; readonly content: string }[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { name, content } of items) {
    const group = groups.get(content);
    if (group === undefined) groups.set(content, [name]);
    else group.push(name);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function told(groups: readonly (readonly string[])[]): string {
  const named = groups.slice(0, copiesTold).map((names) => {
    const [first, second, ...others] = names;
    return `${String(first)} = ${String(second)}${others.length === 0 ? '' : ` = … (${String(names.length)} alike)`}`;
  });
  return named.join('; ') + (groups.length > copiesTold ? '; …' : '');
}
