// Runs a study with a stage of one's own: npx tsx tools/examples/own-stage.ts STUDY.yaml OUT
//
// Here a unit is active only above the median threshold of its layer, too. The identity keeps what is stored apart
// from the results of the usual stage.
import { selectThresholds } from '@intermodel/concept-matching';
import { readStudyFile, runStudy, type DissectionStages } from '@intermodel/pipelines';
import { activationShape, selectedThresholdSchema, type SelectedThresholdBatch } from '@intermodel/schemas';
import { buildBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { map } from 'rxjs';

const thresholds: DissectionStages['thresholds'] = {
  identity: 'median-thresholds/1',
  operator: (options) => (counts) => counts.pipe(selectThresholds(options), map(raise)),
};

function raise(batch: SelectedThresholdBatch): SelectedThresholdBatch {
  const shape = activationShape(batch.schema);
  if (shape === undefined) throw new Error('thresholds of no layer');
  const thresholds = readNumbers(column(batch, 'threshold'));
  const median = thresholds.toSorted()[thresholds.length >> 1] ?? 0;
  return buildBatch(selectedThresholdSchema(shape), {
    unit: readNumbers(column(batch, 'unit')),
    threshold: thresholds.map((value) => Math.max(value, median)),
    condition: readStrings(column(batch, 'condition')),
  });
}

const [file = 'study.yaml', out = 'study'] = process.argv.slice(2);
runStudy(readStudyFile(file), { out, stages: { thresholds } }).subscribe((event) => {
  if (event.kind !== 'model') return;
  for (const { layer, summary } of event.layers)
    console.log(`${event.model.name} ${layer}: ${String(summary.detected)} of ${String(summary.units)} units match`);
});
