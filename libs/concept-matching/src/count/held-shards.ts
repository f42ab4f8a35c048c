import { sharedMemory } from '@intermodel/numerics';
import { keptBytes, type KeptMaps } from './kept-maps.ts';

/** Shards of kept maps in memory, as long as there is room; the others are read from the store when they are wanted. */
export class HeldShards {
  readonly #shards = new Map<string, { readonly kept: KeptMaps; readonly bytes: number }>();
  /** Most bytes of maps that are held. */
  readonly #keptMapsBytes: number;
  #bytes = 0;

  /** @param keptMapsMegabytes most MiB of maps that are held */
  constructor(keptMapsMegabytes: number) {
    this.#keptMapsBytes = Math.round(keptMapsMegabytes * 2 ** 20);
  }

  /** The shard under a key, if it is held. */
  get(key: string): KeptMaps | undefined {
    return this.#shards.get(key)?.kept;
  }

  /** Memory for the maps of a shard: such as threads can share where there is room to hold it. */
  allocate(bytes: number): ArrayBufferLike {
    return this.#bytes + bytes > this.#keptMapsBytes ? new ArrayBuffer(bytes) : sharedMemory(bytes);
  }

  /** Holds a shard if there is room. */
  set(key: string, kept: KeptMaps): void {
    this.delete(key);
    const bytes = keptBytes(kept);
    if (this.#bytes + bytes > this.#keptMapsBytes) return;
    this.#shards.set(key, { kept, bytes });
    this.#bytes += bytes;
  }

  /** Lets a shard go. */
  delete(key: string): void {
    this.#bytes -= this.#shards.get(key)?.bytes ?? 0;
    this.#shards.delete(key);
  }
}
