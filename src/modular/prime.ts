/** The largest prime below 2^26. Residues below it have products below 2^52, which doubles hold exactly. */
export const defaultPrime = 67108859;

const LIMIT = 67108864; // 2^26

/** Whether n is prime, by trial division. @throws RangeError unless n is an integer below 2^26. */
export function isPrime(n: number): boolean {
  if (!Number.isInteger(n) || n >= LIMIT) throw new RangeError(`isPrime: expected an integer below 2^26, got ${n}`);
  if (n < 4) return n >= 2;
  if (n % 2 === 0) return false;
  for (let d = 3; d * d <= n; d += 2) if (n % d === 0) return false;
  return true;
}

/** The smallest prime above n. @throws RangeError when there is none below 2^26. */
export function nextPrime(n: number): number {
  for (let candidate = Math.max(2, n + 1); candidate < LIMIT; candidate++) if (isPrime(candidate)) return candidate;
  throw new RangeError(`nextPrime: no prime lies between ${n} and 2^26`);
}

/** The largest prime below n. @throws RangeError when there is none. */
export function previousPrime(n: number): number {
  for (let candidate = n - 1; candidate >= 2; candidate--) if (isPrime(candidate)) return candidate;
  throw new RangeError(`previousPrime: no prime lies below ${n}`);
}

/** The `count` largest primes below 2^26, largest first. */
export function largestPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let last = LIMIT; primes.length < count; primes.push(last)) last = previousPrime(last);
  return primes;
}
