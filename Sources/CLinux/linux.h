// What Swift's own module of Linux's C library leaves out.
#if defined(__linux__)
#include <malloc.h>
#include <sys/timerfd.h>
#endif
