// The true density in the browser: the twin of bdsg/data/mixture.py, to the last digits.



/** The mixture of an evaluation payload. */
export function mixtureOf(arrays) {
  const part = (name) => arrays[`mixture_${name}`].values;
  return { logScales: part("log_scales"), means: part("means"), whiteners: part("whiteners") };
}

/** log p_x at points, x and y in turn. */
export function mixtureLogDensity({ logScales, means, whiteners }, points) {
  const found = new Float64Array(points.length / 2), parts = new Float64Array(logScales.length);
  for (let n = 0; n < found.length; n += 1) {
    let highest = -Infinity;
    for (let k = 0; k < parts.length; k += 1) {
      const dx = points[2 * n] - means[2 * k], dy = points[2 * n + 1] - means[2 * k + 1], w = 4 * k;
      const a = whiteners[w] * dx + whiteners[w + 1] * dy, b = whiteners[w + 2] * dx + whiteners[w + 3] * dy;
      parts[k] = logScales[k] - 0.5 * (a * a + b * b);
      highest = Math.max(highest, parts[k]);
    }
    let total = 0;
    for (const part of parts) total += Math.exp(part - highest);
    found[n] = highest + Math.log(total);
  }
  return found;
}

/** log p_x on `count` x `count` nodes from `low` to `high`: Python's truth_field. */
export function mixtureField(mixture, low, high, count) {
  const [x, y] = [0, 1].map((axis) => {
    const step = (high[axis] - low[axis]) / (count - 1);
    return Float64Array.from({ length: count }, (_, k) => (k === count - 1 ? high[axis] : low[axis] + k * step));
  });
  const nodes = new Float64Array(2 * count * count);
  for (let k = 0; k < count * count; k += 1) nodes.set([x[k % count], y[Math.floor(k / count)]], 2 * k);
  return { x, y, values: mixtureLogDensity(mixture, nodes) };
}
