import { resolveGeometry } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { GridSize, StudyModel } from '@intermodel/studies';

/** A model that takes the size that its file fixes, where the study declares none; else 224 x 224 holds. */
export async function withOwnSize(model: StudyModel): Promise<StudyModel> {
  if (!model.sizeIsOpen) return model;
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
