/** A named fact of the provenance, such as an option in words. */
export interface StatedFact {
  /** What is stated, such as "IoU gate". */
  readonly name: string;
  /** Its value in words, such as "0.04, strictly above". */
  readonly value: string;
}

/** A file that went into the study. */
export interface StudyInput {
  /** Name of the file as the reader should know it; never a path of the machine. */
  readonly name: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** What it was used for, such as "unit tables". */
  readonly role?: string | undefined;
}

/** Something a reader must know before trusting a number. */
export interface StudyWarning {
  /** Model, concept or file that it is about; empty for the whole study. */
  readonly subject: string;
  /** One or two sentences. */
  readonly text: string;
}

/**
 * What a report states of its study besides the tables. Clocks and host names have no place here: reports are
 * reproducible bytes.
 */
export interface StudyFacts {
  /** Headline of the report. */
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly abstract?: string | undefined;
  /** Presets and options in words. */
  readonly options?: readonly StatedFact[] | undefined;
  /** Files with their hashes. */
  readonly inputs?: readonly StudyInput[] | undefined;
  /** Versions of intermodel and of what computes under it. */
  readonly versions?: readonly StatedFact[] | undefined;
  /** Warnings, the gravest first. */
  readonly warnings?: readonly StudyWarning[] | undefined;
  /** Command line that makes the same file again. */
  readonly command?: string | undefined;
  /** Works to cite, one sentence each. */
  readonly references?: readonly string[] | undefined;
}
