// Fates of trajectories that are known in closed form. The logistic map x ↦ rx(1 − x) (May 1976): r = 2.5 has the
// attracting fixed point 0.6, 3.2 the cycle of period 2, 3.5 of period 4, 3.83 of period 3, 4 is chaotic.
import { describe, expect, test } from "vitest";
import { lu } from "../numeric/index.ts";
import { catMap, cubic, henon, logistic, tent } from "../problems/index.ts";
import { composition, type DiscreteMap, denseTangent, iterate, type Sight, trajectory } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
const fateOf = (map: DiscreteMap, x: Float64Array, steps: number, observe?: (t: number, x: Float64Array) => Sight) =>
  trajectory(map, x, { steps, ...(observe && { observe }) }).fate;

describe("fates", () => {
  test("converged: x = 1 − 1/r for r = 2.5, from the step where it stands still", () => {
    const { fate, end } = trajectory(logistic.at(2.5), of(0.3), { steps: 400 });
    expect(fate.kind).toBe("converged");
    expect(end[0]).toBeCloseTo(0.6, 12);
    // |x_{t+1} − x_t| falls by the multiplier 2 − r = −½ a step: 1e-12 · 1.6 from ≈ 0.3 takes 36 to 40 steps.
    expect(fate.step).toBeGreaterThan(30);
    expect(fate.step).toBeLessThan(45);
  });

  test.each([
    [3.2, 2],
    [3.5, 4],
    [3.55, 8],
    [3.83, 3],
  ])("periodic: r = %d has the cycle of period %i", (r, period) => {
    expect(fateOf(logistic.at(r), of(0.3), 4000)).toMatchObject({ kind: "periodic", period });
  });

  test("a cycle of 65 points is longer than what is looked for", () => {
    const rotation = (n: number): DiscreteMap => {
      const [c, s] = [Math.cos((2 * Math.PI) / n), Math.sin((2 * Math.PI) / n)];
      return { dimension: 2, step: ([x, y], out) => out.set([c * x - s * y, s * x + c * y]), tangent: () => {} };
    };
    expect(fateOf(rotation(64), of(1, 0), 640)).toMatchObject({ kind: "periodic", period: 64, step: 0 });
    expect(fateOf(rotation(65), of(1, 0), 640).kind).toBe("wandering");
  });

  test("periodic needs three whole periods at the end, no more", () => {
    const flip: DiscreteMap = { dimension: 1, step: ([x], out) => out.set([-x!]), tangent: () => {} };
    expect(fateOf(flip, of(1), 7)).toEqual({ kind: "periodic", step: 0, period: 2 });
    expect(fateOf(flip, of(1), 6).kind).toBe("wandering");
  });

  test("creeping towards a fixed point is no cycle, though every distance is below 1e-9", () => {
    const creep: DiscreteMap = { dimension: 1, step: ([x], out) => out.set([x! + 1e-10]), tangent: () => {} };
    expect(fateOf(creep, of(1), 1000).kind).toBe("wandering");
  });

  test("diverged: at the step where ‖x‖ passes 1e12 or a number is not finite", () => {
    const double: DiscreteMap = { dimension: 1, step: ([x], out) => out.set([2 * x!]), tangent: () => {} };
    expect(fateOf(double, of(1), 100)).toEqual({ kind: "diverged", step: 40, period: null }); // 2^40 > 1e12 > 2^39
    expect(trajectory(double, of(1), { steps: 100 }).steps).toBe(40);
    const broken: DiscreteMap = { dimension: 1, step: (_, out) => out.set([Number.NaN]), tangent: () => {} };
    expect(fateOf(broken, of(1), 9)).toMatchObject({ kind: "diverged", step: 1 });
  });

  test("wandering: the logistic map at r = 4, the tent map, the cat map", () => {
    expect(fateOf(logistic.at(4), of(0.3), 5000)).toEqual({ kind: "wandering", step: 5000, period: null });
    expect(fateOf(tent.at(1.9), of(0.3), 5000).kind).toBe("wandering");
    expect(fateOf(catMap, of(0.1, Math.SQRT2 - 1), 5000).kind).toBe("wandering");
    expect(fateOf(henon().at(1.4), of(0, 0), 5000).kind).toBe("wandering");
  });

  test("dead goes before converged, but only at positive loss on a flat piece", () => {
    const rest: DiscreteMap = { dimension: 1, step: (x, out) => out.set(x), tangent: () => {} };
    const see = (loss: number, isFlat: boolean) =>
      trajectory(rest, of(1), {
        steps: 200,
        isFlat: () => isFlat,
        observe: (t) => ({ loss, gradientNorm: t < 7 ? 1 : 0 }),
      }).fate;
    expect(see(0.5, true)).toEqual({ kind: "dead", step: 7, period: null });
    expect(see(0.5, false)).toEqual({ kind: "converged", step: 0, period: null });
    expect(see(0, true)).toEqual({ kind: "converged", step: 0, period: null });
  });

  test("converged by its loss: from the step where it passed 1e-24 for good", () => {
    const half: DiscreteMap = { dimension: 1, step: ([x], out) => out.set([x! / 2]), tangent: () => {} };
    expect(fateOf(half, of(1), 60, (_, [x]) => ({ loss: x! * x! }))).toEqual({
      kind: "converged",
      step: 40,
      period: null,
    });
  });

  test("stalled: the loss stands though the position moves; a change of 2e-12 is a change", () => {
    const drift: DiscreteMap = { dimension: 1, step: ([x], out) => out.set([x! + 1e-3]), tangent: () => {} };
    const loss = (change: number) => (t: number) => ({ loss: 1 + (t > 950 ? change : 0) });
    expect(fateOf(drift, of(0), 1000, loss(0))).toEqual({ kind: "stalled", step: 900, period: null });
    expect(fateOf(drift, of(0), 1000, loss(2e-12)).kind).toBe("wandering");
  });
});

describe("compositions", () => {
  // det D(F∘G) = det DF · det DG, D(F∘G)ᵀ = DGᵀDFᵀ: checked against dense matrices; the order of factors matters.
  const maps = [henon().at(1.4), henon(0.5).at(1.1), henon(-0.2).at(0.7)];
  const epoch = composition(maps);

  test("step, tangent, adjoint and volume are those of the factors in turn", () => {
    const x = of(0.2, -0.3);
    let point: Float64Array = x.slice();
    for (const map of maps) {
      const out = of(0, 0);
      map.step(point, out);
      point = out;
    }
    const out = of(0, 0);
    epoch.step(x, out);
    expect(out).toEqual(point);
    const jacobian = denseTangent(epoch, x);
    expect(epoch.logAbsDet!(x)).toBeCloseTo(lu(jacobian).logAbsDet, 12);
    expect(epoch.logAbsDet!(x)).toBeCloseTo(Math.log(0.3 * 0.5 * 0.2), 12);
    const h = 1e-6;
    for (const j of [0, 1]) {
      const [plus, minus] = [of(0, 0), of(0, 0)];
      epoch.step(
        x.map((value, i) => value + (i === j ? h : 0)),
        plus,
      );
      epoch.step(
        x.map((value, i) => value - (i === j ? h : 0)),
        minus,
      );
      for (const i of [0, 1]) expect((plus[i]! - minus[i]!) / (2 * h)).toBeCloseTo(jacobian.data[2 * i + j]!, 5);
    }
    epoch.adjoint!(x, of(1, 0), out);
    expect([...out].map((value, j) => value - jacobian.data[j]!).every((gap) => Math.abs(gap) < 1e-12)).toBe(true);
  });

  test("the tangent of an iterate is the product along the orbit; kinks of every point are kept", () => {
    const map = tent.at(1.9);
    const third = iterate(map, 3);
    expect(denseTangent(third, of(0.2)).data[0]).toBeCloseTo(1.9 * 1.9 * -1.9, 12); // 0.2, 0.38, 0.722
    const kinks = new Float64Array(third.switchCount!);
    third.switching!(of(0.2), kinks);
    for (const [i, value] of [2 * 0.2 - 1, 2 * 0.38 - 1, 2 * 0.722 - 1].entries()) {
      expect(kinks[i]).toBeCloseTo(value, 14);
    }
    expect(iterate(cubic.at(2), 1)).toHaveProperty("dimension", 1);
    expect(() => iterate(map, 2.5)).toThrow("iterate: period must be an integer ≥ 1, got 2.5");
  });
});
