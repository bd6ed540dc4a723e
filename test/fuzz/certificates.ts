import { families as all, fuzzCertificates } from "./certificates/certificate-fuzz.ts";

// npm run fuzz:certificates -- [problems] [seed] [part of a family's name]
const [count = "10000", seed = "1", name = ""] = process.argv.slice(2);
const start = performance.now();
const only = all.filter((family) => family.name.includes(name));
const { families, failures } = fuzzCertificates(Number(count), Number(seed), only);
const percent = (part: number, whole: number) => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);
console.log("| family | problems | proved | disproved | undecided | list complete |\n|---|---|---|---|---|---|");
for (const f of families) {
  const of = (part: number) => percent(part, f.problems);
  console.log(
    `| ${f.name} | ${f.problems} | ${of(f.proved)} | ${of(f.disproved)} | ${of(f.undecided)} | ${of(f.complete)} |`,
  );
}
console.log(
  `${count} problems, seed ${seed}, ${Math.round((performance.now() - start) / 1000)} s, ${failures.length} failures`,
);
for (const failure of failures.slice(0, 20)) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
