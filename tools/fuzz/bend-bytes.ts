import type { Random } from '@intermodel/numerics';

/** Bytes that were bent, and how, in words. */
export interface BentBytes {
  readonly bytes: Uint8Array;
  readonly how: string;
}

/** Bends bytes as bad disks, cut transfers and strangers do: one of eight ways, at random places. */
export function bendBytes(bytes: Uint8Array, random: Random): BentBytes {
  const at = () => random.below(Math.max(1, bytes.length));
  const copy = Uint8Array.from(bytes);
  const [one, other] = [at(), at()].sort((a, b) => a - b) as [number, number];
  switch (random.below(8)) {
    case 0:
      return { bytes: bytes.slice(0, one), how: `cut at byte ${String(one)}` };
    case 1: {
      copy[one] = (copy[one] ?? 0) ^ (1 << random.below(8));
      return { bytes: copy, how: `one bit of byte ${String(one)}` };
    }
    case 2: {
      const places = Array.from({ length: 1 + random.below(12) }, at);
      for (const place of places) copy[place] = random.below(256);
      return { bytes: copy, how: `bytes ${places.join(', ')}` };
    }
    case 3:
      return {
        bytes: copy.fill(random.below(2) * 255, one, other),
        how: `bytes ${String(one)} to ${String(other)} all alike`,
      };
    case 4:
      return {
        bytes: Uint8Array.from([...copy.subarray(0, one), ...copy.subarray(other)]),
        how: `without bytes ${String(one)} to ${String(other)}`,
      };
    case 5:
      return {
        bytes: Buffer.concat([copy.subarray(0, other), copy.subarray(one, other), copy.subarray(other)]),
        how: `bytes ${String(one)} to ${String(other)} twice`,
      };
    case 6: {
      // A length or an offset that claims far more than there is.
      new DataView(copy.buffer).setUint32(
        Math.min(one & ~3, Math.max(0, copy.length - 4)),
        0x7fffffff - random.below(1 << 20),
        true,
      );
      return { bytes: copy.length < 4 ? bytes : copy, how: `a huge number at byte ${String(one & ~3)}` };
    }
    default: {
      const strange = Uint8Array.from({ length: random.below(400) }, () => random.below(256));
      return { bytes: strange, how: `${String(strange.length)} random bytes instead` };
    }
  }
}
