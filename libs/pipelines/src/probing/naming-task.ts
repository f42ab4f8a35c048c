import { InputError } from '@intermodel/streams';

/** Says of what goes wrong with the data of a task which task it is, and which of its options is meant. */
export async function namingTask<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const named = (text: string) =>
      text
        .replaceAll('`tasks[].', () => `\`tasks[${name}].`)
        .replaceAll('`encoding`', () => `\`tasks[${name}].encoding\``);
    const { code, problem, details, message } = error;
    const { hint } = details;
    const own = new InputError(code, named(problem), {
      ...details,
      ...(hint === undefined ? {} : { hint: named(hint) }),
      cause: error,
    });
    throw Object.assign(own, { message: named(message) }).about(`task "${name}"`);
  }
}
