import {
  type BasinOptions,
  basinEntropy,
  basins as basinsOf,
  type DiscreteMap,
  twinDisagreement,
  uncertaintyExponent,
  wadaRadius,
} from "../dynamics/index.ts";
import { type Measure, tableOf } from "../record/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { deadness } from "./deadness.ts";
import { descentEnsemble, descentMap } from "./descent-maps.ts";
import { InputError } from "./host.ts";
import { planeAxis } from "./plane-axis.ts";

/** What becomes of each start in a plane of parameter space, how fractal the boundaries are, and whether that is to be trusted. */
export function basins(experiment: Experiment): Answer {
  const { spec, theta, tick } = experiment;
  if (!spec.basins) throw new InputError("basins: expected { x, y, steps } in the file, found nothing");
  const { x, y, steps } = spec.basins;
  const axes = [planeAxis(x, theta, "basins.x"), planeAxis(y, theta, "basins.y")] as const;
  const map = descentMap(experiment, "basins");
  const states = x.count * y.count;
  const ensemble = descentEnsemble(experiment, "basins", { states, stateSteps: 2 * states * steps });
  try {
    const options: BasinOptions = {
      ...{ columns: x.count, rows: y.count, steps, position: theta.length },
      ensemble: ensemble ?? undefined,
      start(i, j, out) {
        out.fill(0);
        out.set(theta);
        axes[0].move(axes[0].values[i], out);
        axes[1].move(axes[1].values[j], out);
      },
      isDead: deadness(experiment),
      progress: (done, total) => tick(`starts: ${done} of ${total}`, done / total),
    };
    const found = basinsOf(map, options);
    tick("one-ulp twins", null);
    const twins = twinDisagreement(map, options, found);
    const entropy = basinEntropy(found);
    const uncertainty = uncertaintyExponent(found);
    const measures: Measure[] = [
      measure("basin entropy", entropy.entropy),
      measure("boundary basin entropy (fractal above ln 2)", entropy.boundaryEntropy),
      {
        name: "uncertainty exponent",
        value: uncertainty?.exponent ?? null,
        confidence95: uncertainty?.confidence95 ?? null,
      },
      measure("boundary dimension", uncertainty?.dimension ?? Number.NaN),
      measure(
        "boundary dimension of the quadratic null model on this grid (1 when exact)",
        nullModel(x.count, y.count),
      ),
      measure("Wada radius, in starts", wadaRadius(found) ?? Number.NaN),
      measure("starts whose fate changes with the last bit", twins),
    ];
    const table = tableOf("data/basins.csv", {
      x: Array.from(found.classOf, (_, at) => axes[0].values[at % x.count]),
      y: Array.from(found.classOf, (_, at) => axes[1].values[Math.floor(at / x.count)]),
      class: Array.from(found.classOf, (own) => found.classes[own]),
      steps: found.steps,
    });
    const warnings = twins > 0 ? [twinWarning(twins)] : [];
    return { results: { basins: table, measures }, warnings };
  } finally {
    map.dispose();
    ensemble?.dispose();
  }
}

/**
 * The first honesty test: z ↦ z², whose basins of 0 and ∞ meet in the unit circle, through the same measure on a grid of
 * the same size. Far from 1, the grid is too coarse for the measure.
 */
function nullModel(columns: number, rows: number): number {
  const square: DiscreteMap = {
    dimension: 2,
    step(z, out) {
      out[0] = z[0] * z[0] - z[1] * z[1];
      out[1] = 2 * z[0] * z[1];
    },
    tangent(z, v, out) {
      out[0] = 2 * (z[0] * v[0] - z[1] * v[1]);
      out[1] = 2 * (z[0] * v[1] + z[1] * v[0]);
    },
  };
  const found = basinsOf(square, {
    ...{ columns, rows, steps: 160 },
    start(i, j, out) {
      out[0] = (3 * i) / columns - 1.4985;
      out[1] = (3 * j) / rows - 1.4981;
    },
  });
  return uncertaintyExponent(found)?.dimension ?? Number.NaN;
}

function measure(name: string, value: number): Measure {
  return { name, value: Number.isFinite(value) ? value : null, confidence95: null };
}

function twinWarning(share: number): string {
  const percent = Number((100 * share).toPrecision(2));
  return `${percent} % of the starts change their fate when moved by one unit in the last place: there rounding decides`;
}
