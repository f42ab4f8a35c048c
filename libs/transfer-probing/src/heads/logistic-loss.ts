import type { LogisticTargets } from './logistic-targets.ts';

/** Sums over rows, added to block by block. */
export interface LossSums {
  /** Cross-entropy. */
  loss: number;
  /** Sum of the residuals (probability less target) of each class. */
  readonly residuals: Float64Array;
  /** Sum of the curvatures p (1 - p) of each class. */
  readonly curvatures: Float64Array;
}

/** Sums over no rows. */
export function emptySums(classes: number): LossSums {
  return { loss: 0, residuals: new Float64Array(classes), curvatures: new Float64Array(classes) };
}

/**
 * Adds the loss of some rows, in float64 and row by row, and puts the residuals in place of the logits.
 *
 * @param logits rows x classes, without `offsets`; becomes the residuals
 * @param offsets what is added to the logits of each class
 * @param targets targets of all rows
 * @param from number of the first of the rows
 * @param sums sums that are added to
 */
export function addLoss(
  logits: Float32Array | Float64Array,
  offsets: Float64Array,
  targets: LogisticTargets,
  from: number,
  sums: LossSums,
): void {
  if (targets.kind === 'labels') addSigmoids(logits, offsets, targets.present, from, sums);
  else addSoftmax(logits, offsets, targets, from, sums);
}

function addSoftmax(
  logits: Float32Array | Float64Array,
  offsets: Float64Array,
  targets: Exclude<LogisticTargets, { kind: 'labels' }>,
  from: number,
  sums: LossSums,
): void {
  const { classes } = targets;
  const { residuals, curvatures } = sums;
  const row = new Float64Array(classes);
  let loss = 0;
  for (let start = 0, index = from; start < logits.length; start += classes, index++) {
    let top = 0;
    let most = -Infinity;
    for (let label = 0; label < classes; label++) {
      const logit = (logits[start + label] as number) + (offsets[label] as number);
      row[label] = logit;
      if (logit > most) {
        most = logit;
        top = label;
      }
    }
    const target = targets.kind === 'classes' ? (targets.of[index] as number) : -1;
    const weights = targets.kind === 'weights' ? targets.weights : undefined;
    let weight = 1;
    let told = 0;
    if (weights === undefined) told = most - (row[target] as number);
    else {
      weight = 0;
      for (let label = 0; label < classes; label++) {
        const share = weights[index * classes + label] as number;
        if (share === 0) continue;
        weight += share;
        told += share * (most - (row[label] as number));
      }
    }
    // The largest is left out of the sum, so that a loss near 0 keeps its digits.
    let rest = 0;
    for (let label = 0; label < classes; label++) {
      if (label === top) continue;
      const power = Math.exp((row[label] as number) - most);
      row[label] = power;
      rest += power;
    }
    row[top] = 1;
    loss += told + (weight === 0 ? 0 : weight * Math.log1p(rest));
    const scale = 1 / (1 + rest);
    for (let label = 0; label < classes; label++) {
      const probability = (row[label] as number) * scale;
      const share = weights === undefined ? Number(label === target) : (weights[index * classes + label] as number);
      const residual = weight * probability - share;
      logits[start + label] = residual;
      residuals[label] = (residuals[label] as number) + residual;
      curvatures[label] = (curvatures[label] as number) + weight * probability * (1 - probability);
    }
  }
  sums.loss += loss;
}

function addSigmoids(
  logits: Float32Array | Float64Array,
  offsets: Float64Array,
  present: Uint8Array,
  from: number,
  sums: LossSums,
): void {
  const classes = offsets.length;
  const { residuals, curvatures } = sums;
  let loss = 0;
  let product = 1;
  for (let start = 0, of = from * classes; start < logits.length; start += classes, of += classes)
    for (let label = 0; label < classes; label++) {
      const logit = (logits[start + label] as number) + (offsets[label] as number);
      const isPresent = present[of + label] === 1;
      const power = Math.exp(-Math.abs(logit));
      const small = power / (1 + power);
      if (logit > 0 !== isPresent) loss += Math.abs(logit);
      if (power < smallPower) loss += power * (1 - power * (1 / 2 - power * (1 / 3 - power / 4)));
      else product *= 1 + power;
      // The probability of what is not so: it keeps its digits where it is near 0.
      const wrong = logit > 0 === isPresent ? small : 1 - small;
      const residual = isPresent ? -wrong : wrong;
      logits[start + label] = residual;
      residuals[label] = (residuals[label] as number) + residual;
      curvatures[label] = (curvatures[label] as number) + small * (1 - small);
      if (product > largeProduct) {
        loss += Math.log(product);
        product = 1;
      }
    }
  sums.loss += loss + Math.log(product);
}

/** Below this, log(1 + x) is a short series that keeps its digits. */
const smallPower = 1e-3;
/** Logarithms are taken of products, since one of each factor takes longer than all else; none of these overflows. */
const largeProduct = 1e250;
