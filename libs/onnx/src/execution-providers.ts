import { InputError, suggestName } from '@intermodel/errors';
import { listSupportedBackends } from 'onnxruntime-node';

/**
 * Names of the execution providers that the runtime on this platform knows, `cpu` first; some need drivers that are not
 * part of it.
 */
export function listExecutionProviders(): string[] {
  return listSupportedBackends()
    .map(({ name }) => name)
    .sort((a, b) => Number(b === 'cpu') - Number(a === 'cpu'));
}

/**
 * Refuses execution providers that the runtime lacks on this platform.
 *
 * @throws InputError `PROVIDER_UNAVAILABLE` with those that there are.
 */
export function checkExecutionProviders(providers: readonly string[]): void {
  const available = listExecutionProviders();
  const lacking = providers.find((provider) => !available.includes(provider));
  if (lacking === undefined) return;
  throw new InputError(
    'PROVIDER_UNAVAILABLE',
    `the runtime has no execution provider "${lacking}" on ${process.platform} ${process.arch}`,
    {
      column: lacking,
      hint: suggestName(lacking, available),
    },
  );
}

/** The error for a provider that the runtime knows but cannot start, as a missing driver is. */
export function providerError(providers: readonly string[], cause: unknown): InputError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new InputError(
    'PROVIDER_UNAVAILABLE',
    `the execution provider "${providers.join(', ')}" cannot be started: ${message.split('\n')[0] ?? ''}`,
    {
      hint: `Install its drivers and libraries, or take another one: ${listExecutionProviders().join(', ')}.`,
      cause,
    },
  );
}
