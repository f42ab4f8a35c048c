import { createHash } from 'node:crypto';
import { canonicalJson, isJsonObject } from './canonical-json.ts';
import { checkKey, isHash, stepKey, type StepDescription } from './step-key.ts';
import type { PartRecord, StepRecord } from './step-store.ts';

/*
 * A step file is its parts one after the other, then a footer, so that it is written in one pass whatever the parts'
 * lengths: canonical JSON of the record, its SHA-256 (32 bytes), its length (uint32, little-endian), and an end mark
 * (12 bytes) with the version of the format. Every byte is under a checksum or is compared.
 */

/** Name and version that a footer must bear to be read. */
const footerSchema = 'intermodel:step/1';
const endMark = Buffer.from('imstep/1\n\r\n\0', 'latin1');
const checksumBytes = 32;
/** Bytes at the end of a step file that tell where its footer begins. */
const trailerBytes = checksumBytes + 4 + endMark.length;

const stepSuffix = '.step';
/** Digits of a key that name the folder of its step: 4,096 folders hold millions of steps. */
const prefixDigits = 3;

/** Name of a step file within its store, in a folder of the first digits of its key: `012/0123….step`. */
export function stepFileName(key: string): string {
  return `${checkKey(key).slice(0, prefixDigits)}/${key}${stepSuffix}`;
}

/** Key of a step file by the last part of its name; undefined where it is none. */
export function keyOfStepFile(name: string): string | undefined {
  const key = name.slice(0, -stepSuffix.length);
  return name.endsWith(stepSuffix) && isHash(key) ? key : undefined;
}

/** Bytes at the end of a step file that are read first: most footers are shorter. */
export const usualFooterBytes = 4096;
/** A length beyond this is a damaged one: it must not claim the memory of a whole file. */
const largestFooterBytes = 64 << 20;

/** Bytes that close a step file after its parts. */
export function encodeFooter(
  description: StepDescription,
  parts: readonly PartRecord[],
): { readonly record: StepRecord; readonly footer: Buffer } {
  const key = stepKey(description);
  const { step, codeVersion, inputs, options, subject = '' } = description;
  const text = canonicalJson(
    {
      schema: footerSchema,
      key,
      step,
      subject,
      codeVersion,
      inputs,
      options,
      parts: parts.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    },
    'step',
  );
  const json = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const footer = Buffer.concat([json, createHash('sha256').update(json).digest(), length, endMark]);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, footer.length);
  // Options as they will be read back, not the caller's object, which may change later.
  const plain = JSON.parse(text) as { readonly inputs: Record<string, string>; readonly options: object };
  return {
    record: { key, step, subject, codeVersion, inputs: plain.inputs, options: plain.options, parts: [...parts], bytes },
    footer,
  };
}

/**
 * Bytes at the end of a step file that hold its whole footer, where those that were read do not; undefined where they
 * do, or where they are not the end of a step file.
 */
export function missingFooter(tail: Uint8Array, fileBytes: number): number | undefined {
  const needed = (footerLength(tail) ?? 0) + trailerBytes;
  return needed > tail.length && needed <= Math.min(fileBytes, largestFooterBytes) ? needed : undefined;
}

/** Length of the footer's JSON, from the last bytes of a file; undefined where these are not the end of a step file. */
function footerLength(tail: Uint8Array): number | undefined {
  if (tail.length < trailerBytes || !endMark.equals(tail.subarray(tail.length - endMark.length))) return undefined;
  return Buffer.from(tail.buffer, tail.byteOffset, tail.length).readUInt32LE(tail.length - endMark.length - 4);
}

/**
 * Reads the record from the last bytes of a step file (at least its whole footer).
 *
 * @returns undefined where the footer is damaged, belongs to another key, or does not fit the length of the file
 */
export function decodeFooter(key: string, tail: Uint8Array, fileBytes: number): StepRecord | undefined {
  const length = footerLength(tail);
  if (length === undefined || tail.length < length + trailerBytes) return undefined;
  const end = tail.length - trailerBytes;
  const json = tail.subarray(end - length, end);
  const checksum = createHash('sha256').update(json).digest();
  if (!checksum.equals(tail.subarray(end, end + checksumBytes))) return undefined;
  const footer: unknown = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'));
  if (!isFooter(footer) || footer.key !== key || stepKey(footer) !== key) return undefined;
  const { step, subject, codeVersion, inputs, options, parts } = footer;
  if (parts.reduce((sum, { bytes }) => sum + bytes, length + trailerBytes) !== fileBytes) return undefined;
  return { key, step, subject, codeVersion, inputs, options, parts, bytes: fileBytes };
}

/** Place of a part in its file. */
export function locatePart(
  { parts }: StepRecord,
  name: string,
): { readonly offset: number; readonly part: PartRecord } | undefined {
  let offset = 0;
  for (const part of parts) {
    if (part.name === name) return { offset, part };
    offset += part.bytes;
  }
  return undefined;
}

// A checksum says that the bytes are as they were written; this says that they were written by this version's format.
function isFooter(value: unknown): value is Omit<StepRecord, 'bytes'> & { readonly schema: string } {
  if (
    !isJsonObject(value) ||
    value.schema !== footerSchema ||
    !isJsonObject(value.inputs) ||
    !isJsonObject(value.options) ||
    !Array.isArray(value.parts)
  )
    return false;
  const texts = [value.key, value.step, value.subject, value.codeVersion];
  return (
    texts.every((text) => typeof text === 'string') &&
    Object.values(value.inputs).every(isHash) &&
    value.parts.every(isPart)
  );
}

function isPart(value: unknown): value is PartRecord {
  return (
    isJsonObject(value) && typeof value.name === 'string' && Number.isSafeInteger(value.bytes) && isHash(value.sha256)
  );
}
