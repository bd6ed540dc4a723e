export { type AskOptions, ask, check, stability, toolVersion } from "./ask.ts";
export { sealCertificate } from "./certificate-file.ts";
export { type Forecast, gigabytes } from "./forecast.ts";
export { type Host, InputError, InterruptedError, type Journal } from "./host.ts";
export { type InspectedArray, type Inspection, inspectArrays, inspectExperiment } from "./inspect.ts";
export { publishedExperiment } from "./reproduce/index.ts";
export { answeredVerbs, run } from "./run.ts";
export { type Verification, verifyCertificate } from "./verify-certificate.ts";
