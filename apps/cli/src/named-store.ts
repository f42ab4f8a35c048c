import { isStoreAddress, objectStore } from '@intermodel/distribution';
import type { StepStore } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { noteLine, type TerminalOptions } from './output.ts';
import { writeMessage } from './terminal.ts';

/** Where the command line says that finished steps are. */
export interface NamedStore {
  /** Folder, or address of a bucket. */
  readonly store?: StepStore | string;
  /** Folder of the local cache of a bucket. */
  readonly cacheFolder?: string;
  /** MiB of it at most. */
  readonly cacheMegabytes?: number;
}

/**
 * The store that was named: a folder, or what an address leads to. Nothing is asked of a server yet.
 *
 * @throws InputError `ADDRESS_INVALID`, `CACHE_NOT_USED` where a cache was given for a folder.
 */
export function namedStore(
  { store, cacheFolder, cacheMegabytes }: NamedStore,
  { quiet }: TerminalOptions = {},
): { readonly store?: StepStore | string } {
  if (typeof store === 'string' && isStoreAddress(store))
    return {
      store: objectStore(store, {
        ...(cacheFolder === undefined ? {} : { cacheFolder }),
        ...(cacheMegabytes === undefined ? {} : { cacheMegabytes }),
        warn: ({ file, message }) => {
          if (quiet !== true) writeMessage(`${noteLine({ subject: file, text: message })}\n`);
        },
      }),
    };
  if (cacheFolder !== undefined || cacheMegabytes !== undefined)
    throw new InputError('CACHE_NOT_USED', 'a cache was given for a store that is a folder, which has none', {
      expected: '`cacheFolder` and `cacheMegabytes` beside a store behind an address, s3://BUCKET/PREFIX',
      hint: 'Leave them out, or give the address of a bucket as `store`.',
    });
  return store === undefined ? {} : { store };
}
