import * as iv from "../interval/index.ts";
import { multiplyVector, norm } from "../numeric/index.ts";
import {
  type EnclosedMap,
  type OrbitClaim,
  type ProvedOrbit,
  proveOrbit,
  shootingJacobian,
  shootingValue,
  splitPoints,
} from "../verify/index.ts";

export type OrbitProofSearch =
  | {
      readonly status: "proved";
      readonly claim: OrbitClaim;
      readonly proof: ProvedOrbit;
      /** The orbit is the only one of its period within this distance, in the largest coordinate, of the points given. */
      readonly radius: number;
    }
  | { readonly status: "undecided"; readonly reason: string };

/** Boxes begin this wide relative to the size of the orbit, and are widened or narrowed by `factor`. */
const [firstRadius, factor] = [1e-6, 4];
const [smallestRadius, largestRadius] = [1e-15, 1e3];
/** Operations in intervals spent on one orbit: about a minute. */
const largestEffort = 3e8;

/**
 * Tries to prove that a computed orbit exists: around its points, improved by Newton's method in intervals, it looks
 * for the widest boxes for which `proveOrbit` succeeds. Points of the full state: one a turn, or one before each map.
 */
export function searchOrbitProof(
  maps: readonly EnclosedMap[],
  period: number,
  turns: readonly Float64Array[],
): OrbitProofSearch {
  const points = turns.length === period ? turns.flatMap((x) => stepped(maps, x)) : turns;
  const unknowns = points.length * maps[0]!.dimension;
  const effort = unknowns * Math.max(...maps.map(({ cost }) => cost)) + 10 * unknowns ** 3;
  if (effort > largestEffort) {
    return undecided(
      `the proof would take about ${effort.toExponential(0)} operations in intervals, more than ${largestEffort.toExponential(0)}`,
    );
  }
  const centres = refinedPoints(maps, points);
  if (centres === null) {
    return undecided("the equations are singular on the orbit: it may belong to a family, or be at a bifurcation");
  }
  const size = Math.max(...centres.map((x) => 1 + norm(x)));
  const attempt = (radius: number) => {
    const claim = { period, boxes: centres.map((x) => around(x, radius)) };
    const proof = proveOrbit(maps, claim);
    return { status: proof.status, claim, proof, radius };
  };
  let found = attempt(firstRadius * size);
  let reason = reasonOf(found.proof);
  if (found.status === "proved") {
    while (found.radius < largestRadius * size) {
      const wider = attempt(found.radius * factor);
      if (wider.status !== "proved") break;
      found = wider;
    }
  }
  while (found.status !== "proved" && found.radius > smallestRadius * size) {
    found = attempt(found.radius / factor);
    if (found.status !== "proved") reason = reasonOf(found.proof);
  }
  const { claim, proof, radius } = found;
  return proof.status === "proved" ? { status: "proved", claim, proof, radius } : undecided(reason);
}

/** x and the points after it within one turn. */
function stepped(maps: readonly EnclosedMap[], x: Float64Array): Float64Array[] {
  const points = [x];
  for (const map of maps.slice(0, -1)) points.push(iv.boxMidpoint(map.step(iv.pointArray(points.at(-1)!))));
  return points;
}

/** The points after two Newton steps with values from interval arithmetic; null where the equations are singular. */
export function refinedPoints(
  maps: readonly EnclosedMap[],
  points: readonly Float64Array[],
): readonly Float64Array[] | null {
  let current = points;
  for (let k = 0; k < 2; k++) {
    const boxes = current.map((x) => iv.pointArray(x));
    const jacobian = shootingJacobian(maps, boxes);
    if (jacobian === null) return current;
    const proof = iv.proveInvertible(jacobian);
    if (proof.status === "undecided") return null;
    const middle = iv.boxMidpoint(shootingValue(maps, boxes));
    const step = splitPoints(iv.pointArray(multiplyVector(proof.inverse, middle)), points.length);
    current = current.map((x, j) => x.map((value, i) => value - step[j]!.lo[i]!));
  }
  return current;
}

function around(x: Float64Array, radius: number): iv.IntervalArray {
  const box = iv.intervalArray(x.length);
  x.forEach((value, i) => {
    iv.setInterval(box, i, iv.ball(value, radius));
  });
  return box;
}

function reasonOf(proof: ReturnType<typeof proveOrbit>): string {
  return proof.status === "undecided" ? proof.reason : "";
}

function undecided(reason: string): OrbitProofSearch {
  return { status: "undecided", reason };
}
