import { orbitDiagram } from "../dynamics/index.ts";
import { norm } from "../numeric/index.ts";
import { tableOf } from "../record/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { descentEnsemble, descentFamily, stateAt } from "./descent-maps.ts";
import { InputError } from "./host.ts";

/** Late iterates over a range of one number of the file, each run from `parameters`. */
export function bifurcation(experiment: Experiment): Answer {
  const { spec, theta, tick } = experiment;
  if (!spec.bifurcation)
    throw new InputError("bifurcation: expected { parameter, range, count } in the file, found nothing");
  const { parameter, range, count, transient, keep, observe } = spec.bifurcation;
  const family = descentFamily(experiment, parameter, "bifurcation");
  const ensemble = descentEnsemble(experiment, "bifurcation", {
    ...{ path: parameter, states: count },
    stateSteps: count * (transient + keep),
  });
  const n = theta.length;
  const index = observe.startsWith("theta[") ? Number(observe.slice(6, -1)) : null;
  if (index !== null && index >= n) {
    throw new InputError(`bifurcation.observe: expected theta[0] … theta[${n - 1}], found ${observe}`);
  }
  const values = Float64Array.from({ length: count }, (_, i) => range[0] + ((range[1] - range[0]) * i) / (count - 1));
  try {
    const diagram = orbitDiagram(family, {
      ...{ values, starts: [stateAt(theta, family.dimension)], transient, keep },
      ensemble: ensemble ?? undefined,
      observe(x, value) {
        const position = x.subarray(0, n);
        if (index !== null) return position[index];
        return observe === "norm" ? norm(position) : family.loss(value, position);
      },
      progress: (done, total) => tick(`${parameter}: ${done} of ${total}`, done / total),
    });
    return { results: { bifurcation: tableOf("data/bifurcation.csv", { ...diagram }) }, warnings: [] };
  } finally {
    family.dispose();
    ensemble?.dispose();
  }
}
