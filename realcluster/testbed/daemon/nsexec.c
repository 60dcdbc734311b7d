// SPDX-License-Identifier: Apache-2.0
// nsexec: runs a command in namespaces of another process; chaos-daemon calls it by this name.
//   nsexec [-l] [-m|-u|-i|-n|-p|-U /proc/PID/ns/X]... -- COMMAND ARGUMENT...
// -l (keep the caller's mount tree visible): the mount namespace is not entered.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kNamespacesMax = 16 };

static pid_t child;

static void Forward(int signal_number) {
  if (child > 0) kill(child, signal_number);
}

static int Become(char **words) {
  execvp(words[0], words);
  perror(words[0]);
  return 127;
}

// A process id namespace is entered by children only.
static int RunChild(char **words) {
  signal(SIGTERM, Forward);
  signal(SIGINT, Forward);
  signal(SIGCONT, Forward);
  child = fork();
  if (child < 0) {
    perror("fork");
    return 1;
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGCONT, SIG_DFL);
    _exit(Become(words));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
  int option, local = 0, enters_pids = 0, count = 0;
  int descriptors[kNamespacesMax], kinds[kNamespacesMax];
  while ((option = getopt(argc, argv, "+lm:u:i:n:p:U:")) != -1) {
    if (option == 'l') {
      local = 1;
      continue;
    }
    if (option == '?' || count == kNamespacesMax) return 2;
    descriptors[count] = open(optarg, O_RDONLY | O_CLOEXEC);
    if (descriptors[count] < 0) {
      perror(optarg);
      return 1;
    }
    kinds[count++] = option;
  }
  if (optind >= argc) return 2;
  for (int i = 0; i < count; i++) {
    if (kinds[i] == 'm' && local) continue;
    if (setns(descriptors[i], 0) != 0) {
      fprintf(stderr, "nsexec: -%c: %s\n", kinds[i], strerror(errno));
      return 1;
    }
    if (kinds[i] == 'p') enters_pids = 1;
  }
  return enters_pids ? RunChild(argv + optind) : Become(argv + optind);
}
