/**
 * Functions on the directions of Rʳ (x and −x are the same), r = 2 or 3, by their values on a grid: direction x lies on
 * face f, the place of its largest entry, at the coordinates x_j/x_f ∈ [−1, 1] of the other j; n nodes along each, and
 * linear interpolation between them. r·nʳ⁻¹ nodes.
 */
export interface ProjectiveGrid {
  readonly dimension: number;
  readonly nodes: number;
  /** Corners of a cell: 2ʳ⁻¹. */
  readonly corners: number;
  /** A vector in the direction of node `i`. */
  direction(i: number, out: Float64Array): void;
  /** Nodes and weights whose combination is the value at x, written from `at` on. */
  locate(x: Float64Array, nodes: Int32Array, weights: Float64Array, at: number): void;
}

/** @throws RangeError for other dimensions than 2 and 3. */
export function projectiveGrid(dimension: number, n: number): ProjectiveGrid {
  if (dimension !== 2 && dimension !== 3)
    throw new RangeError(`projectiveGrid: dimension must be 2 or 3, got ${dimension}`);
  const perFace = n ** (dimension - 1);
  const at = new Float64Array(2);
  const cell = new Int32Array(2);
  return {
    dimension,
    nodes: dimension * perFace,
    corners: 2 ** (dimension - 1),
    direction(i, out) {
      const face = Math.floor(i / perFace);
      let rest = i % perFace;
      for (let j = 0; j < dimension; j++) {
        if (j === face) out[j] = 1;
        else {
          out[j] = (2 * (rest % n)) / (n - 1) - 1;
          rest = Math.floor(rest / n);
        }
      }
    },
    locate(x, nodes, weights, from) {
      let face = 0;
      for (let j = 1; j < dimension; j++) if (Math.abs(x[j]) > Math.abs(x[face])) face = j;
      let axis = 0;
      for (let j = 0; j < dimension; j++) {
        if (j === face) continue;
        const place = ((x[j] / x[face] + 1) / 2) * (n - 1);
        cell[axis] = Math.min(n - 2, Math.max(0, Math.floor(place)));
        at[axis] = place - cell[axis];
        axis++;
      }
      const base = face * perFace;
      if (dimension === 2) {
        nodes[from] = base + cell[0];
        nodes[from + 1] = base + cell[0] + 1;
        weights[from] = 1 - at[0];
        weights[from + 1] = at[0];
        return;
      }
      for (let corner = 0; corner < 4; corner++) {
        const [right, up] = [corner & 1, corner >> 1];
        nodes[from + corner] = base + cell[0] + right + n * (cell[1] + up);
        weights[from + corner] = (right === 1 ? at[0] : 1 - at[0]) * (up === 1 ? at[1] : 1 - at[1]);
      }
    },
  };
}
