import type { Fields } from "./checks.ts";
import { count, flag, interval, listOf, number, objectWith, oneOf, optional, orNull, text } from "./checks.ts";
import type {
  BifurcationCurvePoint,
  BifurcationCurveResult,
  BoxSearchResult,
  BranchEnd,
  BranchPoint,
  BranchResult,
  ExponentResult,
  FateResult,
  Measure,
  MultiplierDisc,
  NormalFormResult,
  OrbitEnclosure,
  OrbitResult,
  ProvedStretchResult,
  SpecialPoint,
} from "./dynamics-results.ts";

export const orbit = objectWith({
  period: count,
  points: listOf(listOf(number)),
  multipliers: listOf(interval),
  stability: oneOf("stable", "unstable", "marginal"),
  residual: number,
  proof: orNull(text),
  enclosure: orNull(
    objectWith({
      boxes: listOf(listOf(interval)),
      points: listOf(listOf(interval)),
      multipliers: listOf(
        listOf(objectWith({ re: number, im: number, radius: number } satisfies Fields<MultiplierDisc>)),
      ),
      stability: oneOf("stable", "unstable", "undecided"),
      reason: text,
    } satisfies Fields<OrbitEnclosure>),
  ),
} satisfies Fields<OrbitResult>);

export const boxSearch = objectWith({
  box: listOf(interval),
  period: count,
  complete: flag,
  examined: count,
  undecided: count,
  left: listOf(listOf(listOf(interval))),
} satisfies Fields<BoxSearchResult>);

const bifurcationType = oneOf("fold", "flip", "neimark-sacker", "pitchfork", "transcritical", "border-collision");

export const branch = objectWith({
  period: count,
  points: listOf(
    objectWith({
      stepSize: number,
      parameter: orNull(number),
      norm: number,
      multipliers: listOf(interval),
    } satisfies Fields<BranchPoint>),
  ),
  specialPoints: listOf(
    objectWith({
      type: bifurcationType,
      stepSize: number,
      parameter: orNull(number),
      norm: orNull(number),
      angle: orNull(number),
      normalForm: orNull(
        objectWith({
          coefficient: number,
          error: number,
          criticality: orNull(oneOf("supercritical", "subcritical", "undetermined")),
        } satisfies Fields<NormalFormResult>),
      ),
    } satisfies Fields<SpecialPoint>),
  ),
  ends: listOf(objectWith({ kind: text, value: number, reason: text } satisfies Fields<BranchEnd>)),
  proved: optional(
    orNull(
      listOf(
        objectWith({
          range: interval,
          stability: listOf(objectWith({ range: interval, kind: oneOf("stable", "unstable", "undecided") })),
          segments: count,
          proof: text,
        } satisfies Fields<ProvedStretchResult>),
      ),
    ),
  ),
} satisfies Fields<BranchResult>);

export const bifurcationCurve = objectWith({
  type: bifurcationType,
  period: count,
  points: listOf(
    objectWith({
      first: number,
      second: number,
      norm: number,
      angle: orNull(number),
      coefficient: orNull(number),
    } satisfies Fields<BifurcationCurvePoint>),
  ),
  ends: listOf(text),
} satisfies Fields<BifurcationCurveResult>);

export const exponent = objectWith({
  value: orNull(number),
  superstable: flag,
  confidence95: orNull(interval),
} satisfies Fields<ExponentResult>);

export const fate = objectWith({
  kind: oneOf("diverged", "dead", "converged", "periodic", "stalled", "wandering"),
  step: count,
  period: orNull(count),
} satisfies Fields<FateResult>);

export const measure = objectWith({
  name: text,
  value: orNull(number),
  confidence95: orNull(interval),
} satisfies Fields<Measure>);
