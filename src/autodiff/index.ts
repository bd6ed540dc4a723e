export * from "./jvp.ts";
export * from "./sample-gradients.ts";
export * from "./switching.ts";
export * from "./vjp.ts";
