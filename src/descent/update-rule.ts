/** The numbers an update rule is made of, beside the step size. */
export type HyperName =
  | ("momentum" | "dampening" | "beta1" | "beta2" | "epsilon" | "rho")
  | ("weightDecay" | "clipNorm" | "clipValue");

/** What every update rule takes. */
export interface RuleOptions {
  /** w ≥ 0, 0 by default. */
  readonly weightDecay?: number | undefined;
  /** Decoupled decay multiplies θ by 1 − ηw first; coupled decay adds wθ to the gradient. Only adamw decouples by default. */
  readonly decoupled?: boolean | undefined;
  /** Longest gradient, in the Euclidean norm. */
  readonly clipNorm?: number | undefined;
  /** Largest modulus of a gradient's entries. */
  readonly clipValue?: number | undefined;
}

/** An update rule, without its step size. */
export type UpdateRuleSpec = RuleOptions &
  (
    | { readonly type: "gd" | "sgd" | "signSgd" }
    | { readonly type: "momentum"; readonly momentum?: number | undefined; readonly dampening?: number | undefined }
    | { readonly type: "nesterov"; readonly momentum?: number | undefined }
    | ({ readonly type: "adam" | "adamw" | "amsgrad" } & AdamOptions)
    | { readonly type: "rmsprop"; readonly beta2?: number | undefined; readonly epsilon?: number | undefined }
    | { readonly type: "adagrad"; readonly epsilon?: number | undefined }
    | { readonly type: "lion"; readonly beta1?: number | undefined; readonly beta2?: number | undefined }
    | { readonly type: "sam"; readonly rho: number }
  );

interface AdamOptions {
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
  /** True by default; without it the rule is autonomous, as orbits and exponents need it. */
  readonly biasCorrection?: boolean | undefined;
}

export type RuleType = UpdateRuleSpec["type"];

/** A rule with every default filled in. */
export interface UpdateRule {
  readonly type: RuleType;
  readonly values: Readonly<Partial<Record<HyperName, number>>>;
  readonly decoupled: boolean;
  readonly biasCorrection: boolean;
}

const defaults = {
  gd: {},
  sgd: {},
  signSgd: {},
  momentum: { momentum: 0.9, dampening: 0 },
  nesterov: { momentum: 0.9 },
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  adamw: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  amsgrad: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  rmsprop: { beta2: 0.99, epsilon: 1e-8 },
  adagrad: { epsilon: 1e-10 },
  lion: { beta1: 0.9, beta2: 0.99 },
  sam: { rho: Number.NaN },
} as const satisfies { readonly [K in RuleType]: Partial<Record<HyperName, number>> };

/** PyTorch divides by ‖g‖ + 1e-6 when it clips; a bound below that would clip a vanishing gradient too. */
export const CLIP_EPSILON = 1e-6;

const inUnit = (v: number) => v >= 0 && v < 1;
const ranges: { readonly [K in HyperName]: { readonly holds: (v: number) => boolean; readonly words: string } } = {
  momentum: { holds: inUnit, words: "in [0, 1)" },
  dampening: { holds: (v) => v >= 0 && v <= 1, words: "in [0, 1]" },
  beta1: { holds: inUnit, words: "in [0, 1)" },
  beta2: { holds: inUnit, words: "in [0, 1)" },
  epsilon: { holds: (v) => v >= 0, words: "≥ 0" },
  rho: { holds: (v) => v > 0, words: "> 0" },
  weightDecay: { holds: (v) => v >= 0, words: "≥ 0" },
  clipNorm: { holds: (v) => v > CLIP_EPSILON, words: `> ${CLIP_EPSILON}` },
  clipValue: { holds: (v) => v > 0, words: "> 0" },
};

/** Fills in defaults and checks every number. @throws RangeError with one sentence. */
export function readUpdateRule(spec: UpdateRuleSpec): UpdateRule {
  if (!Object.hasOwn(defaults, spec.type)) {
    throw new RangeError(`readUpdateRule: unknown optimizer "${(spec as { type: string }).type}"`);
  }
  const given = spec as Partial<Record<HyperName, number>> & AdamOptions;
  const values: Partial<Record<HyperName, number>> = { ...defaults[spec.type], weightDecay: 0 };
  const names: HyperName[] = [...(Object.keys(values) as HyperName[]), "clipNorm", "clipValue"];
  for (const name of names) {
    const value = given[name] ?? values[name];
    if (value === undefined) continue;
    const { holds, words } = ranges[name];
    if (!(holds(value) && Number.isFinite(value))) {
      throw new RangeError(`${spec.type}: ${name} must be ${words}, got ${value}`);
    }
    values[name] = value;
  }
  const isAdam = spec.type === "adam" || spec.type === "adamw" || spec.type === "amsgrad";
  return {
    type: spec.type,
    values,
    decoupled: spec.decoupled ?? spec.type === "adamw",
    biasCorrection: isAdam && (given.biasCorrection ?? true),
  };
}
