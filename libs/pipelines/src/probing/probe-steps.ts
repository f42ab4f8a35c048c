import type { LayerPlace, PlacedModel } from '@intermodel/inputs';
import { libraryVersion, makeAlone, StepFamily, type StepMaker } from '@intermodel/steps';
import { optionsEntering, type StudyModel } from '@intermodel/studies';
import type { DissectionSteps } from '../graph/dissection-steps.ts';
import type { StudyBench } from '../graph/study-bench.ts';
import { kindsOf, poolOf } from './task-kinds.ts';
import { makeProbe } from './make-probe.ts';
import type { Probe } from './probe.ts';
import { imageSteps, type ImageIngredients, type ImageSet } from './image-set.ts';
import type { OpenedTask } from './opened-task.ts';
import { probeTables } from './probe-tables.ts';

/** Raised for a step whenever the same input would give other bytes, or bytes of another form. */
const codeVersions = { probe: 2, probes: 1 } as const;

/** Versions of what makes the steps of tasks, by their kinds. */
export const probeCode: Readonly<Record<keyof typeof codeVersions, string>> = {
  probe: `${String(codeVersions.probe)}, onnxruntime-node ${libraryVersion('onnxruntime-node') ?? ''}`,
  probes: String(codeVersions.probes),
};

/** The steps by which models are scored on tasks. */
export interface ProbeSteps {
  /** What comes out of passes over images of tasks, and the scores of each model and task. */
  readonly families: readonly StepFamily<StudyBench>[];
  /** Those of them that come out of the pass over the labelled images of the study, by the model. */
  readonly ofOwnPass: (model: StudyModel) => readonly StepFamily<StudyBench>[];
  /** Scores and differences of all models on all tasks: parts `probe-scores`, `probe-differences`, `probe-notes`. */
  readonly probes: StepFamily<StudyBench>;
}

/** What the steps of tasks are made of. */
export interface ProbeIngredients extends ImageIngredients {
  /** Tasks with their data, at least one. */
  readonly tasks: readonly OpenedTask[];
  /** Models with their layers. */
  readonly placed: readonly PlacedModel[];
  /** Steps over the labelled images of the study. */
  readonly own: { readonly images: ImageSet; readonly describe: DissectionSteps<StudyBench> };
}

/** The steps of the tasks of a study. */
export function probeSteps({ tasks, placed, own, factsOf, makers }: ProbeIngredients): ProbeSteps {
  const described = new Map<ImageSet, DissectionSteps<StudyBench>>([[own.images, own.describe]]);
  const describeOf = (images: ImageSet): DissectionSteps<StudyBench> => {
    const known = described.get(images);
    if (known !== undefined) return known;
    const describe = imageSteps(images, { factsOf, makers });
    described.set(images, describe);
    return describe;
  };
  /** What comes out of passes, by what makes it: steps with one maker stand together. */
  const passed = new Map<StepMaker<StudyBench>, Set<StepFamily<StudyBench>>>();
  const probes: StepFamily<StudyBench>[] = [];
  for (const task of tasks) {
    const describe = describeOf(task.images);
    for (const { model, places } of placed)
      for (const kind of kindsOf(task)) {
        const pool = poolOf(task.task, kind);
        const features = places.map((place) => describe.features(place, pool));
        const classifier = kind === 'transferability' ? classifierOf(model, places) : undefined;
        const source = classifier === undefined ? [] : [describe.features(classifier, 'mean')];
        // Which images cannot be used, the step of their labels says.
        const bad = task.images.study.data.skipBad ? [describe.labels(model, task.images.study.matching)] : [];
        for (const family of [...bad, ...features, ...source])
          passed.set(family.maker, (passed.get(family.maker) ?? new Set()).add(family));
        probes.push(probeFamily({ task, kind, model, places }, features, source));
      }
  }
  const all = new StepFamily<StudyBench>({
    kind: 'probes',
    codeVersion: probeCode.probes,
    from: { probes: { by: 'all', families: probes } },
    options: {},
    parts: { 'probe-scores': 'ProbeScore', 'probe-differences': 'ProbeDifference', 'probe-notes': 'json' },
    isResult: true,
    maker: makeAlone((_, inputs, bench) => probeTables(inputs.steps('probes'), bench)),
  });
  return {
    families: [...[...passed.values()].flatMap((families) => [...families]), ...probes, all],
    ofOwnPass: (model) => [...(passed.get(makers.pass(model)) ?? [])],
    probes: all,
  };
}

/** The scores of the classes that a model was trained on, as a layer; undefined: none is named. */
function classifierOf({ classifier }: StudyModel, [first]: readonly LayerPlace[]): LayerPlace | undefined {
  if (classifier === undefined || first === undefined) return undefined;
  return { ...first, layer: classifier, reading: { vector: true }, warning: undefined };
}

function probeFamily(
  probe: Probe,
  features: readonly StepFamily<StudyBench>[],
  source: readonly StepFamily<StudyBench>[],
): StepFamily<StudyBench> {
  const { task, kind, model } = probe;
  const { study } = task.images;
  return new StepFamily<StudyBench>({
    kind: 'probe',
    codeVersion: probeCode.probe,
    model: model.name,
    subject: `${model.name} on ${task.task.name}, ${kind}`,
    extent: () => task.data.images.length,
    files: () => ({ targets: task.targets }),
    from: {
      features: { by: 'all', families: features },
      ...(source.length === 0 ? {} : { classifier: { by: 'all', families: source } }),
    },
    options: {
      ...optionsEntering('probe', { ...study, task: task.task }),
      kind,
      model: model.name,
      task: task.task.name,
    },
    parts: { scores: 'ProbeScore', replicates: 'ProbeReplicate', notes: 'json' },
    isResult: true,
    maker: makeAlone((_, inputs, bench) => makeProbe(probe, inputs, bench)),
  });
}
