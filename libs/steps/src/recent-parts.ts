import type { StepParts } from './store/step-store.ts';

/** Parts of steps in memory, the latest that fit. Parts that come in pieces are not held. */
export class RecentParts {
  readonly #steps = new Map<string, { readonly parts: ReadonlyMap<string, Uint8Array>; readonly bytes: number }>();
  readonly #mostBytes: number;
  #bytes = 0;

  /** @param mostBytes most bytes that are held */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** A part of a step, if it is held. */
  get(key: string, part: string): Uint8Array | undefined {
    return this.#steps.get(key)?.parts.get(part);
  }

  /**
   * Holds the parts of a step, and lets go of the oldest where there is no room; what is too large is not held at all.
   */
  add(key: string, parts: StepParts): void {
    this.delete(key);
    const whole = new Map(
      Object.entries(parts).filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array),
    );
    const bytes = [...whole.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes === 0 || bytes > this.#mostBytes) return;
    for (const oldest of this.#steps.keys()) {
      if (this.#bytes + bytes <= this.#mostBytes) break;
      this.delete(oldest);
    }
    this.#steps.set(key, { parts: whole, bytes });
    this.#bytes += bytes;
  }

  /** Lets a step go. */
  delete(key: string): void {
    this.#bytes -= this.#steps.get(key)?.bytes ?? 0;
    this.#steps.delete(key);
  }
}
