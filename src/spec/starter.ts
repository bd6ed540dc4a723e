/** A commented experiment file to start from: small enough to run in a second, and every line a thing to change. */
export const starterExperiment = `# Which minima can your optimizer keep?   separatrix check THIS-FILE --out runs/first
title: four points on a curve
seed: 0                                  # every random number is derived from it

model:
  input: [1]                             # shape of one sample
  layers:
    - { type: dense, units: 8, activation: tanh }
    - { type: dense, units: 1 }          # more kinds: conv, maxPool, flatten, layerNorm, attention, residual, …

data:
  inputs:  [[-1], [-1/3], [1/3], [1]]    # or { file: data.csv, columns: [x0..x9] }, also .npy .npz .idx.gz
  targets: [[0.2], [-0.4], [0.5], [0.1]] # or { labels: { file: data.csv, column: label }, classes: 10 }

loss: { type: mse, scale: 0.5 }          # scale·|f − y|² for one sample, averaged; or crossEntropy, logistic, huber

parameters: { init: torch }              # or { values: […] } or { file: theta.npz }

minimize:                                # first go to a minimum from there
  method: levenberg-marquardt            # or l-bfgs, gd
  tolerance: 1e-24                       # target loss

optimizer:
  type: sgd                              # or gd, momentum, nesterov, adam, …
  stepSize: 0.1

batch:
  size: 1                                # the law that λ asks about
  law: with-replacement                  # or without-replacement, reshuffle, cyclic, …
`;
