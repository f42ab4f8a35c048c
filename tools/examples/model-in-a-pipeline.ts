// The engine without files of results or stores: npx tsx tools/examples/model-in-a-pipeline.ts MODEL.onnx LAYER IMAGES LABELS LABELS.csv
//
// Images are loaded and a model is run in a pipeline of one's own, of which the dissection is one operator; a second one
// looks at the same activations.
import { streamActivations } from '@intermodel/activation-streaming';
import { dissectActivations, estimateThresholds } from '@intermodel/concept-matching';
import { listLabelledImages, loadLabelledImages } from '@intermodel/data-loading';
import { column, readNumbers, readStrings } from '@intermodel/streams';
import { connect, from, zip } from 'rxjs';

const [file = '', layer = '', images = '', labels = '', labelNames = ''] = process.argv.slice(2);
const set = await listLabelledImages({ images, labels, labelNames });
const vocabulary = set.vocabulary.concepts;
const size = { height: 32, width: 32 };
const maximumImages = set.images.length;

from(set.images)
  .pipe(
    loadLabelledImages({ geometry: { ...size, labelHeight: 56, labelWidth: 56 }, vocabulary: set.vocabulary }),
    streamActivations({ model: 'mine', file, layers: [layer], input: { preset: 'zero-one', ...size } }),
    connect((activations) =>
      zip(
        activations.pipe(estimateThresholds({ maximumImages })),
        activations.pipe(dissectActivations({ vocabulary, maximumImages })),
      ),
    ),
  )
  .subscribe(([selected, { matches }]) => {
    const thresholds = readNumbers(column(selected, 'threshold'));
    const concepts = readStrings(column(matches, 'concept'));
    concepts.forEach((concept, unit) => {
      console.log(`unit ${String(unit)}: ${concept}, active above ${(thresholds[unit] ?? NaN).toFixed(3)}`);
    });
  });
