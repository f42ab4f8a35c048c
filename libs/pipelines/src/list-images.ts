import { imageExtensions, listFiles, type LabelledImageEntry } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';

/** Images of a folder, without labels. @throws InputError `FOLDER_EMPTY` and those of listing files */
export async function listImages(folder: string): Promise<LabelledImageEntry[]> {
  const entries = (await listFiles(folder))
    .filter(({ extension }) => imageExtensions.includes(extension))
    .map(({ name, file }) => ({ image: name, file, labels: [] }));
  if (entries.length > 0) return entries;
  throw new InputError('FOLDER_EMPTY', 'holds no images', {
    file: folder,
    expected: `files that end in ${imageExtensions.join(', ')}`,
    hint: 'Check the path of the folder.',
  });
}
