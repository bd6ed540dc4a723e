import type { NumberArray } from "../formats/index.ts";
import type { NumberTree } from "../spec/index.ts";
import { InputError } from "./host.ts";

/**
 * Nested lists as an array: [[1, 2], [3, 4]] has shape [2, 2].
 * @throws InputError when lists of one level differ in length or numbers and lists are mixed.
 */
export function arrayOf(tree: NumberTree, path: string): NumberArray {
  const shape: number[] = [];
  for (let level: NumberTree | number | undefined = tree; Array.isArray(level); level = level[0])
    shape.push(level.length);
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let filled = 0;
  const walk = (node: NumberTree | number, depth: number, place: string): void => {
    if (depth === shape.length) {
      if (typeof node !== "number") throw new InputError(`${place}: expected a number, found a list`);
      data[filled++] = node;
      return;
    }
    if (typeof node === "number") throw new InputError(`${place}: expected a list of ${shape[depth]}, found ${node}`);
    if (node.length !== shape[depth]) {
      throw new InputError(`${place}: expected ${shape[depth]} numbers as in the first entry, found ${node.length}`);
    }
    node.forEach((child, i) => {
      walk(child, depth + 1, `${place}[${i}]`);
    });
  };
  walk(tree, 0, path);
  return { shape, data };
}
