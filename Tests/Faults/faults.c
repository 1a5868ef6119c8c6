// Makes the file calls of one process fail, or kills it at one of them. README.md tells the variables.
//
// The calls go to the kernel directly: what libc has under these names may not be known yet when the first of them
// comes, and our own writing must not come back to us.

// The inline versions that it brings would stand in the way of ours.
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__LP64__)
#error "64-bit Linux only: elsewhere off_t is no single argument of a system call"
#endif

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum call { OPEN, WRITE, SYNC, TRUNCATE, RENAME, LINK, UNLINK };
static const char *const call_names[] = {"open", "write", "sync", "truncate", "rename", "link", "unlink"};

enum deed { PASS, FAIL, SHORT, KILL, KILL_AFTER };

static const struct {
    const char *name;
    enum deed deed;
    int error;
} actions[] = {
    {"ENOSPC", FAIL, ENOSPC}, {"EIO", FAIL, EIO},       {"EDQUOT", FAIL, EDQUOT},
    {"EACCES", FAIL, EACCES}, {"EROFS", FAIL, EROFS},   {"EMFILE", FAIL, EMFILE},
    {"SHORT", SHORT, ENOSPC}, {"KILL", KILL, 0},        {"KILLAFTER", KILL_AFTER, 0},
};

struct fault {
    enum call call;
    const char *part;
    long first;
    int goes_on;
    enum deed deed;
    int error;
    atomic_long count;
};

static struct fault faults[16];
static size_t fault_count;
static unsigned watched;
static const char *count_file;
static pid_t owner;

// What becomes of one call.
struct verdict {
    enum deed deed;
    int error;
    int is_counted;
};

// MARK: The configuration

// A fault that a test believes in and that is none would make every test pass.
static void refuse(const char *text) {
    dprintf(STDERR_FILENO, "faults.so: `%s` is not CALL:PATHPART:N:ACTION\n", text);
    _exit(97);
}

static void add_fault(char *text) {
    char *whole = strdup(text);
    // The path may have colons, the others do not.
    char *part = strchr(text, ':'), *action = strrchr(text, ':');
    if (fault_count == LENGTH(faults) || !part || part == action) refuse(whole);
    *part++ = *action++ = 0;
    char *number = strrchr(part, ':'), *end;
    if (!number) refuse(whole);
    *number++ = 0;

    struct fault *fault = &faults[fault_count];
    size_t call = 0, deed = 0;
    while (call < LENGTH(call_names) && strcmp(call_names[call], text)) call++;
    while (deed < LENGTH(actions) && strcmp(actions[deed].name, action)) deed++;
    fault->first = strtol(number, &end, 10);
    fault->goes_on = *end == '+';
    if (call == LENGTH(call_names) || deed == LENGTH(actions) || fault->first < 1 || end[fault->goes_on]) refuse(whole);
    fault->call = (enum call)call;
    fault->part = part;
    fault->deed = actions[deed].deed;
    fault->error = actions[deed].error;
    if (fault->deed == SHORT && fault->call != WRITE) refuse(whole);
    watched |= 1u << call;
    fault_count++;
    free(whole);
}

static void write_count(void) {
    // Without the lock a smaller number could come last. It never gets shorter, so nothing is left of an old one.
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    char text[32];
    pthread_mutex_lock(&lock);
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&faults[0].count));
    int file = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file >= 0) {
        syscall(SYS_pwrite64, file, text, (size_t)length, (off_t)0);
        syscall(SYS_close, file);
    }
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void configure(void) {
    const char *given = getenv("NIGHTJAR_FAULT"), *file = getenv("NIGHTJAR_FAULT_COUNT");
    // A copy, because the environment's memory is the program's.
    char *rest = given ? strdup(given) : NULL;
    if (file && *file) count_file = strdup(file);
    // The programs that this one starts are not to be disturbed.
    unsetenv("LD_PRELOAD");
    unsetenv("NIGHTJAR_FAULT");
    unsetenv("NIGHTJAR_FAULT_COUNT");
    owner = getpid();
    for (char *text; (text = strsep(&rest, ";"));) {
        if (*text) add_fault(text);
    }
    if (count_file && fault_count) {
        syscall(SYS_unlinkat, AT_FDCWD, count_file, 0);
        write_count();
    }
}

// MARK: The decision

static void die(void) {
    for (;;) syscall(SYS_kill, getpid(), SIGKILL);
}

static const char *path_of(int descriptor, char *buffer, size_t size) {
    char entry[64];
    snprintf(entry, sizeof entry, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, entry, buffer, size - 1);
    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

// Without a text a fault is about everything that has a path, which pipes and sockets do not.
static int is_about(const struct fault *fault, const char *path, int is_descriptor) {
    if (!*fault->part) return !is_descriptor || *path == '/';
    size_t part = strlen(fault->part), whole = strlen(path);
    // Files beside one another begin with the same name: "history.sqlite$" is not its log.
    if (fault->part[part - 1] == '$') return whole >= part - 1 && !strncmp(path + whole - part + 1, fault->part, part - 1);
    return strstr(path, fault->part) != NULL;
}

static void decide(const struct fault *fault, long number, struct verdict *verdict) {
    long late = number - fault->first;
    if (late < 0 || (late > (fault->deed == SHORT) && !fault->goes_on)) return;
    verdict->deed = fault->deed == SHORT && late > 0 ? FAIL : fault->deed;
    verdict->error = fault->error;
}

// Counts a call, and kills where it must not be made. Where there is no path it is the descriptor's.
static struct verdict judge(enum call call, const char *path, int descriptor) {
    struct verdict verdict = {PASS, 0, 0};
    // A child has our memory, or a copy of it, until it becomes another program.
    if (!(watched & 1u << call) || getpid() != owner) return verdict;
    int error = errno;
    int is_descriptor = !path;
    char buffer[PATH_MAX];
    if (is_descriptor) path = path_of(descriptor, buffer, sizeof buffer);
    for (size_t place = 0; place < fault_count; place++) {
        struct fault *fault = &faults[place];
        if (fault->call != call || !is_about(fault, path, is_descriptor)) continue;
        long number = atomic_fetch_add(&fault->count, 1) + 1;
        if (place == 0) verdict.is_counted = 1;
        if (verdict.deed == PASS) decide(fault, number, &verdict);
    }
    if (verdict.deed == KILL) die();
    errno = error;
    return verdict;
}

// The end of a call, which was not made where it is to fail.
static long settle(struct verdict verdict, long result) {
    int error = verdict.deed == FAIL ? verdict.error : errno;
    if (verdict.is_counted && count_file) write_count();
    if (verdict.deed == KILL_AFTER) die();
    errno = error;
    return result;
}

#define MADE(verdict, ...) settle(verdict, (verdict).deed == FAIL ? -1 : syscall(__VA_ARGS__))

static size_t shortened(struct verdict verdict, size_t count) {
    return verdict.deed == SHORT && count > 1 ? count / 2 : count;
}

// MARK: The calls

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    struct verdict verdict = judge(OPEN, path, -1);
    return (int)MADE(verdict, SYS_openat, folder, path, flags, mode);
}

// Only where a file may be made, there is a mode among the arguments.
#define MODE_AFTER(flags) \
    ({ \
        mode_t mode = 0; \
        if ((flags) & O_CREAT || ((flags) & O_TMPFILE) == O_TMPFILE) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        mode; \
    })

int open(const char *path, int flags, ...) { return open_at(AT_FDCWD, path, flags, MODE_AFTER(flags)); }
int openat(int folder, const char *path, int flags, ...) { return open_at(folder, path, flags, MODE_AFTER(flags)); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

ssize_t write(int file, const void *bytes, size_t count) {
    struct verdict verdict = judge(WRITE, NULL, file);
    return MADE(verdict, SYS_write, file, bytes, shortened(verdict, count));
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    struct verdict verdict = judge(WRITE, NULL, file);
    return MADE(verdict, SYS_pwrite64, file, bytes, shortened(verdict, count), offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    struct verdict verdict = judge(WRITE, NULL, file);
    if (verdict.deed != SHORT || count < 1 || count > IOV_MAX) return MADE(verdict, SYS_writev, file, parts, count);
    struct iovec some[IOV_MAX];
    size_t left = 0;
    for (int place = 0; place < count; place++) left += parts[place].iov_len;
    left = shortened(verdict, left);
    for (int place = 0; place < count; place++) {
        some[place] = parts[place];
        if (some[place].iov_len > left) some[place].iov_len = left;
        left -= some[place].iov_len;
    }
    return MADE(verdict, SYS_writev, file, some, count);
}

int fsync(int file) {
    struct verdict verdict = judge(SYNC, NULL, file);
    return (int)MADE(verdict, SYS_fsync, file);
}

int fdatasync(int file) {
    struct verdict verdict = judge(SYNC, NULL, file);
    return (int)MADE(verdict, SYS_fdatasync, file);
}

int ftruncate(int file, off_t length) {
    struct verdict verdict = judge(TRUNCATE, NULL, file);
    return (int)MADE(verdict, SYS_ftruncate, file, length);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    struct verdict verdict = judge(RENAME, to, -1);
    return (int)MADE(verdict, SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int link(const char *from, const char *to) {
    struct verdict verdict = judge(LINK, to, -1);
    return (int)MADE(verdict, SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder, const char *path, int flags) {
    struct verdict verdict = judge(UNLINK, path, -1);
    return (int)MADE(verdict, SYS_unlinkat, folder, path, flags);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

// libc's calls its own unlink, not ours.
int remove(const char *path) {
    int result = unlink(path);
    return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

// On 64-bit machines these are the same calls. SQLite uses the names on the left, Swift the ones on the right.
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));
int creat64(const char *path, mode_t mode) __attribute__((alias("creat")));
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) __attribute__((alias("pwrite")));
int ftruncate64(int file, off64_t length) __attribute__((alias("ftruncate")));
