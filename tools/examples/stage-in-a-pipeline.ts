// Uses one stage in a pipeline of one's own: npx tsx tools/examples/stage-in-a-pipeline.ts
//
// Whatever makes activations can feed the stages of concept matching: here a "sensor" that gives an 8 x 8 image every
// few milliseconds, two units that look at its brightness, and labels that say where it was lit.
import { dissectActivations } from '@intermodel/concept-matching';
import { activationSchema, type ActivationShape } from '@intermodel/schemas';
import { buildBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { bufferCount, interval, map, take } from 'rxjs';

const shape: ActivationShape = {
  model: 'sensor',
  layer: 'brightness',
  units: 2,
  mapHeight: 8,
  mapWidth: 8,
  labelHeight: 8,
  labelWidth: 8,
};

/** Brightness of an image whose lit square wanders, the second unit upside down, and label 1 where it is lit. */
function look(time: number) {
  const lit = (cell: number) => (Math.floor(cell / 8) + time) % 8 < 2 && (cell + time) % 8 < 2;
  const cells = Array.from({ length: 64 }, (_, cell) => cell);
  return {
    image: `t${String(time)}`,
    activations: [
      ...cells.map((cell) => (lit(cell) ? 1 + time / 100 : 0)),
      ...cells.map((cell) => (lit(63 - cell) ? 1 + time / 100 : 0)),
    ],
    labels: cells.map((cell) => (lit(cell) ? 1 : 0)),
  };
}

interval(2)
  .pipe(
    take(64),
    map(look),
    bufferCount(16),
    map((looks) =>
      buildBatch(activationSchema(shape), {
        image: looks.map(({ image }) => image),
        activations: Float32Array.from(looks.flatMap(({ activations }) => activations)),
        labels: {
          offsets: Int32Array.from([0, ...looks.keys()].map((_, index) => index)),
          values: Uint16Array.from(looks.flatMap(({ labels }) => labels)),
        },
      }),
    ),
    dissectActivations({ vocabulary: [{ number: 1, name: 'lamp', category: 'object' }] }),
  )
  .subscribe(({ matches }) => {
    const [units, concepts, ious] = [
      readNumbers(column(matches, 'unit')),
      readStrings(column(matches, 'concept')),
      readNumbers(column(matches, 'iou')),
    ];
    for (const [row, unit] of units.entries())
      console.log(`unit ${String(unit)}: ${concepts[row] ?? ''}, IoU ${(ious[row] ?? 0).toFixed(3)}`);
  });
