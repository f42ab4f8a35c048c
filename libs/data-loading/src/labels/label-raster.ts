import { InputError } from '@intermodel/streams';
import type { PngRaster } from './decode-png.ts';
import { vocColours } from './voc-colours.ts';

/**
 * How a pixel of a label file says its value: `indices` is the grey value or palette index; `red-green` is
 * R + 256 G (Broden); `red-green-blue` is R + 256 G + 65,536 B (COCO panoptic); `ade20k` is floor(R / 10) * 256 + G.
 */
export type LabelEncoding = 'indices' | 'red-green' | 'red-green-blue' | 'ade20k';

/** A label file as values, before they are translated to the numbers of a vocabulary. */
export interface LabelRaster {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Value of a pixel, counted row by row. */
  readonly valueAt: (pixel: number) => number;
}

/**
 * Views a decoded PNG file as label values.
 *
 * @throws InputError `LABEL_IN_COLOURS` where indices are wanted but the file holds colours (and says which tool's
 * habit that looks like), `LABEL_WITHOUT_COLOURS` where colours are wanted.
 */
export function labelRaster(png: PngRaster, encoding: LabelEncoding, file: string): LabelRaster {
  const { width, height, channels, data, colour, depth } = png;
  if (encoding === 'indices') {
    if (channels > 1) throw labelInColours(png, file);
    return { width, height, valueAt: (pixel) => data[pixel] as number };
  }
  if (channels < 3 || depth !== 8) {
    throw new InputError('LABEL_WITHOUT_COLOURS', `is a ${String(depth)}-bit ${colour} image`, {
      file,
      expected: 'an 8-bit RGB image, whose colours say the label',
      hint: 'Check that `data.format` names the layout of this data set, and that no tool has converted the file.',
    });
  }
  const valueOf = colourValues[encoding];
  return {
    width,
    height,
    valueAt: (pixel) =>
      valueOf(
        data[pixel * channels] as number,
        data[pixel * channels + 1] as number,
        data[pixel * channels + 2] as number,
      ),
  };
}

const colourValues: Readonly<
  Record<Exclude<LabelEncoding, 'indices'>, (red: number, green: number, blue: number) => number>
> = {
  'red-green': (red, green) => red + 256 * green,
  'red-green-blue': (red, green, blue) => red + 256 * green + 65_536 * blue,
  ade20k: (red, green) => Math.floor(red / 10) * 256 + green,
};

function labelInColours(png: PngRaster, file: string): InputError {
  const { colour, problem, hint } = { colour: png.colour, ...guessOrigin(png) };
  return new InputError('LABEL_IN_COLOURS', `is an ${colour} image${problem}`, {
    file,
    expected: 'a grey or palette PNG, whose values are label numbers',
    hint,
  });
}

/** What the colours of a label image betray of how its numbers were lost. */
function guessOrigin({ channels, data, depth }: PngRaster): { problem: string; hint: string } {
  const again = 'Save the label numbers themselves as grey or palette PNG';
  if (channels === 2) return { problem: '', hint: 'Save it without the alpha channel.' };
  const known = new Set(vocColours);
  let [grey, voc] = [true, depth === 8];
  for (let offset = 0; offset < data.length && (grey || voc); offset += channels) {
    const red = data[offset] as number;
    const green = data[offset + 1] as number;
    const blue = data[offset + 2] as number;
    grey &&= red === green && green === blue;
    voc &&= known.has((red << 16) | (green << 8) | blue);
  }
  if (grey)
    return {
      problem: ' whose red, green and blue are equal: grey label numbers were saved as RGB',
      hint: `${again}, for example by keeping one of the three channels.`,
    };
  if (voc)
    return {
      problem: ' in the colours of the Pascal VOC palette: palette indices were expanded to colours by another tool',
      hint: `${again}; take the original files, or map each colour back to its index.`,
    };
  return {
    problem: ': if it was a palette image, its indices were expanded to colours by another tool',
    hint: `${again}, or name the layout of the data set (Broden, ADE20K and COCO panoptic keep labels in colours).`,
  };
}
