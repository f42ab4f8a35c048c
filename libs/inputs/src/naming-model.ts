import { InputError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';

/**
 * Says of what goes wrong with a model which model of the study it is, since files of several may have the same name.
 */
export async function namingModel<Result>({ name, layers }: StudyModel, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const own = settingsOf(name, error);
    const option = layers === 'usual' || layers.length === 1 ? 'layer' : 'layers';
    const advised = own.code.startsWith('LAYER_') ? own.advising(`Correct \`models[${name}].${option}\`.`) : own;
    throw advised.about(`model "${name}"`);
  }
}

/** The same error, which speaks of the settings of all models no more but of those of one. */
function settingsOf(name: string, error: InputError): InputError {
  const { code, problem, details, message } = error;
  const { hint } = details;
  const named = (text: string) => text.replaceAll('`models[].', () => `\`models[${name}].`);
  const own = new InputError(code, problem, {
    ...details,
    ...(hint === undefined ? {} : { hint: named(hint) }),
    cause: error,
  });
  return Object.assign(own, { message: named(message) });
}
