import { labelledImageSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { drawScenes } from '@intermodel/testing';
import { bench, describe } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { labelVocabulary } from '../labels/label-vocabulary.ts';
import { nameColours } from './add-colours.ts';
import { nameColour } from './colour-terms.ts';

const [scene] = drawScenes({ count: 1, width: 224, height: 224 });
const pixels = scene?.pixels ?? new Uint8Array();
const batch = buildBatch(labelledImageSchema({ width: 224, height: 224, labelWidth: 56, labelHeight: 56 }), {
  image: ['drawn'],
  pixels,
  labels: { offsets: Int32Array.from([0, 0]), values: new Uint16Array() },
});
const colours = nameColours(labelVocabulary([]));

describe('name the colours of one image of 224 x 224', () => {
  bench('nameColours, under the 56 x 56 label cells', () => {
    const [row] = labelledImageRows(colours.addTo(batch));
    if (row?.planes[0]?.length !== 56 * 56) throw new Error('no plane');
  });
  bench('rival: all 224 x 224 pixels', () => {
    let named = 0;
    for (let pixel = 0; pixel < 224 * 224; pixel++)
      if (nameColour(pixels[3 * pixel] ?? 0, pixels[3 * pixel + 1] ?? 0, pixels[3 * pixel + 2] ?? 0).length > 0)
        named++;
    if (named !== 224 * 224) throw new Error('pixels are missing');
  });
});
