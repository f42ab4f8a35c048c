/** A model that an earlier run holds too. */
export interface MovedModel {
  /** Name of the model. */
  readonly model: string;
  /** Where the earlier run had it on the components, laid on the present ones. */
  readonly from: readonly number[];
  /** How far it moved among the others, in the unit of the components. */
  readonly distance: number;
}

/** What changed since an earlier run, as `compareEmbeddings` of the stage `embedding` tells it. */
export interface StudyChange {
  /** Models that the earlier run did not have. */
  readonly added: readonly string[];
  /** Models that only the earlier run had. */
  readonly removed: readonly string[];
  /** Models of both, the one that moved farthest first. */
  readonly moved: readonly MovedModel[];
  /** Root mean square of the distances. */
  readonly meanDistance: number;
  /** Root mean square distance of these models from their centre, to judge distances by. */
  readonly spread: number;
  /** Procrustes correlation (0..1) of where the models stand to each other, then and now. */
  readonly correlation: number;
  /** Whether enough models are shared to tell how far they moved. */
  readonly isDetermined: boolean;
}
