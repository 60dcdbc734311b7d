// SPDX-License-Identifier: Apache-2.0
// memStress --size N[%|B|K|M|G..] --workers N [--time T] [--client]: each worker allocates and
// touches SIZE and holds it until killed; chaos-daemon calls it by this name.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kPageBytes = 4096 };

// A part of the machine's memory, or a number with a unit of 1024s.
static unsigned long long BytesOf(const char *text) {
  char *end;
  double value = strtod(text, &end);
  if (*end == '%') {
    value = value / 100 * (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return (unsigned long long)value;
  }
  const char *units = "kKmMgGtT";
  const char *unit = *end ? strchr(units, *end) : 0;
  if (unit) {
    for (int i = 0; i <= (unit - units) / 2; i++) value *= 1024;
  }
  return (unsigned long long)value;
}

static int Hold(unsigned long long bytes) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char *memory = malloc(bytes);
  if (!memory) return 1;
  for (unsigned long long i = 0; i < bytes; i += kPageBytes) memory[i] = 1;
  pause();
  return 0;
}

int main(int argc, char **argv) {
  unsigned long long bytes = 0;
  int workers = 1;
  for (int i = 1; i < argc; i++) {
    const char *equals = strchr(argv[i], '=');
    const char *value = equals ? equals + 1 : (i + 1 < argc ? argv[i + 1] : "");
    if (strncmp(argv[i], "--size", 6) == 0) bytes = BytesOf(value);
    if (strncmp(argv[i], "--workers", 9) == 0) workers = atoi(value);
  }
  for (int i = 0; i < workers; i++) {
    if (fork() == 0) return Hold(bytes);
  }
  while (wait(0) > 0) {
  }
  return 0;
}
