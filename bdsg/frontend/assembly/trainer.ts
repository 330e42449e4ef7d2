// The inner loops of a training step, four numbers at a time (AssemblyScript: `npm run kernels` compiles it).
//
// All arguments are addresses of single-precision numbers in the shared memory, or counts.  A matrix of n columns is
// stored by rows; n is a multiple of 8, the widths of layers are multiples of 4, that of the inputs one of 2.

const F: usize = 4;

function at(address: usize): v128 {
  return v128.load(address);
}

function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/**
 * out = start + W · inputs, (O, I) · (I, n) → (O, n), where W[o, i] lies at weights + o·p + i·q, in numbers.
 * @param start a number for each row of the output, or 0 for none
 * @param slopes (O, n), by which each number of the output is multiplied, or 0 for none
 */
export function multiply(
  weights: usize,
  p: usize,
  q: usize,
  inputs: usize,
  I: i32,
  out: usize,
  O: i32,
  n: i32,
  start: usize,
  slopes: usize,
): void {
  const row = <usize>n * F,
    dp = p * F,
    dq = q * F;
  for (let o = 0; o < O; o += 4) {
    const s = start + <usize>o * F;
    const b0 = start ? v128.load32_splat(s) : f32x4.splat(0),
      b1 = start ? v128.load32_splat(s + F) : f32x4.splat(0);
    const b2 = start ? v128.load32_splat(s + 2 * F) : f32x4.splat(0);
    const b3 = start ? v128.load32_splat(s + 3 * F) : f32x4.splat(0);
    for (let c: usize = 0; c < row; c += 32) {
      let r00 = b0,
        r01 = b0,
        r10 = b1,
        r11 = b1,
        r20 = b2,
        r21 = b2,
        r30 = b3,
        r31 = b3;
      let w = weights + <usize>o * dp,
        x = inputs + c;
      for (let i = 0; i < I; i += 1) {
        const x0 = at(x),
          x1 = v128.load(x, 16);
        const w0 = v128.load32_splat(w),
          w1 = v128.load32_splat(w + dp);
        const w2 = v128.load32_splat(w + 2 * dp),
          w3 = v128.load32_splat(w + 3 * dp);
        r00 = f32x4.add(r00, f32x4.mul(w0, x0));
        r01 = f32x4.add(r01, f32x4.mul(w0, x1));
        r10 = f32x4.add(r10, f32x4.mul(w1, x0));
        r11 = f32x4.add(r11, f32x4.mul(w1, x1));
        r20 = f32x4.add(r20, f32x4.mul(w2, x0));
        r21 = f32x4.add(r21, f32x4.mul(w2, x1));
        r30 = f32x4.add(r30, f32x4.mul(w3, x0));
        r31 = f32x4.add(r31, f32x4.mul(w3, x1));
        w += dq;
        x += row;
      }
      const to = <usize>o * row + c;
      store(out, slopes, to, r00, r01);
      store(out, slopes, to + row, r10, r11);
      store(out, slopes, to + 2 * row, r20, r21);
      store(out, slopes, to + 3 * row, r30, r31);
    }
  }
}

function store(out: usize, slopes: usize, to: usize, a: v128, b: v128): void {
  v128.store(out + to, slopes ? f32x4.mul(a, at(slopes + to)) : a);
  v128.store(out + to, slopes ? f32x4.mul(b, v128.load(slopes + to, 16)) : b, 16);
}

/** gradient = errors · inputsᵀ, (O, n) · (n, I) → (O, I), and after it the rows' sums, (O,): a layer's gradient. */
export function correlate(errors: usize, O: i32, inputs: usize, I: i32, n: i32, gradient: usize): void {
  const row = <usize>n * F,
    width = <usize>I * F;
  for (let o = 0; o < O; o += 4) {
    const e = errors + <usize>o * row;
    for (let i = 0; i < I; i += 2) {
      const h = inputs + <usize>i * row;
      let g00 = f32x4.splat(0),
        g01 = g00,
        g10 = g00,
        g11 = g00,
        g20 = g00,
        g21 = g00,
        g30 = g00,
        g31 = g00;
      for (let c: usize = 0; c < row; c += 16) {
        const x0 = at(h + c),
          x1 = at(h + c + row);
        const y0 = at(e + c),
          y1 = at(e + c + row),
          y2 = at(e + c + 2 * row),
          y3 = at(e + c + 3 * row);
        g00 = f32x4.add(g00, f32x4.mul(y0, x0));
        g01 = f32x4.add(g01, f32x4.mul(y0, x1));
        g10 = f32x4.add(g10, f32x4.mul(y1, x0));
        g11 = f32x4.add(g11, f32x4.mul(y1, x1));
        g20 = f32x4.add(g20, f32x4.mul(y2, x0));
        g21 = f32x4.add(g21, f32x4.mul(y2, x1));
        g30 = f32x4.add(g30, f32x4.mul(y3, x0));
        g31 = f32x4.add(g31, f32x4.mul(y3, x1));
      }
      const to = gradient + <usize>o * width + <usize>i * F;
      f32.store(to, sum(g00));
      f32.store(to + F, sum(g01));
      f32.store(to + width, sum(g10));
      f32.store(to + width + F, sum(g11));
      f32.store(to + 2 * width, sum(g20));
      f32.store(to + 2 * width + F, sum(g21));
      f32.store(to + 3 * width, sum(g30));
      f32.store(to + 3 * width + F, sum(g31));
    }
  }
  for (let o = 0; o < O; o += 1) {
    let total = f32x4.splat(0);
    for (let c: usize = 0; c < row; c += 16) total = f32x4.add(total, at(errors + <usize>o * row + c));
    f32.store(gradient + <usize>O * width + <usize>o * F, sum(total));
  }
}

/** exp(x) to about 1e-7: 2^k · exp(r) with |r| ≤ ln 2 / 2, by a polynomial of the sixth degree. */
function exponential(x: v128): v128 {
  const bounded = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(88));
  const k = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  let r = f32x4.sub(bounded, f32x4.mul(k, f32x4.splat(0.693359375))); // ln 2 in two parts, the first of few digits
  r = f32x4.add(r, f32x4.mul(k, f32x4.splat(2.1219444e-4)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(1.0 / 720)), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** values = tanh(values), slopes = 1 − tanh². */
export function tanh(values: usize, slopes: usize, count: i32): void {
  const one = f32x4.splat(1),
    two = f32x4.splat(2),
    end = <usize>count * F;
  for (let c: usize = 0; c < end; c += 16) {
    const x = at(values + c);
    const y = f32x4.sub(one, f32x4.div(two, f32x4.add(one, exponential(f32x4.add(x, x)))));
    v128.store(values + c, y);
    v128.store(slopes + c, f32x4.sub(one, f32x4.mul(y, y)));
  }
}

/** values = x·σ(x) with σ(x) = 1/(1 + exp(−x)), slopes = σ + x·σ·(1 − σ). */
export function silu(values: usize, slopes: usize, count: i32): void {
  const one = f32x4.splat(1),
    end = <usize>count * F;
  for (let c: usize = 0; c < end; c += 16) {
    const x = at(values + c);
    const share = f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))));
    const y = f32x4.mul(x, share);
    v128.store(values + c, y);
    v128.store(slopes + c, f32x4.add(share, f32x4.mul(y, f32x4.sub(one, share))));
  }
}

/** One step of Adam (Kingma and Ba, 2015, algorithm 1); scale = rate/(1 − β1^t), root = 1/√(1 − β2^t). */
export function adam(
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  scale: f32,
  root: f32,
): void {
  const b1 = f32x4.splat(0.9),
    c1 = f32x4.splat(0.1),
    b2 = f32x4.splat(0.999),
    c2 = f32x4.splat(0.001);
  const tiny = f32x4.splat(1e-8),
    s = f32x4.splat(scale),
    t = f32x4.splat(root),
    end = <usize>count * F;
  for (let c: usize = 0; c < end; c += 16) {
    const g = at(gradient + c);
    const m = f32x4.add(f32x4.mul(b1, at(first + c)), f32x4.mul(c1, g));
    const v = f32x4.add(f32x4.mul(b2, at(second + c)), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(first + c, m);
    v128.store(second + c, v);
    const move = f32x4.div(f32x4.mul(s, m), f32x4.add(f32x4.mul(f32x4.sqrt(v), t), tiny));
    v128.store(weights + c, f32x4.sub(at(weights + c), move));
  }
}

/** Distances below this count as this, squared. */
const SMALLEST: f32 = 1e-18;

/**
 * Σ_{i<j} ‖z_i − z_j‖/‖b_i − b_j‖ over points from ≤ i, j < to; its gradient in b times `share` is added to the pulls.
 * z = (u, v) and b = (x, y), each coordinate a row.
 */
export function dispersion(
  u: usize,
  v: usize,
  x: usize,
  y: usize,
  from: i32,
  to: i32,
  share: f32,
  pullX: usize,
  pullY: usize,
): f64 {
  const smallest = f32x4.splat(SMALLEST),
    one = f32x4.splat(1),
    weight = f32x4.splat(share);
  const end = <usize>to * F;
  let total: f64 = 0;
  for (let i = <usize>from * F; i < end; i += F) {
    const ui = v128.load32_splat(u + i),
      vi = v128.load32_splat(v + i);
    const xi = v128.load32_splat(x + i),
      yi = v128.load32_splat(y + i);
    let row = f32x4.splat(0),
      px = row,
      py = row;
    let j = i + F;
    for (; j + 16 <= end; j += 16) {
      const du = f32x4.sub(ui, at(u + j)),
        dv = f32x4.sub(vi, at(v + j));
      const dx = f32x4.sub(xi, at(x + j)),
        dy = f32x4.sub(yi, at(y + j));
      const square = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
      const inverse = f32x4.div(one, f32x4.max(square, smallest));
      const ratio = f32x4.sqrt(f32x4.mul(f32x4.add(f32x4.mul(du, du), f32x4.mul(dv, dv)), inverse));
      const apart = f32x4.gt(square, smallest);
      const pull = v128.and(apart, f32x4.mul(weight, f32x4.mul(ratio, inverse)));
      const ax = f32x4.mul(pull, dx),
        ay = f32x4.mul(pull, dy);
      row = f32x4.add(row, ratio);
      px = f32x4.add(px, ax);
      py = f32x4.add(py, ay);
      v128.store(pullX + j, f32x4.add(at(pullX + j), ax));
      v128.store(pullY + j, f32x4.add(at(pullY + j), ay));
    }
    let ownX = sum(px),
      ownY = sum(py);
    total += sum(row);
    for (; j < end; j += F) {
      const du = f32.load(u + i) - f32.load(u + j),
        dv = f32.load(v + i) - f32.load(v + j);
      const dx = f32.load(x + i) - f32.load(x + j),
        dy = f32.load(y + i) - f32.load(y + j);
      const square = dx * dx + dy * dy;
      const inverse: f32 = 1 / max(square, SMALLEST);
      const ratio = sqrt<f32>((du * du + dv * dv) * inverse);
      const pull: f32 = square > SMALLEST ? share * ratio * inverse : 0;
      total += ratio;
      ownX += pull * dx;
      ownY += pull * dy;
      f32.store(pullX + j, f32.load(pullX + j) + pull * dx);
      f32.store(pullY + j, f32.load(pullY + j) + pull * dy);
    }
    f32.store(pullX + i, f32.load(pullX + i) - ownX);
    f32.store(pullY + i, f32.load(pullY + i) - ownY);
  }
  return total;
}
