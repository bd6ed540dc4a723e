import { type Matrix, matrix } from "../numeric/index.ts";

/** The large matrices of a model, which the next one of the same walk overwrites: a walk makes one at every step. */
export class ModelRoom {
  private readonly held = new Map<string, Matrix>();

  /** The matrix kept under this name, with whatever it holds. */
  matrix(name: string, rows: number, cols: number): Matrix {
    const known = this.held.get(name);
    if (known?.rows === rows && known.cols === cols) return known;
    const made = matrix(rows, cols);
    this.held.set(name, made);
    return made;
  }
}
