/** A concept by its label and category; the same label in two categories is two concepts. */
export interface ConceptName {
  /** Label, such as `dog`. */
  readonly concept: string;
  /** Category, such as `object`. */
  readonly category: string;
}

/** What all claims have. */
interface ClaimBase {
  /** Short name, by which it is found in tables. */
  readonly claim: string;
  /** Who claims it, and where. */
  readonly source: string;
  /** The claim in words. */
  readonly statement: string;
}

/** Two models are nearer to each other than either is to others. */
export interface NearerClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'nearer';
  /** The two. */
  readonly models: readonly [string, string];
  /** The others; absent: all that are embedded. */
  readonly than?: readonly string[];
}

/** Some models, and no others, form a category of models. */
export interface CategoryClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'category';
  /** The models. */
  readonly models: readonly string[];
}

/** There are so many categories of models. */
export interface CategoriesClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'categories';
  /** How many, at least 1. */
  readonly number: number;
}

/** A property of models goes with their scores. */
export interface CorrelatesClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'correlates';
  /** Component (`pc1`), summary (`matches`, `unique:object`), or concept. */
  readonly predictor: string | ConceptName;
  /** Score column. */
  readonly with: string;
  /** Whether scores rise or fall with it. */
  readonly sign: 'positive' | 'negative';
}

/** A model has a concept that another lacks. */
export interface HasClaim extends ClaimBase, ConceptName {
  /** Kind of claim. */
  readonly kind: 'has';
  /** The model that has it. */
  readonly model: string;
  /** The one that does not. */
  readonly without: string;
}

/** Each of two models has concepts that the other lacks. */
export interface ComplementClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'complement';
  /** The two. */
  readonly models: readonly [string, string];
}

/** Different tasks need different kinds of concepts. */
export interface NeedsClaim extends ClaimBase {
  /** Kind of claim. */
  readonly kind: 'needs';
  /** Score columns; absent: all. */
  readonly tasks?: readonly string[];
}

/** What can be claimed of models, their concepts and their scores. */
export type Claim =
  NearerClaim | CategoryClaim | CategoriesClaim | CorrelatesClaim | HasClaim | ComplementClaim | NeedsClaim;

/** Kind of a claim. */
export type ClaimKind = Claim['kind'];

/** A claim of one kind. */
export type ClaimOf<Kind extends ClaimKind> = Extract<Claim, { readonly kind: Kind }>;

/** A claim without the words that follow from the rest of it, as a file states it. */
export type StatedClaim = Claim extends infer One
  ? One extends Claim
    ? Omit<One, keyof ClaimBase> & Partial<ClaimBase>
    : never
  : never;
