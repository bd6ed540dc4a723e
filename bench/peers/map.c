// Gradient descent on L = ((uv - 1)^2 + (uv^2 - 1)^2)/4 from many initial conditions, with the gradient by hand.
// map COUNT STEPS SECONDS prints the seconds of one repetition.
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { GROUP = 64 };

static void descend(double *restrict u, double *restrict v, long count, long steps) {
  const double eta = 0.1;
  for (long first = 0; first < count; first += GROUP) {
    double x[GROUP], y[GROUP];
    for (int i = 0; i < GROUP; i++) x[i] = u[first + i], y[i] = v[first + i];
    for (long t = 0; t < steps; t++) {
      for (int i = 0; i < GROUP; i++) {
        double p = x[i] * y[i];
        double a = 0.5 * (p - 1), b = 0.5 * (p * y[i] - 1);
        double gu = a * y[i] + b * y[i] * y[i], gv = a * x[i] + 2 * b * p;
        x[i] -= eta * gu;
        y[i] -= eta * gv;
      }
    }
    for (int i = 0; i < GROUP; i++) u[first + i] = x[i], v[first + i] = y[i];
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  long count = (atol(argv[1]) + GROUP - 1) / GROUP * GROUP, steps = atol(argv[2]);
  double seconds = atof(argv[3]), taken = 0, sum = 0;
  double *u = malloc(count * sizeof *u), *v = malloc(count * sizeof *v);
  long repetitions = 0;
  while (taken < seconds || repetitions == 0) {
    for (long i = 0; i < count; i++) u[i] = 0.5 + (i % 1000) / 1000.0, v[i] = 1.5 - (i % 777) / 777.0;
    double start = now();
    descend(u, v, count, steps);
    taken += now() - start;
    repetitions++;
  }
  for (long i = 0; i < count; i++) sum += u[i] + v[i];
  printf("%.9e %.15g\n", taken / repetitions, sum);
  return 0;
}
