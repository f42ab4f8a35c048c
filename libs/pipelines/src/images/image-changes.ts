import { readJsonPart, type StepStore } from '@intermodel/steps';

/** What an image was made of: its name, and the hashes of its bytes and of all that its labels are made of. */
export type ImageContent = readonly [image: string, sha256: string, labels: string];

/** Names that are listed of each kind of change. */
const namesListed = 5;

/** Says how images differ from those of an earlier run: which came, went or changed, and of which the labels did. */
export function describeImageChanges(before: readonly ImageContent[], after: readonly ImageContent[]): string[] {
  const [was, is] = [before, after].map((images) => new Map(images.map((image) => [image[0], image]))) as [
    Map<string, ImageContent>,
    Map<string, ImageContent>,
  ];
  const shared = after.flatMap((image) =>
    was.has(image[0]) ? [[was.get(image[0]) as ImageContent, image] as const] : [],
  );
  const kinds: readonly (readonly [what: string, names: readonly string[]])[] = [
    ['changed', shared.filter(([one, other]) => one[1] !== other[1]).map(([, [name]]) => name)],
    ['with other labels', shared.filter(([one, other]) => one[2] !== other[2]).map(([, [name]]) => name)],
    ['new', after.filter(([name]) => !was.has(name)).map(([name]) => name)],
    ['gone', before.filter(([name]) => !is.has(name)).map(([name]) => name)],
  ];
  return kinds.flatMap(([what, names]) =>
    names.length === 0
      ? []
      : [`${String(names.length)} ${names.length === 1 ? 'image' : 'images'} ${what}: ${shortList(names)}`],
  );
}

/** Compares images with the most similar ones that a store remembers; nothing where it remembers none. */
export async function imageChanges(store: StepStore, images: readonly ImageContent[]): Promise<readonly string[]> {
  const known = new Set(images.map((image) => image.join(' ')));
  let nearest: { readonly same: number; readonly before: readonly ImageContent[] } | undefined;
  for (const { key, record } of await store.list()) {
    const bytes = record?.step === 'images' ? await store.read(key, 'images') : undefined;
    if (bytes === undefined) continue;
    const before = readJsonPart(bytes) as readonly ImageContent[];
    const same = before.filter((image) => known.has(image.join(' '))).length - Math.abs(before.length - images.length);
    if (nearest === undefined || same > nearest.same) nearest = { same, before };
  }
  return nearest === undefined ? [] : describeImageChanges(nearest.before, images);
}

function shortList(names: readonly string[]): string {
  const more = names.length - namesListed;
  return `${names.slice(0, namesListed).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}
