// How numbers are written for people: the twin of bdsg/number_text.py.  No other script writes a number by itself.

const ABSENT = "–";
const SMALLEST = -4;
const LARGEST = 4; // powers of ten between which a number is written out: 0.0001 to 99,999

/** A share as per cent; what is neither none nor all never reads as such. */
export function percent(share: number | null | undefined) {
  return share === null || share === undefined ? ABSENT : `${strictlyInside(100 * share, 100, 1)} %`;
}

/** An area under a curve, AUROC or AUPRC: never rounded up to 1. */
export function area(value: number | null | undefined) {
  return value === null || value === undefined ? ABSENT : strictlyInside(value, 1, 4);
}

/** What was measured (a distance, a density, a loss): three figures. */
export function measured(value: number | null | undefined) {
  return figures(value, 3);
}

/** What was set (ε, δ, a weight, a rate): four figures. */
export function setting(value: number | null | undefined) {
  return figures(value, 4);
}

/** So many significant figures, without zeros at the end. */
export function figures(value: number | null | undefined, digits: number) {
  if (value === null || value === undefined) return ABSENT;
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const [mantissa, exponent] = Math.abs(value)
    .toExponential(digits - 1)
    .split("e");
  const power = Number(exponent);
  if (power < SMALLEST || power > LARGEST) return `${sign}${Number(mantissa)} × 10${raised(power)}`;
  const [whole, part] = String(Number(`${mantissa}e${exponent}`)).split(".");
  return `${sign}${grouped(Number(whole))}${part ? `.${part}` : ""}`;
}

/** A count, its thousands apart. */
export function grouped(count: number) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** What ε calls anomalous of the visitor's `own` points, or of the data, of which only the share is of use. */
export function leftOut(count: number, total: number, own: boolean) {
  const share = percent(count / total);
  return `leaves out ${own ? `${grouped(count)} of your ${grouped(total)} points (${share})` : `${share} of the data`}`;
}

/** The size of a file. */
export function megabytes(size: number) {
  return `${measured(size / 1e6)} MB`;
}

/** A place on an axis, to a step of it; not grouped, as it may be a year. */
export function onScale(value: number, step: number) {
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return (Math.abs(value) < step / 1e6 ? 0 : value).toFixed(digits).replace("-", "−");
}

/** A number of few figures, where it is sent or kept, not read. */
export function rounded(value: number, digits: number) {
  return Number(value.toPrecision(digits));
}

/** A number of [0, most] with fixed places; only 0 and `most` themselves are written so. */
function strictlyInside(value: number, most: number, places: number) {
  if (value <= 0 || value >= most) return value <= 0 ? "0" : String(most);
  const text = value.toFixed(places);
  const step = 10 ** -places;
  if (Number(text) === 0) return `< ${step.toFixed(places)}`;
  return Number(text) === most ? `> ${(most - step).toFixed(places)}` : text;
}

function raised(power: number) {
  return String(power)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
}
