import { InputError, IntermodelError, limitError } from '@intermodel/errors';

/** Turns a failure of the runtime to open or run a model into an error that says what is wrong with the file. */
export function runtimeError(file: string, cause: unknown): IntermodelError {
  if (cause instanceof IntermodelError) return cause;
  const limit = limitError(cause, file);
  if (limit !== undefined) return limit;
  const message = cause instanceof Error ? cause.message : String(cause);
  const place = { file, cause };
  const opset = /Opset (\d+) is under development.*domain (\S+) is till opset (\d+)/su.exec(message);
  if (opset !== null) {
    return new InputError('OPSET_UNSUPPORTED', `the model uses operator set ${opset[1] ?? ''} of ${opset[2] ?? ''}, which is newer than the runtime`, {
      ...place,
      expected: `operator set ${opset[3] ?? ''} or older`,
      hint: `Export the model with opset_version=${opset[3] ?? ''} or lower.`,
    });
  }
  const version = /Unsupported model IR version: (\d+), max supported IR version: (\d+)/u.exec(message);
  if (version !== null) {
    return new InputError('IR_VERSION_UNSUPPORTED', `the model file has IR version ${version[1] ?? ''}, which is newer than the runtime`, {
      ...place,
      expected: `IR version ${version[2] ?? ''} or older`,
      hint: 'Export the model with an older version of the onnx package.',
    });
  }
  const operator =
    /No Op registered for (\S+)/u.exec(message) ?? /(\S+)\(-?\d+\) is not a registered function/u.exec(message) ?? /Could not find an implementation for (\S+)/u.exec(message) ?? /(No opset import for domain '[^']*')/u.exec(message);
  if (operator !== null) {
    return new InputError('OPERATOR_UNSUPPORTED', `the runtime has no operator ${operator[1] ?? ''}, which the layer needs: ${reason(message)}`, {
      ...place,
      hint: 'Export the model with standard operators only, or take a layer before this operator.',
    });
  }
  return new InputError('MODEL_INVALID', `the runtime refuses the model: ${reason(message)}`, { ...place, hint: 'Check the model with onnx.checker, or export it again.' });
}

/** Message of the runtime without the place in its own source. */
export function reason(message: string): string {
  return message.replace(/^\/\S*onnxruntime\S*:\d+ .*?\) (?=[A-Z])/su, '').trim();
}
