/**
 * A number as the unevaluated sum of two doubles, |low| ≤ half a unit of `high`: about 32 digits. Plain arithmetic after
 * Dekker (Numer. Math. 18, 1971), relative errors of a few 2⁻¹⁰⁴ away from overflow and underflow.
 */
export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

export function doubleDouble(value: number): DoubleDouble {
  return { high: value, low: 0 };
}

/** s + e = a + b exactly, s the rounded sum (Knuth). */
function twoSum(a: number, b: number): DoubleDouble {
  const s = a + b;
  const part = s - a;
  return { high: s, low: a - (s - part) + (b - part) };
}

/** The same for |a| ≥ |b|. */
function quickTwoSum(a: number, b: number): DoubleDouble {
  const s = a + b;
  return { high: s, low: b - (s - a) };
}

const SPLIT = 2 ** 27 + 1;

/** p + e = ab exactly, p the rounded product (Dekker, Veltkamp). */
function twoProduct(a: number, b: number): DoubleDouble {
  const p = a * b;
  const [ca, cb] = [SPLIT * a, SPLIT * b];
  const [ha, hb] = [ca - (ca - a), cb - (cb - b)];
  const [la, lb] = [a - ha, b - hb];
  return { high: p, low: la * lb - (p - ha * hb - la * hb - ha * lb) };
}

export function addDouble(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const s = twoSum(a.high, b.high);
  const t = twoSum(a.low, b.low);
  const first = quickTwoSum(s.high, s.low + t.high);
  return quickTwoSum(first.high, first.low + t.low);
}

export function mulDouble(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const p = twoProduct(a.high, b.high);
  return quickTwoSum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

export function divDouble(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const q = a.high / b.high;
  const back = mulDouble(b, doubleDouble(-q));
  const rest = addDouble(a, back);
  const first = quickTwoSum(q, rest.high / b.high);
  const again = addDouble(a, mulDouble(b, { high: -first.high, low: -first.low }));
  return quickTwoSum(first.high, first.low + again.high / b.high);
}
