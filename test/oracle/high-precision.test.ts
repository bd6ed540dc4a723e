// The oracle itself, against published digits (π, ln 2, e: OEIS A000796, A002162, A001113; the rest computed with
// mpmath 1.3). It must not lean on anything it is used to judge.
import { expect, test } from "vitest";
import * as oracle from "./high-precision.ts";
import { type Dyadic, dyadic } from "./high-precision.ts";

/** The first digits of |value|·10^tens, truncated. */
function digitsOf({ mantissa, exponent }: Dyadic, tens: number): string {
  const size = (mantissa < 0n ? -mantissa : mantissa) * 10n ** BigInt(tens);
  return (exponent >= 0 ? size << BigInt(exponent) : size >> BigInt(-exponent)).toString();
}

const tiny = { mantissa: 1n, exponent: -60 };

test.each<[string, Dyadic, number, string]>([
  ["π", { mantissa: oracle.pi(240), exponent: -240 }, 40, "31415926535897932384626433832795028841971"],
  ["ln 2", { mantissa: oracle.ln2(240), exponent: -240 }, 41, "69314718055994530941723212145817656807550"],
  ["e", oracle.exp(dyadic(1)), 40, "27182818284590452353602874713526624977572"],
  ["exp(−700.5)", oracle.exp(dyadic(-700.5)), 345, "59801961186397912064121073304951000479807"],
  ["expm1(2^−60)", oracle.expm1(tiny), 59, "86736173798840354758212043295908537179937"],
  ["log 3", oracle.log(dyadic(3)), 40, "10986122886681096913952452369225257046474"],
  ["log1p(2^−60)", oracle.log1p(tiny), 59, "86736173798840354682980404843282136680813"],
  ["sin 10^6", oracle.sin(dyadic(1e6)), 41, "34999350217129295211765248678077146906140"],
  ["sin 2^59", oracle.sin({ mantissa: 1n, exponent: 59 }), 41, "88226868987759100451967502313620343579769"],
  ["cos 2.5", oracle.cos(dyadic(2.5)), 41, "80114361554693371483350279046735166442856"],
  ["tanh ½", oracle.tanh(dyadic(0.5)), 41, "46211715726000975850231848364367254873028"],
  ["sigmoid(−3)", oracle.sigmoid(dyadic(-3)), 42, "47425873177566780878848151771752201386179"],
  ["softplus(−3)", oracle.softplus(dyadic(-3)), 42, "48587351573742058758925919854689997941881"],
  ["erf ½", oracle.erf(dyadic(0.5)), 41, "52049987781304653768274665389196452873645"],
  ["erf 3", oracle.erf(dyadic(3)), 41, "99997790950300141455862722387041767962015"],
  ["3^0.3", oracle.pow(dyadic(3), dyadic(0.3)), 40, "13903891703159093235266128197302148827831"],
  ["√2", oracle.sqrt(dyadic(2)), 40, "14142135623730950488016887242096980785696"],
])("%s has its published digits", (_, value, tens, digits) => {
  expect(digitsOf(value, tens)).toBe(digits);
});

test("a double is its own dyadic number, subnormal or not", () => {
  expect(dyadic(Number.MIN_VALUE)).toEqual({ mantissa: 1n, exponent: -1074 });
  expect(oracle.compare(oracle.times(dyadic(-3), dyadic(0.25)), -0.75)).toBe(0);
  expect(oracle.compare(oracle.plus(dyadic(1), dyadic(Number.MIN_VALUE)), 1)).toBe(1);
});
