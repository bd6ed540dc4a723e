/** Names that people bring from elsewhere, in small letters, and ours. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  lr: ["stepSize", "optimizer.stepSize"],
  learningrate: ["stepSize", "optimizer.stepSize"],
  eta: ["stepSize", "optimizer.stepSize"],
  alpha: ["stepSize", "slope"],
  negativeslope: ["slope"],
  wd: ["weightDecay"],
  l2: ["weightDecay"],
  decay: ["weightDecay"],
  gradclip: ["clipNorm"],
  maxnorm: ["clipNorm"],
  beta: ["momentum", "beta1"],
  rho: ["beta2"],
  eps: ["epsilon"],
  tol: ["tolerance"],
  epochs: ["steps"],
  iterations: ["steps"],
  maxiter: ["maxSteps"],
  batchsize: ["batch", "size"],
  sampling: ["law"],
  neurons: ["units"],
  width: ["units"],
  outfeatures: ["units"],
  channels: ["filters"],
  outchannels: ["filters"],
  kernelsize: ["kernel"],
  linear: ["dense", "identity"],
  fc: ["dense"],
  conv1d: ["conv"],
  conv2d: ["conv"],
  maxpool2d: ["maxPool"],
  avgpool2d: ["avgPool"],
  swish: ["silu"],
  ce: ["crossEntropy"],
  nll: ["crossEntropy"],
  softmax: ["crossEntropy"],
  bce: ["logistic"],
  l2loss: ["mse"],
  heavyball: ["momentum"],
  polyak: ["momentum"],
  ema: ["averaging", "exponential"],
  swa: ["averaging", "polyak"],
  average: ["averaging"],
  nag: ["nesterov"],
  lm: ["levenberg-marquardt"],
  iid: ["with-replacement"],
  shuffle: ["reshuffle"],
  kaiming: ["heNormal"],
  xavier: ["glorotNormal"],
  network: ["model"],
  net: ["model"],
  optimiser: ["optimizer"],
  params: ["parameters"],
  theta: ["parameters", "values"],
  weights: ["parameters"],
  x: ["inputs"],
  y: ["targets"],
  labels: ["targets"],
  losses: ["samples"],
  path: ["file"],
  reduction: ["scale"],
};

/**
 * The name among `candidates` that was probably meant: equal but for case and separators, a known synonym, or within
 * one edit for every three letters (insert, delete, replace, swap two neighbours). Null when nothing is near.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  const wanted = plain(name);
  const same = candidates.find((candidate) => plain(candidate) === wanted);
  if (same !== undefined) return same;
  const lastWord = plain(name.slice(name.lastIndexOf(".") + 1));
  const meant = synonyms[wanted] ?? synonyms[lastWord] ?? [];
  const known = meant.find((word) => candidates.includes(word));
  if (known !== undefined) return known;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least + 4) continue;
    const distance = editDistance(wanted, plain(candidate));
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

function plain(name: string): string {
  return name.slice(0, 200).toLowerCase().replace(/[-_ ]/g, "");
}

/** Optimal string alignment distance; O(|a|·|b|). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replace, last[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, beforeLast[j - 2]! + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
