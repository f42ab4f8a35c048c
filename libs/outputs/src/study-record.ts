import type { ManifestInput } from './manifest.ts';

/** Something that a reader should know before trusting a number. */
export interface StudyWarning {
  /** Model that it is about. */
  readonly subject: string;
  /** One or two sentences. */
  readonly text: string;
}

/** What is written beside the tables. */
export interface StudyRecord {
  /** Headline of the report. */
  readonly title: string;
  /** What stands below it. @default nothing */
  readonly abstract?: string | undefined;
  /** Command that makes the same folder again. */
  readonly command: string;
  /** All options after presets and defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that were read. */
  readonly inputs: readonly ManifestInput[];
  /** Things that a reader should know. */
  readonly warnings: readonly StudyWarning[];
  /** Works to cite, one sentence each. */
  readonly references?: readonly string[];
}
