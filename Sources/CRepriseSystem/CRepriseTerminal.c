#define _GNU_SOURCE
#include "CRepriseTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t told_to = -1;
static volatile sig_atomic_t seen = 0;

int reprise_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void tell(int number) {
    if (number != SIGHUP && seen++ > 0) _exit(128 + number);
    int kept = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(told_to, &byte, 1);
    (void)ignored;
    errno = kept;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction now, before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return;
    now.sa_handler = handler;
    now.sa_flags = SA_RESTART;
    sigemptyset(&now.sa_mask);
    sigaction(number, &now, NULL);
}

int reprise_watch_signals(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    told_to = ends[1];
    handle(SIGINT, tell);
    handle(SIGTERM, tell);
    handle(SIGHUP, tell);
    return ends[0];
}

static void nothing(int number) { (void)number; }

// A handler, not SIG_IGN: programs started from here inherit what is ignored, but no handlers.
void reprise_survive_broken_pipes(void) { handle(SIGPIPE, nothing); }

char *const *reprise_environment(void) { return environ; }
