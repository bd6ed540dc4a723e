// Progress is one line on a terminal and nothing anywhere else; the time left is (1 − f)/f of the time so far.
import { expect, test } from "vitest";
import { progressLine } from "./index.ts";

function terminal(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const line = progressLine(stream, () => time);
  return { written, line, wait: (ms: number) => (time += ms), last: () => written.at(-1)?.replace(/^\r.\[K/u, "") };
}

test("nothing is written when the stream is no terminal", () => {
  const { line, written } = terminal(false);
  line.update("minimising", 0.5);
  line.clear();
  expect(written).toEqual([]);
});

test("a stage shows its share and the time left, counted from the beginning of the stage", () => {
  const { line, wait, last } = terminal(true);
  line.update("reading", null);
  expect(last()).toBe("reading");
  wait(60_000);
  line.update("λ", 0);
  expect(last()).toBe("λ  0 %");
  wait(10_000);
  line.update("λ", 0.25);
  expect(last()).toBe("λ  25 %  about 30 s left");
  wait(600_000);
  line.update("λ", 0.5);
  expect(last()).toBe("λ  50 %  about 10 min left");
});

test("one stage is drawn at most ten times a second, and a line never wraps", () => {
  const { line, written, wait, last } = terminal(true, 20);
  for (let i = 0; i < 100; i++) {
    line.update("x".repeat(50), i / 100);
    wait(10);
  }
  expect(written.length).toBeLessThanOrEqual(10);
  expect(last()!.length).toBe(19);
});

test("clear wipes the line once", () => {
  const { line, written } = terminal(true);
  line.clear();
  line.update("a", null);
  line.clear();
  line.clear();
  expect(written).toEqual(["\r\u001b[Ka", "\r\u001b[K"]);
});
