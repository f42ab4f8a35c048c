import type { ArchitectureFacts } from '../architecture.ts';
import type { Family } from './family.ts';

/** What the user says of a checkpoint; all else is recognised. */
export interface RecogniseOptions {
  /** Name of the family. @default that which is recognised */
  readonly family?: string;
  /** Path of a YAML file that says of a family what the registry's files do. @default none */
  readonly recipe?: string;
  /** Path of the dictionary within the checkpoint, `''` for the whole file. @default where the family lies */
  readonly take?: string;
  /** Prefixes of names that are taken off; what has none of them is no part of the network. @default those of the family */
  readonly strip?: readonly string[];
  /** What weights do not tell, over what the family says. @default what the family says */
  readonly facts?: ArchitectureFacts;
  /** Families that it may be of, where none is named. @default those of the registry */
  readonly families?: readonly Family[];
}
