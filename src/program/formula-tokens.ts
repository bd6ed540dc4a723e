/** One word of a formula and where it begins (0 is the first character). */
export interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly position: number;
}

/** A formula that cannot be read. `position` is the index of the character where reading stopped. */
export class FormulaError extends Error {
  override readonly name = "FormulaError";
  readonly position: number;
  readonly #what: string;

  constructor(what: string, position: number, where = "") {
    super(`${where}${what} at column ${position + 1}`);
    this.#what = what;
    this.position = position;
  }

  /** The same error, saying which of several formulas it is about. */
  within(where: string): FormulaError {
    return new FormulaError(this.#what, this.position, `${where}: `);
  }
}

/** Longer formulas are refused. */
export const LONGEST_FORMULA = 20_000;

const patterns = [
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["name", /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy],
  ["sign", /<=|>=|[<>+\-*/^(),]/y],
] as const;

/** Splits a formula into words; the last one is "end". */
export function formulaTokens(text: string): Token[] {
  if (text.length > LONGEST_FORMULA) {
    throw new FormulaError(`the formula is longer than ${LONGEST_FORMULA} characters`, LONGEST_FORMULA);
  }
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    while (/\s/.test(text.charAt(position))) position++;
    if (position >= text.length) break;
    const token = tokenAt(text, position);
    tokens.push(token);
    position += token.text.length;
  }
  tokens.push({ kind: "end", text: "the end", position });
  return tokens;
}

function tokenAt(text: string, position: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found) return { kind, text: found[0], position };
  }
  const character = String.fromCodePoint(text.codePointAt(position)!);
  throw new FormulaError(`cannot read ${JSON.stringify(character)}`, position);
}
