/** An experiment file that cannot be run; the message is one sentence, "file:line:column: path: expected …, found …". */
export class SpecError extends Error {
  override readonly name = "SpecError";
  /** Exit code 2, no stack. */
  readonly code = "bad-input";
}
