/** Values of one head for one image. */
export interface HeadValues {
  /** Values of all classes. */
  readonly data: Float32Array;
  /** Number of classes. */
  readonly classes: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Whether the classes of a pixel lie side by side (channels last). */
  readonly channelsLast: boolean;
}
