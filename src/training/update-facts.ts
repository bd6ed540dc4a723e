/** What training must know about an update rule beside how to step: descent's `readUpdateRule` gives it. */
export interface UpdateFacts {
  readonly type: string;
  readonly values: Readonly<Partial<Record<string, number>>>;
  /** Decoupled decay multiplies θ by 1 − ηw; coupled decay adds wθ to the gradient. */
  readonly decoupled: boolean;
  readonly biasCorrection: boolean;
}
