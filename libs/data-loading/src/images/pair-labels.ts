import { nearestName } from '@intermodel/streams';
import { imageExtensions, type ListedFile } from './list-files.ts';

/** Endings of files that are read as label images. */
export const labelExtensions: readonly string[] = ['.png', '.npy'];

/** A file with the stem that it is paired by: without the suffix that all files of its kind have. */
export interface PairedFile extends ListedFile {
  /** Stem without the suffix. */
  readonly key: string;
}

/** Files that bear a suffix, and others. */
export interface SuffixedFiles {
  /** Files whose stem ends with the suffix, those of numbered planes (`a_mask_1`) too. */
  readonly files: PairedFile[];
  /** All others. */
  readonly others: readonly ListedFile[];
}

/** Takes a suffix from stems, such as `_leftImg8bit`; an empty one all files bear. */
export function withoutSuffix(listed: readonly ListedFile[], suffix: string): SuffixedFiles {
  const [files, others]: [PairedFile[], ListedFile[]] = [[], []];
  const wanted = suffix.normalize('NFC');
  for (const file of listed) {
    const key = suffix === '' ? file.stem : keyOf(file.stem.normalize('NFC'), wanted);
    if (key === undefined) others.push(file);
    else files.push({ ...file, key });
  }
  return { files, others };
}

function keyOf(stem: string, suffix: string): string | undefined {
  const plane = /_\d{1,4}$/u.exec(stem)?.[0] ?? '';
  for (const end of new Set([suffix, `${suffix}${plane}`]))
    if (stem.endsWith(end) && stem.length > end.length)
      return `${stem.slice(0, -end.length)}${end.slice(suffix.length)}`;
  return undefined;
}

/** A label file of an image, with its place among others. */
export interface PairedPlane {
  /** The file. */
  readonly label: PairedFile;
  /** Key of the image. */
  readonly key: string;
}

/**
 * Pairs label files with images: by equal keys, else by keys that are equal once endings that stand twice (`a.jpg.png`)
 * are taken away and letters have one Unicode form. Planes of an image come in order: by folder of the category, then
 * by number, so that plane 10 comes after plane 2.
 */
export function pairPlanes(images: readonly PairedFile[], labels: readonly PairedFile[]): PairedPlane[] {
  const keys = new Set(images.map(({ key }) => key));
  const forms = new Map<string, string | undefined>();
  // Of images that only their forms tell apart, none is meant more than the other.
  for (const { key } of images) forms.set(formOf(key), forms.has(formOf(key)) ? undefined : key);
  const found = labels.flatMap((label) => {
    const exact = possibleStems(label.key).find(({ stem }) => keys.has(stem));
    if (exact !== undefined) return [{ label, folder: exact.folder, plane: exact.plane, key: exact.stem }];
    for (const { stem, folder, plane } of possibleStems(formOf(label.key))) {
      const key = forms.get(formOf(stem));
      if (key !== undefined) return [{ label, folder, plane, key }];
    }
    return [];
  });
  found.sort((a, b) => (a.folder === b.folder ? a.plane - b.plane : a.folder < b.folder ? -1 : 1));
  return found.map(({ label, key }) => ({ label, key }));
}

/**
 * Stems of images that a label file may belong to, likeliest first: its own, without a plane number, below a category.
 */
export function possibleStems(
  labelStem: string,
): { readonly stem: string; readonly folder: string; readonly plane: number }[] {
  const variants = (stem: string, folder: string) => {
    const numbered = /^(?<base>.+)_(?<plane>\d{1,4})$/u.exec(stem)?.groups;
    return [
      { stem, folder, plane: 0 },
      ...(numbered === undefined ? [] : [{ stem: numbered['base'] ?? '', folder, plane: Number(numbered['plane']) }]),
    ];
  };
  const slash = labelStem.indexOf('/');
  return [
    ...variants(labelStem, ''),
    ...(slash < 0 ? [] : variants(labelStem.slice(slash + 1), labelStem.slice(0, slash))),
  ];
}

/** A stem in one Unicode form, without endings of images and labels that stand before its own. */
export function formOf(stem: string): string {
  let form = stem.normalize('NFC');
  for (;;) {
    const lower = form.toLowerCase();
    const ending = [...imageExtensions, ...labelExtensions].find(
      (one) => lower.endsWith(one) && form.length > one.length,
    );
    if (ending === undefined) return form;
    form = form.slice(0, -ending.length);
  }
}

/**
 * Says which of the label files that belong to no image is nearest in name to an image, and by which suffixes the two
 * would be paired, if these pair more images than are paired now. Undefined where no label file is left.
 */
export function nearestLabelHint(
  image: PairedFile,
  images: readonly PairedFile[],
  labels: readonly PairedFile[],
  paired: number,
): string | undefined {
  const nearest = nearestLabel(image, labels);
  if (nearest === undefined) return undefined;
  const suffixes = differingSuffixes(image.key, nearest.key);
  const told = `The label file nearest in name to ${image.name} is ${nearest.name}`;
  if (suffixes === undefined || pairsBy(images, labels, suffixes) <= paired)
    return `${told}: if it belongs to the image, give both one stem.`;
  const options = [
    ['data.imageSuffix', suffixes.image],
    ['data.labelSuffix', suffixes.label],
  ]
    .filter(([, suffix]) => suffix !== '')
    .map((option) => `\`${option.join(': ')}\``);
  return `${told}: if it belongs to the image, give ${options.join(' and ')}.`;
}

function nearestLabel({ key }: PairedFile, labels: readonly PairedFile[]): PairedFile | undefined {
  let [best, length]: [PairedFile | undefined, number] = [undefined, 0];
  for (const label of labels) {
    const shared = sharedLength(key, label.key);
    if (shared > length) [best, length] = [label, shared];
  }
  const isOfFolder = best !== undefined && length > key.lastIndexOf('/') + 1;
  if (isOfFolder) return best;
  const name = nearestName(
    key,
    labels.map((label) => label.key),
  );
  return labels.find((label) => label.key === name);
}

interface Suffixes {
  readonly image: string;
  readonly label: string;
}

/**
 * What follows after the part that two stems share, from a separator on; undefined where that tells no kind of file.
 */
function differingSuffixes(image: string, label: string): Suffixes | undefined {
  let length = sharedLength(image, label);
  if (length < image.length && length < label.length)
    while (length > 0 && !(isSeparator(image[length]) && isSeparator(label[length]))) length--;
  const suffixes = { image: image.slice(length), label: label.slice(length) };
  const tellsKind = (suffix: string) => suffix === '' || (/\p{L}/u.test(suffix) && !suffix.includes('/'));
  return length > image.lastIndexOf('/') + 1 && tellsKind(suffixes.image) && tellsKind(suffixes.label)
    ? suffixes
    : undefined;
}

function pairsBy(images: readonly PairedFile[], labels: readonly PairedFile[], suffixes: Suffixes): number {
  const stems = (files: readonly PairedFile[], suffix: string) =>
    withoutSuffix(
      files.map((file) => ({ ...file, stem: file.key })),
      suffix,
    ).files;
  return new Set(pairPlanes(stems(images, suffixes.image), stems(labels, suffixes.label)).map(({ key }) => key)).size;
}

function isSeparator(letter: string | undefined): boolean {
  return letter !== undefined && '_-. '.includes(letter);
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
