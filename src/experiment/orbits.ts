import {
  type DiscreteMap,
  findOrbits,
  gridSeeds,
  type OrbitSeed,
  orbitMultipliers,
  type PeriodicOrbit,
  recurrenceSeeds,
  trajectory,
} from "../dynamics/index.ts";
import { createRng, norm } from "../numeric/index.ts";
import type { FateResult, OrbitResult } from "../record/index.ts";
import type { OrbitsSpec } from "../spec/index.ts";
import { orbitCertificate } from "../verify/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { certifiedSpec } from "./certificate-file.ts";
import { fateAtEnd } from "./deadness.ts";
import { descentMap, isStochastic, stateAt } from "./descent-maps.ts";
import { orbitSubject } from "./enclosed-descent.ts";
import { InputError } from "./host.ts";
import { enclosureOf, examineOrbits, searchBox } from "./orbit-proofs.ts";

/** Steps of each trajectory before its end is a seed, and steps after that in which it may come back close. */
const [transient, watched] = [1000, 1000];
/** Close returns of each trajectory that are tried. */
const returns = 8;
/** Cells of a grid over `box`, at most. */
const mostCells = 100;
/** Orbits of families that are listed. */
const mostOfFamilies = 8;
/** Further starts lie this far from `parameters`, relative to 1 + ‖θ‖. */
const spread = 0.1;
/** So near lies one more start where the first does not move at all: the minimum may be unstable, and cycles around it. */
const nudge = 1e-3;

/**
 * Periodic orbits, stable or not, with their multipliers: from trajectories that start at `parameters` and near by, and
 * with a box from a grid and an interval search in it; with `prove` each is proved where that can be done.
 */
export function orbits(experiment: Experiment): Answer {
  const { spec, theta, tick } = experiment;
  if (!spec.orbits) throw new InputError("orbits: expected { period } in the file, found nothing");
  const { period, starts, tolerance, prove, box } = spec.orbits;
  if (box && box.length !== theta.length) {
    throw new InputError(`orbits.box: expected ${theta.length} ranges, one for each parameter, found ${box.length}`);
  }
  const map = descentMap(experiment, "orbits");
  try {
    const subject = prove || box ? orbitSubject(experiment) : null;
    const maps = subject?.maps ?? [];
    const search = box ? searchBox(experiment, subject!, period, box) : null;
    const isComplete = search?.result?.complete === true;
    const { seeds, fate } = orbitSeeds(experiment, map, { period, starts, ...(box && !isComplete && { box }) });
    const collection = findOrbits(map, period, counted(seeds, tick), { tolerance });
    const { kept, dropped } = fewOfEachFamily(map, collection.orbits);
    const examined = examineOrbits(experiment, map, kept, maps, search);
    const count = examined.length;
    const certified = certifiedSpec(spec, experiment.problem);
    const found = examined.map(({ orbit: { period: own, points, residual }, proved }, i) => {
      tick(`multipliers of orbit ${i + 1} of ${count}`, i / count);
      const { multipliers, stability, reason } = orbitMultipliers(map, points);
      const positions = points.map((x) => Array.from(x.subarray(0, theta.length)));
      const body = proved && orbitCertificate(subject!, proved.claim, proved.proof);
      const file = `certificates/orbit-${i + 1}.json`;
      const orbit: OrbitResult = {
        ...{ period: own, points: positions, multipliers, stability, residual },
        ...{ proof: body && file, enclosure: body && enclosureOf(body) },
      };
      return { orbit, reason, certificate: body && { file, body, spec: certified } };
    });
    const all = search?.certificate
      ? [{ file: "certificates/box.json", body: search.certificate, spec: certified }]
      : [];
    const proofs = found.map(({ certificate }) => certificate).filter((certificate) => certificate !== null);
    const warnings = [
      ...(isStochastic(spec) ? ["a step of this map is an epoch; periods and multipliers are per epochs"] : []),
      ...[...new Set(found.map(({ reason }) => reason))].filter((reason) => reason !== ""),
      ...(found.length > 0 ? [] : noneWarning(period, collection)),
      ...(dropped === 0 ? [] : [`${dropped} further orbits that belong to families are left out`]),
      ...(search?.warnings ?? []),
      ...examined.flatMap(({ reason }, i) => (reason ? [`orbit ${i + 1} is not proved: ${reason}`] : [])),
    ];
    const orbitBox = search?.result ?? null;
    return {
      results: {
        orbits: found.map(({ orbit }) => orbit),
        orbitBox,
        fate,
        ...(subject && { certificates: [...proofs, ...all] }),
      },
      warnings,
    };
  } finally {
    map.dispose();
  }
}

/** Without most of the orbits that come in families, of which a grid meets as many as it has cells. */
function fewOfEachFamily(map: DiscreteMap, orbits: readonly PeriodicOrbit[]) {
  if (orbits.length <= mostOfFamilies) return { kept: orbits, dropped: 0 };
  let members = 0;
  const kept = orbits.filter(({ points }) => {
    return orbitMultipliers(map, points).familyDimension === 0 || ++members <= mostOfFamilies;
  });
  return { kept, dropped: orbits.length - kept.length };
}

function noneWarning(period: number, { shorter, searches }: ReturnType<typeof findOrbits>): string[] {
  const divisors = [...new Set(shorter.map((orbit) => orbit.period))].sort((a, b) => a - b);
  const instead =
    divisors.length === 0 ? "" : `; ${shorter.length} led to shorter ones, of period ${divisors.join(", ")}`;
  return [
    `no orbit of period ${period}: ${searches.stalled} searches stalled, ${searches.diverged} diverged${instead}`,
  ];
}

/** Guesses, and what became of the trajectory from `parameters`. */
export function orbitSeeds(
  experiment: Experiment,
  map: DiscreteMap,
  { period, starts, box }: Pick<OrbitsSpec, "period" | "starts" | "box">,
): { readonly seeds: readonly OrbitSeed[]; readonly fate: FateResult } {
  const { spec, theta, tick } = experiment;
  const rng = createRng(spec.seed, "orbit starts");
  const n = theta.length;
  const seeds: OrbitSeed[] = [];
  let first: FateResult | null = null;
  const distances: number[] = Array.from({ length: starts }, (_, k) => (k === 0 ? 0 : spread));
  for (let k = 0; k < distances.length; k++) {
    tick(`trajectory ${k + 1} of ${distances.length}`, k / distances.length);
    const away = (distances[k] * (1 + norm(theta))) / Math.sqrt(n);
    const start = stateAt(
      theta.map((value) => value + away * rng.normal()),
      map.dimension,
    );
    const { end, fate } = trajectory(map, start, { steps: transient, position: n });
    if (first === null && period > 1 && fate.kind === "converged") distances.push(nudge);
    first ??= fateAtEnd(experiment, fate, end);
    seeds.push(start);
    if (fate.kind === "diverged") continue;
    seeds.push(end, ...recurrenceSeeds(map, end, { period, steps: watched, transient: 0, count: returns }));
  }
  if (box) {
    const per = Math.max(1, Math.floor(mostCells ** (1 / n)));
    const cells = gridSeeds(
      box,
      box.map(() => per),
    ) as Float64Array[];
    seeds.push(...cells.map((x) => stateAt(x, map.dimension)));
  }
  return { seeds, fate: first! };
}

function* counted(seeds: readonly OrbitSeed[], tick: Experiment["tick"]): Generator<OrbitSeed> {
  for (const [i, seed] of seeds.entries()) {
    tick(`orbits from seed ${i + 1} of ${seeds.length}`, i / seeds.length);
    yield seed;
  }
}
