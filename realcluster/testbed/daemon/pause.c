// SPDX-License-Identifier: Apache-2.0
// pause COMMAND ARGUMENT...: waits for SIGCONT, then becomes the command. chaos-daemon starts a
// stressor this way, so that it is in the target's cgroup before it does anything.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  sigset_t signals;
  int received;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCONT);
  sigprocmask(SIG_BLOCK, &signals, 0);
  sigwait(&signals, &received);
  sigprocmask(SIG_UNBLOCK, &signals, 0);
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 127;
}
