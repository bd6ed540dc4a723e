import {
  applyQTransposed,
  type HouseholderQr,
  householderQr,
  identity,
  type Matrix,
  matrix,
  scale,
} from "../numeric/index.ts";

/** What the equations of a chain say about its ends, and what `expand` needs to find the rest. */
export interface ReducedRight {
  readonly tops: readonly Float64Array[];
  /** f in C δ_0 + D δ_p = f. */
  readonly end: Float64Array;
}

/**
 * The equations A_k δ_k − δ_{k+1} = r_k, k = 0 … p−1, with δ_1 … δ_{p−1} eliminated: C δ_0 + D δ_p = f. Nothing
 * is multiplied out, so long expanding chains lose no digits.
 */
export interface CondensedChain {
  readonly dimension: number;
  readonly first: Matrix;
  readonly last: Matrix;
  /** f and what belongs to it, from the p right sides r_k. */
  reduce(rights: readonly Float64Array[]): ReducedRight;
  /** δ_0 … δ_{p−1} from the two ends. */
  expand(start: Float64Array, end: Float64Array, right: ReducedRight): Float64Array[];
}

/** An elimination: Qᵀ[D; A_k] = [U; 0] and what Q does to its neighbours: U δ_k + E δ_0 + G δ_{k+1} = g. */
interface Link {
  readonly factor: HouseholderQr;
  readonly toStart: Matrix;
  readonly toNext: Matrix;
}

/**
 * Orthogonal condensation of a chain (Wright, SIAM J. Numer. Anal. 29, 1992): one inner unknown after the other is
 * eliminated by a Householder QR of the 2n×n matrix of its column. Cost about 12 n³ a link; backward stable.
 */
export function condense(factors: readonly Matrix[]): CondensedChain {
  const n = factors[0].rows;
  const minusIdentity = identity(n);
  scale(-1, minusIdentity.data);
  let first = factors[0];
  let last = minusIdentity;
  const links: Link[] = [];
  for (let k = 1; k < factors.length; k++) {
    const factor = householderQr(matrix(2 * n, n, Float64Array.of(...last.data, ...factors[k].data)));
    const [toStart, nextFirst] = turn(factor, first, 0);
    const [toNext, nextLast] = turn(factor, minusIdentity, n);
    links.push({ factor, toStart, toNext });
    [first, last] = [nextFirst, nextLast];
  }
  return {
    dimension: n,
    first,
    last,
    reduce(rights) {
      let carried = rights[0].slice();
      const tops = links.map(({ factor }, i) => {
        const pair = new Float64Array(2 * n);
        pair.set(carried);
        pair.set(rights[i + 1], n);
        applyQTransposed(factor, pair);
        carried = pair.slice(n);
        return pair.slice(0, n);
      });
      return { tops, end: carried };
    },
    expand(start, end, { tops }) {
      const steps = [start];
      let next = end;
      for (let k = links.length; k >= 1; k--) {
        const { factor, toStart, toNext } = links[k - 1];
        const right = tops[k - 1].slice();
        subtractProduct(toStart, start, right);
        subtractProduct(toNext, next, right);
        solveUpper(factor, right);
        steps[k] = right;
        next = right;
      }
      return steps;
    },
  };
}

/** Qᵀ applied to a block that stands in rows `at` … `at`+n of 2n: its upper and its lower half. */
function turn(factor: HouseholderQr, block: Matrix, at: number): [Matrix, Matrix] {
  const n = block.rows;
  const upper = matrix(n, n);
  const lower = matrix(n, n);
  const column = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    for (let i = 0; i < n; i++) column[at + i] = block.data[i * n + j];
    applyQTransposed(factor, column);
    for (let i = 0; i < n; i++) {
      upper.data[i * n + j] = column[i];
      lower.data[i * n + j] = column[n + i];
    }
  }
  return [upper, lower];
}

function subtractProduct(a: Matrix, x: Float64Array, out: Float64Array): void {
  const n = a.cols;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a.data[i * n + j] * x[j];
    out[i] -= sum;
  }
}

/** x ← U⁻¹ x for the triangle in a Householder factor. */
function solveUpper({ columns }: HouseholderQr, x: Float64Array): void {
  const { rows: n, cols: m, data } = columns;
  for (let j = n - 1; j >= 0; j--) {
    const t = x[j] / data[j * m + j];
    x[j] = t;
    for (let i = 0; i < j; i++) x[i] -= t * data[j * m + i];
  }
}
