import { InputError } from '@intermodel/streams';
import type { LabelShape } from '../labels/rasterise-shapes.ts';
import { wrongShape } from './json-file.ts';

/** What a `segmentation` of COCO holds. */
export interface CocoShape {
  /** The area; undefined where no pixel can lie in it. */
  readonly shape: Omit<LabelShape, 'number'> | undefined;
  /** Outlines without an area that were left out. */
  readonly flatOutlines: number;
}

/**
 * Reads a `segmentation` of COCO: a list of outlines, or a run-length mask whose counts are numbers or COCO's
 * compressed text. Outlines of fewer than three points, or of points on one line, have no area; annotations of boxes
 * alone have no segmentation, or an empty one.
 *
 * @throws InputError `JSON_SHAPE`, or `JSON_INCONSISTENT` for a mask of another size than its image.
 */
export function cocoShape(
  segmentation: unknown,
  image: { readonly width: number; readonly height: number },
  file: string,
  at: string,
): CocoShape {
  if (segmentation === undefined || segmentation === null) return { shape: undefined, flatOutlines: 0 };
  if (Array.isArray(segmentation)) {
    if (!segmentation.every(isOutline)) throw wrongShape(file, at, 'outlines as x, y, x, y, …');
    const polygons = segmentation.filter(hasArea);
    return {
      shape: polygons.length === 0 ? undefined : { polygons },
      flatOutlines: segmentation.length - polygons.length,
    };
  }
  const { counts, size } = segmentation as { readonly counts?: unknown; readonly size?: unknown };
  const runs = typeof counts === 'string' ? decodeCounts(counts) : counts;
  if (!isNumbers(runs) || !isNumbers(size))
    throw wrongShape(file, at, 'outlines, or counts and size of a run-length mask');
  if (runs.length === 0) return { shape: undefined, flatOutlines: 0 };
  const pixels = runs.reduce((sum, run) => sum + run, 0);
  if (
    size[0] !== image.height ||
    size[1] !== image.width ||
    pixels !== image.width * image.height ||
    runs.some((run) => run < 0)
  ) {
    throw new InputError(
      'JSON_INCONSISTENT',
      `a mask of ${String(pixels)} pixels and size ${size.join(' x ')} does not fit its image of ${String(image.height)} x ${String(image.width)}`,
      {
        file,
        column: at,
        expected: 'runs that fill the image exactly',
        hint: 'Take annotations and images of the same release.',
      },
    );
  }
  return { shape: runs.some((run, index) => index % 2 === 1 && run > 0) ? { runs } : undefined, flatOutlines: 0 };
}

/**
 * Decodes COCO's compressed run lengths: 5 bits a letter from code 48 on, the sixth says that more follow; from the
 * fourth run on they are differences to the run two before.
 */
export function decodeCounts(text: string): number[] {
  const runs: number[] = [];
  for (let place = 0; place < text.length;) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more && place < text.length) {
      const letter = text.charCodeAt(place++) - 48;
      value |= (letter & 0x1f) << shift;
      more = (letter & 0x20) !== 0;
      shift += 5;
      if (!more && (letter & 0x10) !== 0 && shift < 32) value |= -1 << shift;
    }
    runs.push(runs.length > 2 ? value + (runs.at(-2) ?? 0) : value);
  }
  return runs;
}

function isOutline(value: unknown): value is number[] {
  return isNumbers(value) && value.length % 2 === 0;
}

/**
 * Whether some three points of an outline do not lie on one line. The area of an outline that crosses itself may sum to
 * 0.
 */
function hasArea(outline: readonly number[]): boolean {
  const [x0 = 0, y0 = 0] = outline;
  let [dx, dy] = [0, 0];
  for (let place = 2; place < outline.length; place += 2) {
    const x = (outline[place] as number) - x0;
    const y = (outline[place + 1] as number) - y0;
    if (dx * y !== dy * x) return true;
    if (x !== 0 || y !== 0) [dx, dy] = [x, y];
  }
  return false;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));
}
