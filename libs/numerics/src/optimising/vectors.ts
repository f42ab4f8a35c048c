/** Sum of products, over four interleaved sums, which do not wait for one another. */
export function sumOfProducts(first: Float64Array, second: Float64Array): number {
  const length = first.length;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < whole; index += 4) {
    a += (first[index] as number) * (second[index] as number);
    b += (first[index + 1] as number) * (second[index + 1] as number);
    c += (first[index + 2] as number) * (second[index + 2] as number);
    d += (first[index + 3] as number) * (second[index + 3] as number);
  }
  let sum = a + b + (c + d);
  for (let index = whole; index < length; index++) sum += (first[index] as number) * (second[index] as number);
  return sum;
}

/** Adds a multiple of a vector to another, in place. */
export function addMultiple(target: Float64Array, source: Float64Array, multiple: number): void {
  const length = target.length;
  for (let index = 0; index < length; index++)
    target[index] = (target[index] as number) + multiple * (source[index] as number);
}

/** A multiple of a vector. */
export function scaled(vector: Float64Array, factor: number): Float64Array {
  const length = vector.length;
  const result = new Float64Array(length);
  for (let index = 0; index < length; index++) result[index] = factor * (vector[index] as number);
  return result;
}

/** Difference of two vectors. */
export function difference(first: Float64Array, second: Float64Array): Float64Array {
  const length = first.length;
  const result = new Float64Array(length);
  for (let index = 0; index < length; index++) result[index] = (first[index] as number) - (second[index] as number);
  return result;
}
