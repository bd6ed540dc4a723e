import type { MapProgram } from "../../descent/index.ts";
import type { DiscreteMap, MapFamily, PlaneFamily } from "../../dynamics/index.ts";
import type { Engine } from "../engine.ts";
import { type Buffers, type MapKernel, mapKernel } from "./map-kernel.ts";

/** A map that holds executables. */
export interface CompiledMap extends DiscreteMap {
  dispose(): void;
}

export interface CompiledMapFamily extends MapFamily {
  dispose(): void;
}

export interface CompiledPlaneFamily extends PlaneFamily {
  dispose(): void;
}

export interface MapValues {
  /** A number for each of the program's scalars: { stepSize: 0.1 }. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Buffers that stay as they are: data, frozen parameters, weights. */
  readonly data?: Buffers;
}

/**
 * A map program as a DiscreteMap on x = (θ, s): step, exact tangent and adjoint, kinks.
 * Cost of a tangent about two steps, of an adjoint about three.
 * @throws RangeError when a scalar has no value.
 */
export function compileMap(map: MapProgram, engine: Engine, { scalars, data = {} }: MapValues): CompiledMap {
  const kernel = mapKernel(map, engine, data);
  setAll(kernel, map, scalars);
  return { ...asMap(kernel, map.symmetric), dispose: kernel.dispose };
}

/**
 * The maps of a program in one of its scalars, the others fixed.
 * @throws RangeError when the program has no such scalar or another one has no value.
 */
export function compileMapFamily(
  map: MapProgram,
  engine: Engine,
  { parameter, scalars, data = {} }: MapValues & { readonly parameter: string },
): CompiledMapFamily {
  if (!map.scalars.includes(parameter)) {
    throw new RangeError(`compileMapFamily: the map has no parameter "${parameter}", only ${map.scalars.join(", ")}`);
  }
  const kernel = mapKernel(map, engine, data);
  setAll(kernel, map, { [parameter]: 0, ...scalars });
  return { ...asFamily(kernel, parameter, map.symmetric), dispose: kernel.dispose };
}

/** A kernel at the scalars that it has now. */
export function asMap(kernel: MapKernel, symmetric: boolean): DiscreteMap {
  const switchCount = kernel.switchCount();
  return {
    dimension: kernel.dimension,
    step: kernel.step,
    tangent: kernel.tangent,
    adjoint: kernel.adjoint,
    symmetric,
    ...(switchCount > 0 && { switchCount, switching: kernel.switching }),
  };
}

/** A kernel in one of its scalars. */
export function asFamily(
  kernel: MapKernel,
  parameter: string,
  symmetric: boolean,
  extend: (map: DiscreteMap, value: number) => DiscreteMap = (map) => map,
): MapFamily {
  const at = <T extends unknown[]>(value: number, act: (...args: T) => void) => {
    return (...args: T) => {
      kernel.set(parameter, value);
      act(...args);
    };
  };
  return {
    dimension: kernel.dimension,
    at(value) {
      const map = asMap(kernel, symmetric);
      const own = {
        ...map,
        step: at(value, kernel.step),
        tangent: at(value, kernel.tangent),
        adjoint: at(value, kernel.adjoint),
      };
      return extend(own, value);
    },
    parameterDerivative(x, value, out) {
      kernel.set(parameter, value);
      kernel.scalarDerivative(parameter, x, out);
    },
  };
}

/** A kernel in two of its scalars. */
export function asPlane(
  kernel: MapKernel,
  parameters: readonly string[],
  symmetric: boolean,
  extend: (map: DiscreteMap) => DiscreteMap,
): PlaneFamily {
  type Pair = readonly [number, number];
  const set = (values: Pair) => {
    parameters.forEach((name, j) => {
      kernel.set(name, values[j]);
    });
  };
  const at = <T extends unknown[]>(values: Pair, act: (...args: T) => void) => {
    return (...args: T) => {
      set(values);
      act(...args);
    };
  };
  return {
    dimension: kernel.dimension,
    at: (values) =>
      extend({
        ...asMap(kernel, symmetric),
        step: at(values, kernel.step),
        tangent: at(values, kernel.tangent),
        adjoint: at(values, kernel.adjoint),
      }),
    parameterDerivative(x, values, j, out) {
      set(values);
      kernel.scalarDerivative(parameters[j], x, out);
    },
  };
}

function setAll(kernel: MapKernel, map: MapProgram, scalars: Readonly<Record<string, number>>): void {
  for (const name of map.scalars) {
    const value = scalars[name];
    if (value === undefined) throw new RangeError(`compileMap: the map needs a number for "${name}"`);
    kernel.set(name, value);
  }
}
