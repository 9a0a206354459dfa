/*
 * Counts what a running process tells the outside, and ends it with SIGKILL at one of these calls: strace's own
 * injection counts for each thread apart, and cannot tell the printer's line from the wake-up of a thread.
 *
 *   strike PID                                      prints "CALL TARGET" for each call until it is killed
 *   strike PID CALL TARGET ORDINAL before|after     kills PID at that one, prints "struck" when it is gone
 *
 * Both print "ready" when every thread is watched. TARGET is a file's name, pts/N, tcp, or a Unix socket's name.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_THREADS = 256, NAME_BYTES = 256 };

/* Where the target is: a descriptor, or a path, in the argument of this number. */
static const struct call {
  long number;
  const char *name;
  int fd, path;
} calls[] = {
  {SYS_write, "write", 0, -1},        {SYS_writev, "writev", 0, -1},       {SYS_pwrite64, "pwrite", 0, -1},
  {SYS_pwritev, "pwritev", 0, -1},    {SYS_sendto, "sendto", 0, -1},       {SYS_sendmsg, "sendmsg", 0, -1},
  {SYS_connect, "connect", 0, -1},    {SYS_fsync, "fsync", 0, -1},         {SYS_fdatasync, "fdatasync", 0, -1},
  {SYS_ftruncate, "ftruncate", 0, -1}, {SYS_fallocate, "fallocate", 0, -1}, {SYS_renameat2, "rename", -1, 1},
  {SYS_renameat, "rename", -1, 1},    {SYS_unlinkat, "unlink", -1, 1},
#ifdef SYS_rename
  {SYS_rename, "rename", -1, 0},      {SYS_unlink, "unlink", -1, 0},
#endif
};

static pid_t terminal;
static int handle;
static struct thread {
  pid_t id;
  bool stopped, struck;
} threads[MOST_THREADS];
static int known, seen;
static bool struck;

static void fail(const char *what) {
  fprintf(stderr, "strike: %s: %s\n", what, strerror(errno));
  exit(1);
}

static struct thread *thread_of(pid_t id) {
  for (int at = 0; at < known; at++)
    if (threads[at].id == id) return &threads[at];
  if (known == MOST_THREADS) {
    fprintf(stderr, "strike: more than %d threads\n", MOST_THREADS);
    exit(1);
  }
  threads[known] = (struct thread){.id = id};
  return &threads[known++];
}

/* The name in a Unix socket's own or its peer's address; a socket that has neither has no name. */
static void socket_name(int fd, char *name) {
  int domain = 0;
  socklen_t size = sizeof domain;
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  if (domain != AF_UNIX) {
    strcpy(name, "tcp");
    return;
  }
  strcpy(name, "unix");
  for (int peer = 0; peer < 2; peer++) {
    struct sockaddr_un address = {0};
    socklen_t length = sizeof address;
    int failed = peer ? getpeername(fd, (struct sockaddr *)&address, &length)
                      : getsockname(fd, (struct sockaddr *)&address, &length);
    if (!failed && address.sun_path[0] == '/') snprintf(name, NAME_BYTES, "%s", basename(address.sun_path));
  }
}

/* False where nothing outside the process hears of it: an eventfd that wakes a thread, an epoll, a pipe to itself. */
static bool fd_target(int fd, char *name) {
  char link[64], path[NAME_BYTES] = {0};
  snprintf(link, sizeof link, "/proc/%d/fd/%d", terminal, fd);
  if (readlink(link, path, sizeof path - 1) < 0) return false;
  if (strncmp(path, "anon_inode:", 11) == 0) return false;
  if (strncmp(path, "pipe:", 5) == 0) snprintf(name, NAME_BYTES, "log");
  else if (strncmp(path, "socket:", 7) == 0) {
    int own = syscall(SYS_pidfd_getfd, handle, fd, 0);
    if (own < 0) fail("pidfd_getfd");
    socket_name(own, name);
    close(own);
  } else if (strncmp(path, "/dev/", 5) == 0) snprintf(name, NAME_BYTES, "%s", path + 5);
  else snprintf(name, NAME_BYTES, "%s", basename(path));
  return true;
}

static bool path_target(unsigned long at, char *name) {
  char path[NAME_BYTES] = {0};
  struct iovec here = {path, sizeof path - 1}, there = {(void *)at, sizeof path - 1};
  /* Near the end of a mapped page only the bytes up to that end can be read. */
  while (process_vm_readv(terminal, &here, 1, &there, 1, 0) < 0) {
    if (here.iov_len < 2) return false;
    here.iov_len = there.iov_len = here.iov_len / 2;
  }
  snprintf(name, NAME_BYTES, "%s", basename(path));
  return true;
}

static bool target_of(const struct __ptrace_syscall_info *info, const char **call, char *target) {
  for (size_t at = 0; at < sizeof calls / sizeof *calls; at++) {
    if (calls[at].number != (long)info->entry.nr) continue;
    *call = calls[at].name;
    return calls[at].fd >= 0 ? fd_target((int)info->entry.args[calls[at].fd], target)
                             : path_target(info->entry.args[calls[at].path], target);
  }
  return false;
}

static void seize(void) {
  char folder[64];
  snprintf(folder, sizeof folder, "/proc/%d/task", terminal);
  for (int before = -1; before != known;) {
    before = known;
    DIR *tasks = opendir(folder);
    if (tasks == NULL) fail("no such process");
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
      pid_t id = atoi(entry->d_name);
      if (id == 0) continue;
      int count = known;
      thread_of(id);
      if (known == count) continue;
      if (ptrace(PTRACE_SEIZE, id, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE) < 0) fail("it may not be traced");
      if (ptrace(PTRACE_INTERRUPT, id, 0, 0) < 0) fail("it cannot be stopped");
    }
    closedir(tasks);
  }
}

static void strike(void) {
  struck = true;
  kill(terminal, SIGKILL);
}

/* What a stop at a system call means; `words` are CALL TARGET ORDINAL before|after, or null to print each. */
static void at_call(struct thread *thread, char **words) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->id, sizeof info, &info) < 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread->struck) strike();
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  char target[NAME_BYTES];
  const char *call;
  if (!target_of(&info, &call, target)) return;
  if (words == NULL) {
    printf("%s %s\n", call, target);
    return;
  }
  if (strcmp(call, words[0]) != 0 || strcmp(target, words[1]) != 0 || ++seen != atoi(words[2])) return;
  if (strcmp(words[3], "after") == 0) thread->struck = true;
  else strike();
}

int main(int count, char **words) {
  if (count != 2 && count != 6) {
    fputs("strike PID [CALL TARGET ORDINAL before|after]\n", stderr);
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  terminal = atoi(words[1]);
  handle = syscall(SYS_pidfd_open, terminal, 0);
  if (handle < 0) fail("no such process");
  seize();
  const int first = known;
  int waited = first;
  for (;;) {
    int status;
    pid_t id = waitpid(-1, &status, __WALL);
    if (id < 0) fail("it cannot be waited for");
    if (!WIFSTOPPED(status)) {
      if (id != terminal) continue;
      puts(struck ? "struck" : "ended");
      return 0;
    }
    struct thread *thread = thread_of(id);
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) at_call(thread, count == 6 ? words + 2 : NULL);
    if (!thread->stopped) {
      thread->stopped = true;
      if (thread - threads < first && --waited == 0) puts("ready");
    }
    /* The process's own signals are delivered to it; stops that ptrace made are not. */
    ptrace(PTRACE_SYSCALL, id, 0, event != 0 || signal == (SIGTRAP | 0x80) ? 0 : signal);
  }
}
