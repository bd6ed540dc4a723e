/** A file that does not hold what it should; the message is one sentence that begins with the file's name. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** Exit code 2, no stack. */
  readonly code = "bad-input";
}
