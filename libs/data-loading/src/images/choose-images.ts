import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';

/**
 * Finds images by the names that they have in a data set, by the ends of these behind a `/`, or by their paths.
 *
 * @returns the images in the order of the names
 * @throws InputError `IMAGE_UNKNOWN`, with the nearest name; `IMAGE_AMBIGUOUS` for the end of several names.
 */
export function chooseImages<Image extends { readonly name: string; readonly file: string }>(
  images: readonly Image[],
  names: readonly string[],
): Image[] {
  return names.map((name) => {
    const own = images.find((image) => image.name === name || path.resolve(image.file) === path.resolve(name));
    if (own !== undefined) return own;
    const [ending, other] = images.filter((image) => image.name.endsWith(`/${name}`));
    if (ending !== undefined && other === undefined) return ending;
    const problem =
      other === undefined
        ? `there is no image "${name}" among ${String(images.length)}`
        : `"${name}" may be ${ending?.name ?? ''} or ${other.name}`;
    throw new InputError(other === undefined ? 'IMAGE_UNKNOWN' : 'IMAGE_AMBIGUOUS', problem, {
      expected: 'names of images as the data set has them, or their paths',
      hint: suggestName(
        name,
        images.map((image) => image.name),
      ),
    });
  });
}
