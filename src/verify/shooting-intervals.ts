import * as iv from "../interval/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";

/** F_j(x_j) − x_{j+1}, j mod the number of points, enclosed for all points of the boxes; map j is maps[j mod k]. */
export function shootingValue(maps: readonly EnclosedMap[], boxes: readonly iv.IntervalArray[]): iv.IntervalArray {
  const n = maps[0]!.dimension;
  const value = iv.intervalArray(n * boxes.length);
  boxes.forEach((x, j) => {
    const image = maps[j % maps.length]!.step(x);
    const next = boxes[(j + 1) % boxes.length]!;
    for (let i = 0; i < n; i++)
      iv.setInterval(value, j * n + i, iv.sub(iv.intervalAt(image, i), iv.intervalAt(next, i)));
  });
  return value;
}

/** Its derivative on the boxes: DF_j in block (j, j), −I in block (j, j + 1). Null where a kink may be met. */
export function shootingJacobian(
  maps: readonly EnclosedMap[],
  boxes: readonly iv.IntervalArray[],
): iv.IntervalMatrix | null {
  const blocks: iv.IntervalMatrix[] = [];
  for (const [j, x] of boxes.entries()) {
    const block = maps[j % maps.length]!.jacobian(x);
    if (block === null) return null;
    blocks.push(block);
  }
  return shootingMatrix(blocks);
}

/** The matrix of shooting from the derivatives along the orbit. */
export function shootingMatrix(blocks: readonly iv.IntervalMatrix[]): iv.IntervalMatrix {
  const n = blocks[0]!.rows;
  const size = n * blocks.length;
  const matrix = iv.intervalMatrix(size, size);
  blocks.forEach((block, j) => {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        iv.setInterval(matrix, (j * n + i) * size + j * n + k, iv.intervalAt(block, i * n + k));
      }
    }
  });
  for (let j = 0; j < blocks.length; j++) {
    const to = (j + 1) % blocks.length;
    for (let i = 0; i < n; i++) {
      const at = (j * n + i) * size + to * n + i;
      iv.setInterval(matrix, at, iv.sub(iv.intervalAt(matrix, at), iv.one));
    }
  }
  return matrix;
}

/** A vector of all points as boxes of one point each. */
export function splitPoints(all: iv.IntervalArray, count: number): iv.IntervalArray[] {
  const n = all.lo.length / count;
  return Array.from({ length: count }, (_, j) => ({
    lo: all.lo.slice(j * n, (j + 1) * n),
    hi: all.hi.slice(j * n, (j + 1) * n),
  }));
}
