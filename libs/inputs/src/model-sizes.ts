import { resolveGeometry } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { GridSize, Study, StudyModel } from '@intermodel/studies';

/**
 * A study whose models take the size that their files fix, where the study declares none; 224 x 224 holds where both
 * leave it free.
 */
export async function withModelSizes<Given extends Pick<Study, 'models'>>(study: Given): Promise<Given> {
  const models: StudyModel[] = [];
  for (const model of study.models) models.push(model.sizeIsOpen ? await withOwnSize(model) : model);
  return { ...study, models };
}

async function withOwnSize(model: StudyModel): Promise<StudyModel> {
  const { file, input, layers } = model;
  const { checkLayers } = await import('@intermodel/onnx');
  try {
    const { height = input.height, width = input.width } = checkLayers({
      file,
      inputSize: { height: input.height, width: input.width },
      ...(layers === 'usual' ? {} : { tensors: layers }),
    });
    return withSize(model, { height, width });
  } catch (error) {
    // What is wrong with the model is told, with its name, when it is checked.
    if (error instanceof InputError) return model;
    throw error;
  }
}

function withSize(model: StudyModel, { height, width }: GridSize): StudyModel {
  const { input, geometry } = model;
  // Unless declared, the shorter side is the longer one of the input.
  const shortestSide =
    input.shortestSide === Math.max(input.height, input.width) ? Math.max(height, width) : input.shortestSide;
  const { labelHeight, labelWidth, resize, filter } = geometry;
  return {
    ...model,
    input: { ...input, height, width, shortestSide },
    geometry: resolveGeometry({ height, width, resize, shortestSide, filter, labelHeight, labelWidth }),
  };
}
