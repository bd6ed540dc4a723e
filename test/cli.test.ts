// The command line as a person meets it (DESIGN §4), on the built program: reference values of THEORY §6 on standard
// output, one sentence and exit code 2 for whatever is wrong, folders that are whole or absent, exit code 3 after Ctrl-C.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 180_000 });

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "dist", "cli", "main.js");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "separatrix-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function separatrix(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd: root, encoding: "utf8" });
  return { status, stdout, stderr };
}

function record(...args: string[]) {
  const { status, stdout, stderr } = separatrix(...args, "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

const small = `model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data:
  inputs: [[0.9], [2.5]]
  targets: [[0.9], [2.5]]
loss: { type: mse, scale: 0.5 }
parameters: { values: [1, 1] }
optimizer: { type: sgd, stepSize: 0.15 }
`;
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test("--version prints the version of the package", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(separatrix("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
});

describe("the paper's example and WME18, from the command line", () => {
  test("η = .15, p = .5, s = 2 (THEORY §6)", () => {
    const { results } = record("stability", "examples/two-weight.yaml");
    expect(results.mu.value).toBeCloseTo(-2.8302178350764, 9);
    expect(results.lambda.value).toBeCloseTo(-0.20596170908461, 9);
    expect(results.stableStepSizes.gd[0][1]).toBeCloseTo(0.28328611898017, 9);
    expect(results.stableStepSizes.meanSquare[0][1]).toBeCloseTo(0.17775047458873, 9);
    const sgd = [0, 0.19769233188957, 0.49959161872772, 0.69728395061728];
    results.stableStepSizes.sgd.flat().forEach((edge: number, i: number) => {
      expect(edge).toBeCloseTo(sgd[i]!, 9);
    });
  });

  test("η = .3, p = .58, s = 4: stable for SGD, unstable for gradient descent", () => {
    const { results } = record("stability", "examples/two-weight-right.yaml");
    expect(results.mu.value).toBeCloseTo(0.99833512714139, 9);
    expect(results.lambda.value).toBeCloseTo(-1.2876625316294, 9);
    expect([results.mu.verdict, results.lambda.verdict]).toEqual(["unstable", "stable"]);
  });

  test("the 2-cycle at η = .325: found, proved, alone in its box, and its certificate accepted (THEORY §6)", () => {
    const out = join(folder, "cycle");
    const { results } = record("orbits", "examples/two-weight-cycle.yaml", "--out", out, "--quiet");
    expect(results.orbits).toHaveLength(1);
    expect(results.orbits[0].points[0][0]).toBeCloseTo(0.771520811155029, 12);
    expect(results.orbits[0].points[1][1]).toBeCloseTo(1.12978105614174, 12);
    expect(results.orbits[0].enclosure.stability).toBe("stable");
    expect(results.orbitBox).toMatchObject({ complete: true, undecided: 0 });
    const { status, stdout } = separatrix("verify", join(out, results.orbits[0].proof));
    expect(status).toBe(0);
    expect(stdout).toContain("exactly one orbit of minimal period 2 in the boxes given; it is stable");
  });

  test("WME18 at x = 1, and at x = 0 by --set", () => {
    const at1 = record("stability", "examples/wme18.yaml");
    expect(at1.results.mu.value).toBeCloseTo(-0.9162907318741553, 9);
    expect(at1.results.lambda.value).toBeCloseTo(0.17799735631693397, 9);
    const at0 = record("stability", "examples/wme18.yaml", "--set", "parameters.values=[0]");
    expect(at0.results.mu.value).toBeCloseTo(-0.9162907318741553, 9);
    expect(at0.results.lambda.value).toBeCloseTo(-0.9162907318741553, 9);
  });
});

describe("certificates", () => {
  test("accepted: 0; changed: 1; a missing file or no certificate: 2", () => {
    const out = join(folder, "certified");
    write("data.csv", "x,y\n0.3,0.5\n-0.7,-0.2\n1,1\n");
    const data = "data:\n  inputs: { file: data.csv, columns: [x] }\n  targets: { file: data.csv, columns: [y] }\n";
    const text = small.replace(/data:\n.*\n.*\n/, data).replace("values: [1, 1]", "init: torch");
    const experiment = write("certified.yaml", text);
    expect(separatrix("certify", experiment, "--out", out, "--quiet").status).toBe(0);
    const certificate = join(out, "certificate.json");
    const accepted = separatrix("verify", certificate);
    expect(accepted.status).toBe(0);
    expect(accepted.stdout).toContain("at every step size");
    const written = readFileSync(certificate, "utf8");
    expect(JSON.parse(written).inputs[0].path).toBe("../data.csv");
    const changed = write("certified/changed.json", written.replace('"every"', '"this"'));
    expect(separatrix("verify", changed)).toMatchObject({ status: 1, stderr: "" });
    expect(separatrix("verify", experiment)).toMatchObject({ status: 2, stdout: "" });
    expect(separatrix("verify", join(folder, "none.json")).status).toBe(2);
    write("data.csv", "x,y\n0.3,0.5\n-0.7,-0.2\n1,2\n");
    expect(separatrix("verify", certificate).stdout).toContain("rejected: ../data.csv has changed");
    rmSync(join(folder, "data.csv"));
    const missing = separatrix("verify", certificate);
    expect(missing).toMatchObject({ status: 2, stdout: "" });
    expect(missing.stderr).toContain("../data.csv: expected a file, found none");
  });
});

describe("what is wrong is said in one sentence, and nothing is written", () => {
  const change = (from: string | RegExp, to: string) => {
    const text = small.replace(from, to);
    expect(text).not.toBe(small);
    return text;
  };
  const withData = (file: string) => change("[[0.9], [2.5]]\n", `{ file: ${file} }\n`);

  test.each<[string, () => string, RegExp]>([
    ["no file", () => join(folder, "none.yaml"), /none\.yaml: expected a file, found none/],
    ["a directory", () => folder, /expected a file, found a directory/],
    ["an empty file", () => write("e.yaml", ""), /e\.yaml:1:1: expected an experiment, found an empty file/],
    ["broken YAML", () => write("b.yaml", "model: [1,"), /b\.yaml:\d+:\d+: expected YAML or JSON/],
    [
      "an unknown key",
      () => write("k.yaml", change("stepSize", "lr")),
      /k\.yaml:11:25: optimizer\.lr: .*did you mean stepSize\?/,
    ],
    [
      "ragged data",
      () => write("r.yaml", change("[[0.9], [2.5]]", "[[0.9], [2.5, 1]]")),
      /data\.inputs\[1\]: expected a list of 1/,
    ],
    ["text for a number", () => write("t.yaml", change("[0.9]", "[nine]")), /expected a finite number, found "nine"/],
    ["NaN", () => write("n.yaml", change("[0.9]", "[.nan]")), /expected a finite number, found NaN/],
    [
      "1e9 units",
      () => write("u.yaml", change("units: 1,", "units: 1e9,")),
      /units: expected an integer in 1\.\.16777216/,
    ],
    ["a network that fits nowhere", () => write("w.yaml", change(/units: 1,/g, "units: 16777216,")), /separatrix: /],
    [
      "weights of sum 0.9",
      () => write("p.yaml", change("loss:", "  weights: [0.5, 0.4]\nloss:")),
      /add up to 1, found a sum of 0\.9/,
    ],
    [
      "a batch larger than the data",
      () => write("l.yaml", `${small}batch: { size: 3, law: without-replacement }\n`),
      /batch\.size: expected at most the 2 samples/,
    ],
    ["too few parameters", () => write("f.yaml", change("[1, 1]", "[1]")), /parameters.*expected 2/],
    [
      "inputs of another size",
      () => write("i.yaml", change("input: [1]", "input: [3]")),
      /expected samples of shape \[3\]/,
    ],
    [
      "a data file that is missing",
      () => write("d.yaml", withData("none.csv")),
      /none\.csv: expected a file, found none/,
    ],
    ["a data file that is a directory", () => write("g.yaml", withData(".")), /expected a file, found a directory/],
    [
      "a gzip file that is cut off",
      () => write("z.yaml", withData(write("z.csv.gz", Uint8Array.of(31, 139, 8, 0, 0)))),
      /z\.csv\.gz: expected a gzip file/,
    ],
    [
      "a table with a word",
      () => write("c.yaml", withData(write("c.csv", "x\n0.9\nabc\n"))),
      /c\.csv: row 2, column "x": expected a finite number, found "abc"/,
    ],
    [
      "a formula that breaks off",
      () =>
        write(
          "o.yaml",
          "objective: { parameters: [x], samples: ['x^'] }\nparameters: { values: [1] }\noptimizer: { type: gd, stepSize: 0.1 }\n",
        ),
      /separatrix: /,
    ],
    ["bytes that are no text", () => write("x.yaml", Uint8Array.of(0xff, 0xfe, 0, 1)), /expected text in UTF-8/],
  ])("%s", (_, prepare, message) => {
    const out = join(folder, "out");
    const { status, stdout, stderr } = separatrix("check", prepare(), "--out", out);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^separatrix: [^\n]+\n$/);
    expect({ status, stdout, written: existsSync(out) }).toEqual({ status: 2, stdout: "", written: false });
  });

  test.each([
    [["chekc", "examples/two-weight.yaml"], /Did you mean check\?/],
    [["check"], /missing required argument/],
    [
      ["check", "examples/two-weight.yaml", "--set", "optimizer.lr=1"],
      /--set optimizer\.lr=1: .*did you mean stepSize\?/,
    ],
    [["report", "examples"], /record\.json: expected a file, found none/],
  ])("%j", (args, message) => {
    const { status, stdout, stderr } = separatrix(...args);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe("--out", () => {
  test("writes a folder that the same run may replace, another only with --force, and `report` draws again", () => {
    const out = join(folder, "run");
    const first = separatrix("check", "examples/two-weight.yaml", "--out", out, "--quiet");
    expect(first).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(out)).toEqual(expect.arrayContaining(["data", "figures", "record.json", "report.html"]));
    const stored = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));

    expect(separatrix("check", "examples/two-weight.yaml", "--out", out, "--quiet").status).toBe(0);
    const again = JSON.parse(readFileSync(join(out, "record.json"), "utf8"));
    expect({ ...again, seconds: 0 }).toEqual({ ...stored, seconds: 0 });
    const page = readFileSync(join(out, "report.html"), "utf8");

    const other = ["check", "examples/two-weight.yaml", "--seed", "1", "--out", out];
    const refused = separatrix(...other);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/--force replaces it/);
    expect(JSON.parse(readFileSync(join(out, "record.json"), "utf8")).runId).toBe(stored.runId);

    writeFileSync(join(out, "report.html"), "");
    expect(separatrix("report", out, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(out, "report.html"), "utf8")).toBe(page);

    expect(separatrix(...other, "--force", "--quiet").status).toBe(0);
    expect(JSON.parse(readFileSync(join(out, "record.json"), "utf8")).runId).not.toBe(stored.runId);
  });
});

test("--strict ends with 1 when a verdict is open, and with 0 when all are closed", () => {
  expect(separatrix("check", "examples/two-weight.yaml", "--strict", "--quiet").status).toBe(0);
  const { status, stdout } = separatrix("check", "examples/wme18.yaml", "--strict", "--json");
  const { lambda, nonsingularity } = JSON.parse(stdout).results;
  const isOpen = [lambda.verdict, nonsingularity.verdict].some((v) =>
    ["undetermined", "undecided", "disproved"].includes(v),
  );
  expect(status).toBe(isOpen ? 1 : 0);
});

test("--dry-run says what a run would take, and runs nothing", () => {
  const out = join(folder, "dry");
  const { status, stdout } = separatrix("check", "examples/digits.yaml", "--dry-run", "--out", out);
  expect(status).toBe(0);
  expect(stdout).toMatch(/about .* of the .* there are, .* on one thread: fits\n$/);
  expect(existsSync(out)).toBe(false);
});

test("the interpreter and WebAssembly agree, under different names", () => {
  const wasm = record("stability", "examples/two-weight-right.yaml");
  const reference = record("stability", "examples/two-weight-right.yaml", "--engine", "reference");
  expect(reference.results.lambda.value).toBeCloseTo(wasm.results.lambda.value, 12);
  expect(reference.runId).not.toBe(wasm.runId);
});

test("`init` writes an experiment that `inspect` and `stability` understand", () => {
  const file = join(folder, "first.yaml");
  expect(separatrix("init", file).status).toBe(0);
  expect(separatrix("init", file)).toMatchObject({ status: 2, stdout: "" });
  expect(separatrix("inspect", file, "--program").stdout).toMatch(/parameters +25\n[\s\S]*%0 /);
  expect(record("stability", file, "--set", "stability.steps=2000").results.minimum.interpolating).toBe(true);
});

test("`inspect` reads data files, records and run folders", () => {
  expect(separatrix("inspect", "examples/data/digits.csv.gz").stdout).toMatch(/array +\[1797, 65\] +0 … 16\n/);
  const out = join(folder, "seen");
  separatrix("check", "examples/two-weight.yaml", "--out", out, "--quiet");
  expect(separatrix("inspect", out).stdout).toMatch(/SGD keeps this minimum/);
});

test("Ctrl-C ends with 3 and leaves no folder behind", async () => {
  const place = join(folder, "interrupted");
  mkdirSync(place);
  const args = ["check", "examples/digits.yaml", "--set", "minimize.tolerance=0", "--out", join(place, "run")];
  const child = spawn(process.execPath, [command, ...args], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  await new Promise((resolve) => setTimeout(resolve, 4000)); // well inside the minimisation, which never ends here
  child.kill("SIGINT");
  expect(await ended).toBe(3);
  expect(stderr).toMatch(/^separatrix: [^\n]+\n$/);
  expect(readdirSync(place)).toEqual([]);
});
