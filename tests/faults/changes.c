// Kills a process before its n-th change of what lies below a folder: preloaded, it stands between
// a program, all its libraries among it, and the system's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[4096];
static long step, count;
static int torn;

// from now on; at 0 nothing is killed, and the changes are counted
void arm(const char *folder, long at, int half) {
  strncpy(root, folder, sizeof root - 1);
  step = at;
  torn = half;
  count = 0;
}

long counted(void) { return count; }

static int below(const char *path) {
  return root[0] && path && strncmp(path, root, strlen(root)) == 0;
}

static int below_open(int file) {
  char link[64], path[4096];
  if (!root[0]) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

static int last(void) { return __sync_add_and_fetch(&count, 1) == step; }

static void change(void) {
  if (last()) kill(getpid(), SIGKILL);
}

#define REAL(name)                   \
  static __typeof__(&name) real;     \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// a write may end in its middle
#define WRITE(...)                                                   \
  if (below_open(file) && last()) {                                  \
    if (torn && size > 1) real(file, content, size / 2 __VA_ARGS__); \
    kill(getpid(), SIGKILL);                                         \
  }

ssize_t write(int file, const void *content, size_t size) {
  REAL(write);
  WRITE()
  return real(file, content, size);
}
ssize_t pwrite(int file, const void *content, size_t size, off_t place) {
  REAL(pwrite);
  WRITE(, place)
  return real(file, content, size, place);
}
ssize_t pwrite64(int file, const void *content, size_t size, off64_t place) {
  REAL(pwrite64);
  WRITE(, place)
  return real(file, content, size, place);
}
int fsync(int file) {
  REAL(fsync);
  if (below_open(file)) change();
  return real(file);
}
int ftruncate(int file, off_t size) {
  REAL(ftruncate);
  if (below_open(file)) change();
  return real(file, size);
}
int ftruncate64(int file, off64_t size) {
  REAL(ftruncate64);
  if (below_open(file)) change();
  return real(file, size);
}
int rename(const char *old, const char *new) {
  REAL(rename);
  if (below(old)) change();
  return real(old, new);
}
int unlink(const char *path) {
  REAL(unlink);
  if (below(path)) change();
  return real(path);
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  if (below(path)) change();
  return real(path, mode);
}
int chmod(const char *path, mode_t mode) {
  REAL(chmod);
  if (below(path)) change();
  return real(path, mode);
}
static int writing(const char *path, int how) {
  return (how & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && below(path);
}
int open(const char *path, int how, ...) {
  va_list more;
  va_start(more, how);
  mode_t mode = va_arg(more, mode_t);
  va_end(more);
  REAL(open);
  if (writing(path, how)) change();
  return real(path, how, mode);
}
int open64(const char *path, int how, ...) {
  va_list more;
  va_start(more, how);
  mode_t mode = va_arg(more, mode_t);
  va_end(more);
  REAL(open64);
  if (writing(path, how)) change();
  return real(path, how, mode);
}
