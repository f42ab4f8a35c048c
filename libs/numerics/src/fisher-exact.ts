/** Successes among trials of two groups. */
export interface TwoGroups {
  /** Successes of the first, at most `trials`. */
  readonly successes: number;
  /** Trials of the first. */
  readonly trials: number;
  /** Successes of the second, at most `otherTrials`. */
  readonly otherSuccesses: number;
  /** Trials of the second. */
  readonly otherTrials: number;
}

/**
 * One-sided exact test of Fisher (1922): the probability that, were the successes of both groups dealt among all their
 * trials by chance, the first would get at least as many as it has.
 *
 * @returns p, 0..1
 */
export function fisherExact({ successes, trials, otherSuccesses, otherTrials }: TwoGroups): number {
  const [all, total] = [successes + otherSuccesses, trials + otherTrials];
  const most = Math.min(all, trials);
  const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  const whole = logChoose(total, trials);
  let p = 0;
  for (let got = most; got >= Math.max(successes, all - otherTrials); got--)
    p += Math.exp(logChoose(all, got) + logChoose(total - all, trials - got) - whole);
  return Math.min(1, p);
}

/** Logarithms of 0!, 1!, 2!, …, as far as they were asked for. */
const logFactorials = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++)
    logFactorials.push((logFactorials[next - 1] as number) + Math.log(next));
  return logFactorials[n] as number;
}
