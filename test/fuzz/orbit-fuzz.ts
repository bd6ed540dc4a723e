import { searchOrbitProof } from "../../src/certify/index.ts";
import type { Disc, IntervalArray } from "../../src/interval/index.ts";
import { createRng, generalEigenvalues, type Matrix, matrix, multiply, type Rng } from "../../src/numeric/index.ts";
import { type OrbitClaim, orbitsInBox, type ProvedOrbit, proveOrbit } from "../../src/verify/index.ts";
import { type KnownSystem, randomSystem } from "./orbit-systems.ts";

export interface OrbitFuzzReport {
  readonly claims: number;
  /** Claims that are true and narrow, and how many of them were proved. */
  readonly fair: number;
  readonly fairProved: number;
  /** Proved claims in all. */
  readonly proved: number;
  readonly boxes: number;
  /** Boxes whose list of orbits was proved complete. */
  readonly complete: number;
  readonly failures: readonly string[];
}

/** Closed forms are true to this; whatever is nearer to an edge is not judged. */
const slack = 1e-11;

type Sequence = readonly (readonly number[])[];

/**
 * Claims about orbits of maps whose orbits are all known: true ones, perturbed ones, of a multiple of the period, in the
 * wrong order, in boxes that hold two orbits or none, on families, beside bifurcations. Whatever is proved must be true:
 * one orbit in the boxes, of that minimal period, where it is said to be, with those multipliers and that stability.
 */
export function fuzzOrbits(count: number, seed: number): OrbitFuzzReport {
  const rng = createRng(seed, "orbit fuzz");
  const failures: string[] = [];
  const sums = { fair: 0, fairProved: 0, proved: 0, boxes: 0, complete: 0 };
  for (let i = 0; i < count; i++) {
    const system = randomSystem(rng);
    if (i % 20 === 0) {
      const found = judgeBox(system, rng);
      sums.boxes++;
      sums.complete += found.complete ? 1 : 0;
      if (found.failure) failures.push(`${system.name}: ${found.failure}`);
      continue;
    }
    const { claim, isFair, proof } = attempt(system, rng);
    sums.fair += isFair ? 1 : 0;
    if (proof === null) continue;
    sums.proved++;
    sums.fairProved += isFair ? 1 : 0;
    const failure = refute(system, claim, proof);
    if (failure) failures.push(`${system.name}, ${show(claim)}: ${failure}`);
  }
  return { claims: count - sums.boxes, ...sums, failures };
}

interface Attempt {
  readonly claim: OrbitClaim;
  readonly isFair: boolean;
  readonly proof: ProvedOrbit | null;
}

function attempt(system: KnownSystem, rng: Rng): Attempt {
  const period = system.periods[rng.integer(system.periods.length)]!;
  const { points, isTrue } = points0(system, period, rng);
  if (rng.uniform() < 0.3) {
    const search = searchOrbitProof([system.map], period, points.map((x) => Float64Array.from(x))); // biome-ignore format: short
    const proof = search.status === "proved" ? search.proof : null;
    const claim = search.status === "proved" ? search.claim : { period, boxes: [] };
    return { claim, isFair: false, proof };
  }
  const radius = 10 ** -(12 * rng.uniform());
  const boxes = points.map((x) => {
    const [below, above] = [radius * (0.5 + rng.uniform()), radius * (0.5 + rng.uniform())];
    return { lo: Float64Array.from(x, (v) => v - below), hi: Float64Array.from(x, (v) => v + above) };
  });
  const claim = { period, boxes };
  const proof = proveOrbit([system.map], claim);
  const isFair = isTrue && radius < 1e-7 && radius > 1e-10;
  return { claim, isFair, proof: proof.status === "proved" ? proof : null };
}

/** Points for a claim; `isTrue` when they are those of an isolated orbit of that minimal period, far from a bifurcation. */
function points0(system: KnownSystem, period: number, rng: Rng): { points: Sequence; isTrue: boolean } {
  const known = system.points(period);
  const n = system.map.dimension;
  const kind = rng.integer(7);
  if (kind === 0 || known.length === 0) {
    const x =
      system.family && rng.uniform() < 0.7
        ? system.family(rng)
        : Array.from({ length: n }, () => 2 * rng.uniform() - 0.5);
    return { points: orbitFrom(system, x, period), isTrue: false };
  }
  const orbit = orbitFrom(system, known[rng.integer(known.length)]!, period);
  if (kind === 1) {
    const size = 10 ** (-12 * rng.uniform());
    return { points: orbit.map((x) => x.map((v) => v + size * rng.normal())), isTrue: false };
  }
  if (kind === 2) return { points: orbit.toReversed(), isTrue: false };
  if (kind === 3) {
    const shorter = system.periods.filter((d) => period % d === 0 && d < period);
    const d = shorter.length > 0 ? shorter[rng.integer(shorter.length)]! : period;
    const short = system.points(d);
    if (short.length > 0)
      return { points: orbitFrom(system, short[rng.integer(short.length)]!, period), isTrue: false };
  }
  const product = multipliersOf(system, orbit);
  const isHyperbolic = product.every(([re, im]) => Math.hypot(re - 1, im) > 1e-2);
  return { points: orbit, isTrue: isHyperbolic && minimalOf(orbit) === period };
}

/** Why a proved claim is false; null when it is true as far as can be told. */
function refute(system: KnownSystem, { period, boxes }: OrbitClaim, proof: ProvedOrbit): string | null {
  const sequences = system.points(period).map((x) => orbitFrom(system, x, period));
  const inside = (margin: number) => sequences.filter((s) => isInside(s, boxes, margin));
  const [surely, possibly] = [inside(-slack), inside(slack)];
  if (possibly.length === 0) return "there is no orbit";
  if (surely.length > 1) return `there are ${surely.length} orbits`;
  if (possibly.length > 1) return null;
  const [orbit] = possibly as [Sequence];
  if (minimalOf(orbit) !== period) return `its minimal period is ${minimalOf(orbit)}`;
  if (!isInside(orbit, proof.points, slack)) return "the orbit is not where it is said to be";
  const truth = multipliersOf(system, orbit);
  const size = Math.max(1, ...truth.map(([re, im]) => Math.hypot(re, im)));
  const discs = proof.multipliers.flat();
  if (discs.length > 0) {
    const missed = truth.find(([re, im]) => !discs.some((disc) => holds(disc, re, im, 1e-7 * size)));
    if (missed) return `the multiplier ${missed} is not enclosed`;
  }
  const largest = Math.max(...truth.map(([re, im]) => Math.hypot(re, im)));
  if (proof.stability === "stable" && largest > 1 + 1e-7) return `said stable, largest multiplier ${largest}`;
  if (proof.stability === "unstable" && largest < 1 - 1e-7) return `said unstable, largest multiplier ${largest}`;
  return null;
}

/** A box at random, its orbits listed and counted against the known ones. */
function judgeBox(system: KnownSystem, rng: Rng): { readonly complete: boolean; readonly failure: string | null } {
  const period = system.periods[rng.integer(Math.min(4, system.periods.length))]!;
  const n = system.map.dimension;
  const box: IntervalArray = {
    lo: Float64Array.from({ length: n }, () => -1.5 + rng.uniform()),
    hi: Float64Array.from({ length: n }, () => 0.5 + rng.uniform()),
  };
  const { orbits, undecided } = orbitsInBox([system.map], box, { period, maxBoxes: 400 });
  const complete = undecided.length === 0;
  const known = system
    .points(period)
    .map((x) => orbitFrom(system, x, period))
    .filter((s) => minimalOf(s) === period);
  const boxes = Array.from({ length: period }, () => box);
  const surely = known.filter((s) => isInside(s, boxes, -slack)).length / period;
  const possibly = known.filter((s) => isInside(s, boxes, slack)).length / period;
  for (const { boxes: own, proof } of orbits) {
    const failure = refute(system, { period, boxes: own }, proof);
    if (failure) return { complete, failure: `in a box: ${failure}` };
  }
  if (orbits.length > possibly) return { complete, failure: `${orbits.length} orbits listed, ${possibly} known` };
  if (complete && !system.family && orbits.length < surely) {
    return { complete, failure: `${orbits.length} orbits said to be all, ${surely} known` };
  }
  return { complete, failure: null };
}

function orbitFrom(system: KnownSystem, x: readonly number[], period: number): Sequence {
  // Chaotic maps lose the last digits on the way: each image is moved to the nearest known point.
  const known = system.points(period);
  const orbit = [x];
  for (let k = 1; k < period; k++) {
    const image = system.step(orbit[k - 1]!);
    orbit.push(known.find((y) => y.every((v, i) => Math.abs(v - image[i]!) < 1e-8)) ?? image);
  }
  return orbit;
}

function multipliersOf(system: KnownSystem, orbit: Sequence): [number, number][] {
  const n = system.map.dimension;
  const product = orbit
    .map((x) => matrix(n, n, Float64Array.from(system.derivative(x))))
    .reduce((m: Matrix, a: Matrix) => multiply(a, m));
  const { re, im } = generalEigenvalues(product);
  return Array.from(re, (x, i) => [x, im[i]!]);
}

function minimalOf(orbit: Sequence): number {
  const p = orbit.length;
  for (let d = 1; d < p; d++) {
    if (p % d === 0 && orbit.every((x, k) => x.every((v, i) => Math.abs(v - orbit[(k + d) % p]![i]!) < 1e-9))) return d;
  }
  return p;
}

function isInside(orbit: Sequence, boxes: readonly IntervalArray[], margin: number): boolean {
  return orbit.every((x, k) => x.every((v, i) => v > boxes[k]!.lo[i]! - margin && v < boxes[k]!.hi[i]! + margin));
}

function holds(disc: Disc, re: number, im: number, margin: number): boolean {
  return Math.hypot(disc.re - re, disc.im - im) <= disc.radius + margin;
}

function show({ period, boxes }: OrbitClaim): string {
  return `period ${period} in ${JSON.stringify(boxes.map(({ lo, hi }) => [[...lo], [...hi]]))}`;
}
