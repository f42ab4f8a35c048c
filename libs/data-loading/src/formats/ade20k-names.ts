import { InputError, readInputFile } from '@intermodel/streams';
import type { ListedFile } from '../images/list-files.ts';
import { readTextLines, type TextEncoding } from '../tables/text-encoding.ts';
import type { DataFolder } from './data-folder.ts';
import { jsonList, jsonObject, jsonText, jsonWholeNumber, readJson } from './json-file.ts';
import { readMatlabTexts } from './matlab-texts.ts';

/**
 * Object names of ADE20K by class, from 1: of `names` if given (a MATLAB index or a text file of one name a line), else
 * of the index in the folder, else of the JSON files beside the pictures.
 *
 * @throws InputError `CLASS_NAMES_MISSING`, `MAT_BROKEN`, `JSON_BROKEN`, `FILE_MISSING`.
 */
export async function readAde20kNames(
  folder: DataFolder,
  pictures: readonly ListedFile[],
  names: string | undefined,
  encoding?: TextEncoding,
): Promise<Map<number, string>> {
  const index = names ?? folder.files.find(({ name }) => /(?:^|\/)index[^/]*\.mat$/u.test(name))?.file;
  if (index !== undefined)
    return numbered(
      index.endsWith('.mat')
        ? readMatlabTexts(readInputFile(index), index, 'objectnames')
        : await textLines(index, encoding),
    );
  const described = pictures.flatMap(({ stem }) => folder.find(`${stem}.json`) ?? []);
  if (described.length === 0) {
    throw new InputError('CLASS_NAMES_MISSING', 'nothing says what the classes are called', {
      file: folder.root,
      expected: 'index_ade20k.mat, or NAME.json beside each NAME.jpg',
      hint: 'Give the file of the names with `data.names`.',
    });
  }
  const found = new Map<number, string>();
  for (const { file } of described) {
    const annotation = jsonObject(await readJson(file), 'annotation', file);
    jsonList(annotation, 'object', file, 'annotation.').forEach((object, place) => {
      const at = `annotation.object[${String(place)}].`;
      const number = jsonWholeNumber(object, 'name_ndx', file, at);
      if (number > 0) found.set(number, jsonText(object, 'name', file, at));
    });
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

function numbered(names: readonly string[]): Map<number, string> {
  return new Map(names.map((name, index) => [index + 1, name]));
}

async function textLines(file: string, encoding: TextEncoding | undefined): Promise<string[]> {
  const lines = (await readTextLines(file, encoding)).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
