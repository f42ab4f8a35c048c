// Uses one stage in a pipeline of one's own: npx tsx tools/examples/stage-in-a-pipeline.ts
//
// Whatever makes activations can feed the stages of concept matching: here a "sensor" that gives an 8 x 8 image every
// few milliseconds, two units that look at its brightness, and labels that say where it was lit.
import { dissectActivations } from '@intermodel/concept-matching';
import { activationSchema } from '@intermodel/schemas';
import { buildBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { bufferCount, interval, map, take } from 'rxjs';

const size = { mapHeight: 8, mapWidth: 8, labelHeight: 8, labelWidth: 8 };
const shape = { model: 'sensor', layer: 'brightness', units: 2, ...size };
const cells = Array.from({ length: 64 }, (_, cell) => cell);

/** Where a square is lit that wanders. */
const lit = (time: number) => cells.map((cell) => ((cell >> 3) + time) % 8 < 2 && (cell + time) % 8 < 2);

interval(2)
  .pipe(
    take(64),
    map((time) => ({ time, map: lit(time).map((isLit) => (isLit ? 1 + time / 100 : 0)) })),
    bufferCount(16),
    map((looks) =>
      buildBatch(activationSchema(shape), {
        image: looks.map(({ time }) => `t${String(time)}`),
        // The second unit sees the image upside down.
        activations: Float32Array.from(looks.flatMap((look) => [...look.map, ...look.map.toReversed()])),
        labels: {
          offsets: Int32Array.from({ length: looks.length + 1 }, (_, plane) => plane),
          values: Uint16Array.from(looks.flatMap((look) => look.map.map((value) => (value > 0 ? 1 : 0)))),
        },
      }),
    ),
    dissectActivations({ vocabulary: [{ number: 1, name: 'lamp', category: 'object' }] }),
  )
  .subscribe(({ matches }) => {
    const ious = readNumbers(column(matches, 'iou'));
    for (const [unit, concept] of readStrings(column(matches, 'concept')).entries())
      console.log(`unit ${String(unit)}: ${concept}, IoU ${(ious[unit] ?? 0).toFixed(3)}`);
  });
