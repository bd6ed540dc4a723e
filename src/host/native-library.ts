import { createRequire } from "node:module";

/** The system's BLAS and LAPACK, opened; see the manuals of the routines for their arguments (column- and row-major). */
export interface NativeLibrary {
  /** The file, and what the library says of itself: "libopenblas.so.0: OpenBLAS 0.3.21 … Zen". */
  readonly name: string;
  readonly dgemm: Routine;
  readonly dsyrk: Routine;
  readonly dsyevd: Routine;
  /** Threads that the library computes with from now on; does nothing where it cannot be told. */
  setThreads(count: number): void;
}

export type Routine = (...values: readonly (number | string | Float64Array | Int32Array)[]) => void;

/** What we use of koffi, which is optional: without it there is no native engine. */
interface Koffi {
  load(path: string): { func(prototype: string): (...values: readonly unknown[]) => unknown };
}

/** Files that hold BLAS and LAPACK, often one and the same. */
export interface LibraryFiles {
  readonly blas: string;
  readonly lapack: string;
}

/** Where they may be found, the best first. */
const usualFiles: readonly LibraryFiles[] = [
  { blas: "libopenblas.so.0", lapack: "libopenblas.so.0" },
  { blas: "libopenblas.so", lapack: "libopenblas.so" },
  { blas: "libblas.so.3", lapack: "liblapack.so.3" },
  { blas: "libopenblas.dylib", lapack: "libopenblas.dylib" },
  {
    blas: "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    lapack: "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
  },
  { blas: "libopenblas.dll", lapack: "libopenblas.dll" },
];

/** Opens the first library that has all we need; a sentence why there is none otherwise. */
export function openNativeLibrary(candidates = usualFiles): NativeLibrary | string {
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return "the optional package koffi is not installed";
  }
  for (const { blas, lapack } of candidates) {
    try {
      return open(koffi, blas, lapack);
    } catch {} // the next one
  }
  return "no OpenBLAS was found (on Debian: apt-get install libopenblas0)";
}

/** RTLD_NOW | RTLD_NODELETE of Linux. */
const KEEP_LOADED = 0x1002;

/**
 * Keeps a library in memory until the process ends: koffi lets go of it earlier, when threads of the library's own
 * may still run its code (OpenBLAS with OpenMP crashed at the exit).
 */
function keepLoaded(koffi: Koffi, path: string): void {
  try {
    koffi.load("libc.so.6").func("void *dlopen(const char *, int)")(path, KEEP_LOADED);
  } catch {} // another system than Linux
}

function open(koffi: Koffi, blas: string, lapack: string): NativeLibrary {
  const library = koffi.load(blas);
  keepLoaded(koffi, blas);
  const eigen = blas === lapack ? library : koffi.load(lapack);
  const routine = (from: typeof library, prototype: string) => from.func(prototype) as Routine;
  const optional = (prototype: string) => {
    try {
      return library.func(prototype);
    } catch {
      return null;
    }
  };
  const says = [optional("const char *openblas_get_config()"), optional("const char *openblas_get_corename()")];
  const words = says.flatMap((say) => (say ? [String(say())] : [])).join(", core ");
  const setThreads = optional("void openblas_set_num_threads(int)");
  const [matrix, number] = ["double *", "double"];
  return {
    name: words === "" ? blas : `${blas}: ${words}`,
    dgemm: routine(
      library,
      `void cblas_dgemm(int, int, int, int, int, int, ${number}, ${matrix}, int, ${matrix}, int, ${number}, ${matrix}, int)`,
    ),
    dsyrk: routine(
      library,
      `void cblas_dsyrk(int, int, int, int, int, ${number}, ${matrix}, int, ${number}, ${matrix}, int)`,
    ),
    dsyevd: routine(
      eigen,
      `void dsyevd_(const char *, const char *, int *, ${matrix}, int *, ${matrix}, ${matrix}, int *, int *, int *, int *)`,
    ),
    setThreads: (count) => void setThreads?.(count),
  };
}
