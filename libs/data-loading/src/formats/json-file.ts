import { InputError } from '@intermodel/streams';
import { readBytes } from '../images/read-bytes.ts';

/** An object of a JSON file. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest text that JavaScript can hold; a JSON file beyond it cannot be read whole. */
const longestText = 0x1fff_ffe8;

/**
 * Reads a JSON file that holds an object.
 *
 * @throws InputError `JSON_BROKEN`, `JSON_TOO_LARGE`, `FILE_MISSING`, `FILE_UNREADABLE`.
 */
export async function readJson(file: string): Promise<JsonObject> {
  const bytes = await readBytes(file);
  if (bytes.length > longestText)
    throw new InputError('JSON_TOO_LARGE', `has ${String(bytes.length)} bytes`, {
      file,
      expected: `at most ${String(longestText)} bytes`,
      hint: 'Split the annotations by images into several files, and load one at a time.',
    });
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new InputError('JSON_BROKEN', `is not whole JSON (${(cause as Error).message})`, {
      file,
      expected: 'a JSON object',
      hint: 'Copy or write the file again.',
      cause,
    });
  }
  return checkObject(value, file, 'the file');
}

/** The object under a key; `at` says where `from` stands in the file, such as `images[3].`. */
export function jsonObject(from: JsonObject, key: string, file: string, at = ''): JsonObject {
  return checkObject(from[key], file, `${at}${key}`);
}

/** The list of objects under a key. */
export function jsonList(from: JsonObject, key: string, file: string, at = ''): JsonObject[] {
  const value = from[key];
  if (!Array.isArray(value)) throw wrongShape(file, `${at}${key}`, 'a list');
  return value.map((item, index) => checkObject(item, file, `${at}${key}[${String(index)}]`));
}

/** The whole number of at least 0 under a key. */
export function jsonWholeNumber(from: JsonObject, key: string, file: string, at = ''): number {
  const value = from[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw wrongShape(file, `${at}${key}`, 'a whole number');
  return value;
}

/** The text under a key. */
export function jsonText(from: JsonObject, key: string, file: string, at = ''): string {
  const value = from[key];
  if (typeof value !== 'string') throw wrongShape(file, `${at}${key}`, 'a text');
  return value;
}

/** Error for a value of another kind than the layout asks for. */
export function wrongShape(file: string, at: string, expected: string): InputError {
  return new InputError('JSON_SHAPE', `${at} is missing or of another kind`, {
    file,
    column: at,
    expected,
    hint: 'Check that `data.format` names the layout of this file.',
  });
}

function checkObject(value: unknown, file: string, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongShape(file, at, 'an object');
  return value as JsonObject;
}

/** The error of annotations that contradict the file they stand in. */
export function inconsistent(file: string, at: string, problem: string): InputError {
  return new InputError('JSON_INCONSISTENT', problem, {
    file,
    column: at,
    expected: 'annotations that belong to the images and categories of the same file',
    hint: 'Take annotations and images of the same release.',
  });
}
