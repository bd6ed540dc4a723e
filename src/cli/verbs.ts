import type { Verb } from "../spec/index.ts";

/** A verb of the command line; adding one is a row here, and for a new kind of work a file under verbs/. */
export interface VerbRow {
  readonly name: string;
  /** Its question, one line. */
  readonly summary: string;
  readonly example: string;
  readonly kind: "experiment" | "verify" | "reproduce" | "inspect" | "report" | "init";
}

export const verbRows = [
  {
    name: "check",
    summary: "Non-singular? Stable? Up to which step size? The one-page report.",
    example: "separatrix check examples/digits.yaml --out runs/digits",
    kind: "experiment",
  },
  {
    name: "stability",
    summary: "The exponents μ and λ, their bounds, and the stable step sizes.",
    example: "separatrix stability examples/two-weight.yaml --set optimizer.stepSize=0.2",
    kind: "experiment",
  },
  {
    name: "phase",
    summary: "μ, λ and the mean square over two numbers of the file: where SGD keeps the minimum.",
    example: "separatrix phase examples/two-weight.yaml --out runs/phase",
    kind: "experiment",
  },
  {
    name: "certify",
    summary: "Is the map non-singular, for which step sizes is it not, and a certificate that others can check.",
    example: "separatrix certify examples/wme18.yaml --out runs/wme18",
    kind: "experiment",
  },
  {
    name: "verify",
    summary: "Does a certificate hold? Checked again from its evidence, by code that searches for nothing.",
    example: "separatrix verify runs/wme18/certificate.json",
    kind: "verify",
  },
  {
    name: "train",
    summary: "A run of the optimizer: loss, sharpness against its threshold, kinks crossed, and what became of it.",
    example: "separatrix train examples/digits.yaml --set train.steps=500 --out runs/train",
    kind: "experiment",
  },
  {
    name: "orbits",
    summary: "Periodic orbits of the optimizer, stable or not, with their multipliers.",
    example: "separatrix orbits examples/two-weight.yaml --set optimizer.stepSize=0.325 --set orbits.period=2",
    kind: "experiment",
  },
  {
    name: "continue",
    summary: "An orbit followed over a range of one number: where it folds, flips, turns or dies, and what leaves it.",
    example: "separatrix continue orbit.yaml --set continue.range=[0.25,0.4] --out runs/branches",
    kind: "experiment",
  },
  {
    name: "bifurcation",
    summary: "Where the iterates go over a range of one number: the orbit diagram.",
    example: "separatrix bifurcation examples/two-weight.yaml --out runs/diagram",
    kind: "experiment",
  },
  {
    name: "lyapunov",
    summary: "The Lyapunov exponents of the optimizer's map, or of SGD with common batches.",
    example: "separatrix lyapunov examples/two-weight.yaml --set optimizer.stepSize=0.4",
    kind: "experiment",
  },
  {
    name: "basins",
    summary: "What becomes of each start in a plane of parameter space.",
    example: "separatrix basins examples/two-weight.yaml --out runs/basins",
    kind: "experiment",
  },
  {
    name: "regions",
    summary: "A plane of parameter space: its analytic pieces, exact edges, and where one step is singular.",
    example: "separatrix regions examples/two-weight.yaml --set optimizer.stepSize=1 --out runs/regions",
    kind: "experiment",
  },
  {
    name: "reproduce",
    summary: "A figure of arXiv 2510.24466, computed again: what it shows, and what holds.",
    example: "separatrix reproduce fig4 --out runs/fig4",
    kind: "reproduce",
  },
  {
    name: "inspect",
    summary: "What an experiment, data or record file holds, without running it.",
    example: "separatrix inspect examples/digits.yaml --program",
    kind: "inspect",
  },
  {
    name: "report",
    summary: "Draw the report of a finished run again, from its record.",
    example: "separatrix report runs/digits",
    kind: "report",
  },
  {
    name: "init",
    summary: "Write a commented experiment file to start from.",
    example: "separatrix init experiment.yaml",
    kind: "init",
  },
] as const satisfies readonly VerbRow[];

export type ExperimentVerb = Extract<(typeof verbRows)[number], { kind: "experiment" | "reproduce" }>["name"] & Verb;
