import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { InputError } from '@intermodel/streams';
import { readBytes } from '../images/read-bytes.ts';
import type { StatedSize } from '../images/labelled-image-set.ts';
import type { ListedBox } from './box-task.ts';

/** What an annotation of Pascal VOC says of its image. */
export interface VocAnnotation {
  /** Size of the image; undefined where it is not stated, or as 0. */
  readonly size: Pick<StatedSize, 'width' | 'height'> | undefined;
  /** Objects in order. */
  readonly boxes: readonly Omit<ListedBox, 'at'>[];
}

/** Annotations of one image are small: more is no annotation, and would take memory for nothing. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads an annotation of Pascal VOC. Its pixels are counted from 1 and its corners are both inside: a box from 1 to 1
 * is the first pixel, so that x = xmin - 1 and width = xmax - xmin + 1. Entities that a file declares itself are
 * refused, and nothing outside of the file is read.
 *
 * @throws InputError `XML_BROKEN`, `XML_SHAPE`, `FILE_MISSING`, `FILE_UNREADABLE`.
 */
export async function readVocAnnotation(file: string): Promise<VocAnnotation> {
  const annotation = parseAnnotation(await readBytes(file), file);
  const size = child(annotation, 'size');
  const [width, height] = size === undefined ? [0, 0] : [numberOf(size, 'width', file), numberOf(size, 'height', file)];
  const boxes = elements(annotation, 'object').map((object) => {
    const className = (child(object, 'name')?.text ?? '').trim().normalize('NFC');
    if (className === '') throw wrongShape(file, 'object.name', 'the name of a class');
    const box = child(object, 'bndbox');
    if (box === undefined) throw wrongShape(file, 'object.bndbox', 'the corners of the object');
    const [left, top] = [numberOf(box, 'xmin', file), numberOf(box, 'ymin', file)];
    const [right, bottom] = [numberOf(box, 'xmax', file), numberOf(box, 'ymax', file)];
    return {
      ...{ x: left - 1, y: top - 1, width: right - left + 1, height: bottom - top + 1 },
      className,
      isIgnored: child(object, 'difficult')?.text.trim() === '1',
    };
  });
  return { size: width > 0 && height > 0 ? { width, height } : undefined, boxes };
}

function parseAnnotation(bytes: Buffer, file: string): XmlElement {
  const expected = 'an XML file whose root is `annotation`';
  const hint = 'Write or copy the file again.';
  if (bytes.length > mostBytes)
    throw new InputError('XML_BROKEN', `has ${String(bytes.length)} bytes`, {
      file,
      expected: `at most ${String(mostBytes)} bytes`,
      hint,
    });
  let root: XmlElement | null;
  try {
    root = parseXml(bytes.toString('utf8')).root;
  } catch (cause) {
    // Elements in elements in elements overflow the stack of the parser.
    const problem = cause instanceof RangeError ? 'its elements are nested too deeply' : firstLine(cause);
    throw new InputError('XML_BROKEN', `is not whole XML (${problem})`, { file, expected, hint, cause });
  }
  if (root?.name !== 'annotation') throw wrongShape(file, root?.name ?? 'the file', expected);
  return root;
}

function elements(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((one): one is XmlElement => one instanceof XmlElement && one.name === name);
}

function child(parent: XmlElement, name: string): XmlElement | undefined {
  return elements(parent, name)[0];
}

function numberOf(parent: XmlElement, name: string, file: string): number {
  const text = child(parent, name)?.text.trim() ?? '';
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw wrongShape(file, `${parent.name}.${name}`, 'a number');
}

function wrongShape(file: string, at: string, expected: string): InputError {
  return new InputError('XML_SHAPE', `${at} is missing or of another kind`, {
    file,
    column: at,
    expected,
    hint: 'Check that the file is an annotation of Pascal VOC.',
  });
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}
