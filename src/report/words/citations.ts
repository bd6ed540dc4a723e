import type { RunRecord } from "../../record/index.ts";

/** BibTeX of the paper this tool grew from, of the theory of λ when it was used, and of the tool with the run. */
export function citations({ tool, runId, results }: RunRecord): string {
  const entries = [paper, results.lambda === null ? "" : exponentPaper, software(tool.version, runId)];
  return entries.filter((entry) => entry !== "").join("\n\n");
}

const paper = `@inproceedings{craciun2025nonsingularity,
  title         = {Non-singularity of the gradient descent map for neural networks with piecewise analytic activations},
  author        = {Cr{\\u{a}}ciun, A. and Ghoshdastidar, D.},
  booktitle     = {Advances in Neural Information Processing Systems},
  year          = {2025},
  eprint        = {2510.24466},
  archivePrefix = {arXiv}
}`;

const exponentPaper = `@article{chemnitz2025characterizing,
  title         = {Characterizing dynamical stability of stochastic gradient descent in overparameterized learning},
  author        = {Chemnitz, D. and Engel, M.},
  journal       = {Journal of Machine Learning Research},
  year          = {2025},
  eprint        = {2407.20209},
  archivePrefix = {arXiv}
}`;

function software(version: string, runId: string): string {
  return `@software{separatrix,
  title   = {Separatrix: which minima can your optimizer keep?},
  version = {${version}},
  note    = {run ${runId.slice(0, 12)}}
}`;
}
