import {
  continueOrbit,
  type DiscreteMap,
  findOrbit,
  type MapFamily,
  orbitDiagram,
  orbitMultipliers,
  trace,
  trajectory,
} from "../../dynamics/index.ts";
import type { ReproducedValue, ReproductionPanel } from "../../record/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { descentFamily } from "../descent-maps.ts";
import { InputError } from "../host.ts";
import { cascadePanel, minimaPanel, trajectoryPanel } from "./figure-3-panels.ts";
import { type PublishedFigure, twoWeightNetwork } from "./published-figure.ts";

/**
 * Fig. 3 of arXiv 2510.24466: gradient descent on f(x) = ReLU(θ₂ ReLU(θ₁ x)) has periodic orbits. From one start it
 * converges at step size 0.25 and ends on a 2-cycle at 0.325. Beside it, what happens beyond: the cascade of period
 * doublings, the fold to period 3 and the step size from which on orbits die, each found on the network's own map, and
 * the closed forms that hold while both weights are positive: u′ = u − h(uv − 1)v, v′ = v − h(uv − 1)u, h = 3.53η.
 */
export const figure3: PublishedFigure = {
  experiment: `title: Fig. 3 of arXiv 2510.24466
${twoWeightNetwork}parameters: { values: [1.48, 0.7756756756756757] } # (1.48, 1/1.48 + 0.1)
optimizer: { type: gd, stepSize: 0.325 }
reproduce: { figure: fig3 }
`,
  reproduce,
};

const [small, large] = [0.25, 0.325];
/** h/η, the mean of the squared inputs. */
const scale = (0.9 ** 2 + 2.5 ** 2) / 2;
const longestPeriod = 32;

function reproduce(experiment: Experiment): Answer {
  const { theta, tick } = experiment;
  const family = descentFamily(experiment, "optimizer.stepSize", "reproduce");
  try {
    tick("trajectories", null);
    const runs = [small, large].map((eta) => trajectory(family.at(eta), theta, { steps: 2000 }));
    const cycle = findOrbit(family.at(large), trace(family.at(large), runs[1].end, 2), 2);
    if (runs[0].fate.kind !== "converged" || cycle.status !== "converged" || cycle.orbit.period !== 2) {
      throw new InputError("reproduce: expected the experiment of Fig. 3, found another");
    }
    tick("period doublings", null);
    const flips = periodDoublings(family);
    tick("period 3 and death", null);
    const fold = periodThree(family);
    const death = firstDeath(family);
    tick("orbit diagram", null);
    const panels: ReproductionPanel[] = [
      minimaPanel([small, large], scale),
      trajectoryPanel([small, large].map((eta) => trace(family.at(eta), theta, 61))),
      cascadePanel(diagramOf(family, death), { flips, fold, death, scale }),
    ];
    const { points } = cycle.orbit;
    const { multipliers } = orbitMultipliers(family.at(large), points);
    const values = [
      ...minimumValues(runs[0].end),
      ...cycleValues(
        points,
        multipliers.map(([re]) => re),
      ),
      ...cascadeValues(flips, fold, death),
    ];
    return {
      results: {
        reproduction: {
          figure: "fig3",
          source: "Fig. 3 of arXiv 2510.24466",
          claim:
            "from one start, gradient descent converges at step size 0.25 and ends on a 2-cycle at step size 0.325",
          finding: `From the same start gradient descent reaches a minimum at step size 0.25 and ends on a stable 2-cycle at 0.325. From ${short(death)} on, orbits die.`,
          outcome: "confirmed",
          values,
          panels,
        },
      },
      warnings: [],
    };
  } finally {
    family.dispose();
  }
}

/** The flips of the balanced minimum and of the cycles of period 2, 4, … that it gives birth to, followed from (1, 1). */
function periodDoublings(family: MapFamily): number[] {
  const start = { points: [Float64Array.of(1, 1)], value: 0.2 };
  const followed = continueOrbit(family, start, { range: [0.2, 0.3689], maxPeriod: longestPeriod });
  if (followed.status !== "followed") throw new InputError(`reproduce: ${followed.reason}`);
  return followed.branches.flatMap(({ specialPoints }) =>
    specialPoints.filter(({ type }) => type === "flip").map(({ value }) => value),
  );
}

/** Where the stable 3-cycle that gradient descent settles on at 0.4112 is born, by following it back. */
function periodThree(family: MapFamily): number {
  const eta = 0.4112;
  const { end } = trajectory(family.at(eta), Float64Array.of(0.5, 0.5), { steps: 4000 });
  const start = { points: trace(family.at(eta), end, 3), value: eta };
  const followed = continueOrbit(family, start, { range: [0.41, 0.4113], switchBranches: false });
  const folds =
    followed.status === "followed" ? followed.branches[0].specialPoints.filter(({ type }) => type === "fold") : [];
  if (folds.length === 0) throw new InputError("reproduce: expected a 3-cycle, found none");
  return folds[0].value;
}

/**
 * The step size from which on the diagonal's image reaches the dead piece: its largest value, where the derivative along
 * the diagonal vanishes, is sent to 0. Bisected on the network's map to the last double.
 */
function firstDeath(family: MapFamily): number {
  const isDeadly = (eta: number) => {
    const map = family.at(eta);
    const top = Float64Array.of(turningPoint(map), 0).fill(turningPoint(map));
    return trace(map, top, 3)[2].some((weight) => weight <= 0);
  };
  let [alive, dead] = [0.42, 0.48];
  for (;;) {
    const middle = 0.5 * (alive + dead);
    if (middle <= alive || middle >= dead) return dead;
    if (isDeadly(middle)) dead = middle;
    else alive = middle;
  }
}

/** u > 0 where the first component of F(u, u) is largest. */
function turningPoint(map: DiscreteMap): number {
  let [low, high] = [0.1, 1.5];
  const out = new Float64Array(2);
  for (;;) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    map.tangent(Float64Array.of(middle, middle), Float64Array.of(1, 1), out);
    if (out[0] > 0) low = middle;
    else high = middle;
  }
}

function diagramOf(family: MapFamily, death: number) {
  const [from, to, count] = [0.24, death - 1e-4, 240];
  return orbitDiagram(family, {
    values: Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1)),
    starts: [Float64Array.of(1.02, 1.02)],
    ...{ transient: 2000, keep: 48 },
    observe: ([first]) => first,
  });
}

function minimumValues([u, v]: Float64Array): ReproducedValue[] {
  const at = `step size ${small}`;
  return [
    { name: `θ₁ of the minimum reached at ${at}`, published: null, found: u },
    { name: `θ₂ of the minimum reached at ${at}`, published: null, found: v },
    { name: `θ₁θ₂ there`, published: null, exact: 1, found: u * v },
  ];
}

/** r + 1/r = 1 + h, points 1/√(hr) and √(r/h), multipliers 9 − 2(1 + h)² along the diagonal and 3 − 2h across. */
function cycleValues(points: readonly Float64Array[], multipliers: readonly number[]): ReproducedValue[] {
  const h = scale * large;
  const r = (1 + h + Math.sqrt((1 + h) ** 2 - 4)) / 2;
  const [low, high] = points.map(([u]) => u).sort((a, b) => a - b);
  const [along, across] = [9 - 2 * (1 + h) ** 2, 3 - 2 * h];
  const nearest = (truth: number) => multipliers.reduce((a, b) => (Math.abs(b - truth) < Math.abs(a - truth) ? b : a));
  return [
    { name: `2-cycle at step size ${large}, θ₁ = θ₂`, published: null, exact: 1 / Math.sqrt(h * r), found: low },
    { name: "and", published: null, exact: Math.sqrt(r / h), found: high },
    { name: "its multiplier along the diagonal", published: null, exact: along, found: nearest(along) },
    { name: "its multiplier across", published: null, exact: across, found: nearest(across) },
  ];
}

function cascadeValues(flips: readonly number[], fold: number, death: number): ReproducedValue[] {
  const closed = [1 / scale, (Math.sqrt(5) - 1) / scale];
  return [
    ...flips.map((found, i): ReproducedValue => {
      const name = i === 0 ? "the balanced minimum flips at" : `the ${2 ** i}-cycle flips at`;
      return i < 2 ? { name, published: null, exact: closed[i], found } : { name, published: null, found };
    }),
    { name: "period 3 is born at", published: null, found: fold },
    { name: "orbits die from", published: null, exact: (1.5 * Math.sqrt(3) - 1) / scale, found: death },
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
