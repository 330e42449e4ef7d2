// A network's last layer by ridge regression, so that its outputs are what is wanted.

import type { Network } from "./network.ts";

/**
 * Fit the last layer so that the outputs (D, n) come near `wanted`.
 * @param features of the last hidden layer, (F, n)
 * @param share how much large weights cost, as a share of the features' mean square
 */
export function fitLastLayer(
  network: Network,
  features: ArrayLike<number>[],
  wanted: ArrayLike<number>[],
  share: number,
): void {
  const count = wanted[0].length;
  const rows = [...features, new Float64Array(count).fill(1)];
  const size = rows.length;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let total = 0;
    for (let n = 0; n < count; n += 1) total += a[n] * b[n];
    return total;
  };
  const gram = rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
  const ridge = share * gram.reduce((sum, row, k) => sum + row[k], 0);
  gram.forEach((row, k) => (row[k] += ridge));
  const weights = solve(
    gram,
    wanted.map((values) => Float64Array.from(rows, (row) => dot(row, values))),
  );
  const parameters = network.parameters;
  const inputs = size - 1;
  const first = parameters.length - wanted.length * size;
  weights.forEach((row, output) => {
    parameters.set(row.subarray(0, inputs), first + output * inputs);
    parameters[parameters.length - wanted.length + output] = row[inputs];
  });
  network.parameters = parameters;
}

/** Solutions of a symmetric positive definite system, one for each right side; by Cholesky's factor, in place. */
function solve(matrix: Float64Array[], sides: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const reduced = (row: Float64Array, other: Float64Array, end: number) => {
    let sum = 0;
    for (let k = 0; k < end; k += 1) sum += row[k] * other[k];
    return sum;
  };
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) matrix[i][j] = (matrix[i][j] - reduced(matrix[i], matrix[j], j)) / matrix[j][j];
    matrix[i][i] = Math.sqrt(matrix[i][i] - reduced(matrix[i], matrix[i], i));
  }
  for (const side of sides) {
    for (let i = 0; i < size; i += 1) side[i] = (side[i] - reduced(matrix[i], side, i)) / matrix[i][i];
    for (let i = size - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < size; k += 1) side[i] -= matrix[k][i] * side[k];
      side[i] /= matrix[i][i];
    }
  }
  return sides;
}
