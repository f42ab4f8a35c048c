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
    return new InputError(
      'OPSET_UNSUPPORTED',
      `the model uses operator set ${opset[1] ?? ''} of ${opset[2] ?? ''}, which is newer than the runtime`,
      {
        ...place,
        expected: `operator set ${opset[3] ?? ''} or older`,
        hint: `Export the model with opset_version=${opset[3] ?? ''} or lower.`,
      },
    );
  }
  const version = /Unsupported model IR version: (\d+), max supported IR version: (\d+)/u.exec(message);
  if (version !== null) {
    return new InputError(
      'IR_VERSION_UNSUPPORTED',
      `the model file has IR version ${version[1] ?? ''}, which is newer than the runtime`,
      {
        ...place,
        expected: `IR version ${version[2] ?? ''} or older`,
        hint: 'Export the model with an older version of the onnx package.',
      },
    );
  }
  const operator = missingOperator(message);
  if (operator !== undefined) {
    return new InputError(
      'OPERATOR_UNSUPPORTED',
      `the runtime has no operator ${operatorName(operator)}, which the layer needs: ${reason(message)}`,
      {
        ...place,
        hint: `Export the model with standard operators only, or take a layer before this operator${operator.node === '' ? '' : ` (node "${operator.node}")`}: \`listLayers\` lists them.`,
      },
    );
  }
  return new InputError('MODEL_INVALID', `the runtime refuses the model: ${reason(message)}`, {
    ...place,
    hint: 'Check the model with onnx.checker, or export it again.',
  });
}

/** Message of the runtime without the place in its own source. */
export function reason(message: string): string {
  return message.replace(/^\/\S*onnxruntime\S*:\d+ .*?\) (?=[A-Z])/su, '').trim();
}

/** An operator that the runtime lacks, or lacks for the values of one node. */
export interface MissingOperator {
  /** Operator set; empty for ai.onnx. */
  readonly domain: string;
  /** Operator. */
  readonly operator: string;
  /** Name of the node that the runtime met it at; may be empty. */
  readonly node: string;
  /** Whether only this node lacks it, by the types of its values. */
  readonly isNodeOnly: boolean;
}

/** Name of an operator with its set, as in `com.example:Quant`. */
export function operatorName({ domain, operator }: { readonly domain: string; readonly operator: string }): string {
  return domain === '' ? operator : `${domain}:${operator}`;
}

/** The operator that a message of the runtime says it lacks. */
export function missingOperator(message: string): MissingOperator | undefined {
  const at = /In Node, \("([^"]*)", (\S+), "([^"]*)", -?\d+\)/u.exec(message);
  if (at !== null && /No Op registered for|No opset import for domain/u.test(message))
    return { node: at[1] ?? '', operator: at[2] ?? '', domain: setName(at[3]), isNodeOnly: false };
  const unregistered = /(?:([^\s:]+):)?(\S+)\(-?\d+\) is not a registered function/u.exec(message);
  if (unregistered !== null)
    return { node: '', operator: unregistered[2] ?? '', domain: setName(unregistered[1]), isNodeOnly: false };
  const kernel =
    /Could not find an implementation for (?:([^\s:]+):)?([^\s(]+)\(-?\d+\)(?: node with name '([^']*)')?/u.exec(
      message,
    );
  if (kernel !== null)
    return { node: kernel[3] ?? '', operator: kernel[2] ?? '', domain: setName(kernel[1]), isNodeOnly: true };
  const named = /No Op registered for (\S+)/u.exec(message);
  return named === null ? undefined : { node: '', operator: named[1] ?? '', domain: '', isNodeOnly: false };
}

function setName(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}
