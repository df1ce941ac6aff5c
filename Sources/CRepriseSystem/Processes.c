#define _GNU_SOURCE
#include "CRepriseProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int held_descriptor = 3;

static int arrange_descriptors(posix_spawn_file_actions_t *actions, const struct reprise_spawn_request *request) {
    int flags = O_WRONLY | O_CREAT | O_APPEND;
    int error = posix_spawn_file_actions_addchdir_np(actions, request->folder);
    if (!error) error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_addopen(actions, 1, request->output, flags, 0666);
    if (!error) error = posix_spawn_file_actions_addopen(actions, 2, request->errors, flags, 0666);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, request->held, held_descriptor);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, held_descriptor + 1);
    return error;
}

static int arrange_attributes(posix_spawnattr_t *attributes) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (!error) error = posix_spawnattr_setflags(attributes, flags);
    return error;
}

// A child inherits the processors of the thread that starts it, so the thread narrows its own for a moment.
static int spawn_on_processors(pid_t *process, const struct reprise_spawn_request *request,
                               const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes) {
    cpu_set_t before, narrowed;
    int pins = request->processor_count > 0 && sched_getaffinity(0, sizeof before, &before) == 0;
    if (pins) {
        CPU_ZERO(&narrowed);
        for (int i = 0; i < request->processor_count; i++) CPU_SET(request->processors[i], &narrowed);
        pins = sched_setaffinity(0, sizeof narrowed, &narrowed) == 0;
    }
    int error = posix_spawn(process, request->program, actions, attributes, request->arguments, request->variables);
    if (pins) sched_setaffinity(0, sizeof before, &before);
    return error;
}

pid_t reprise_spawn(const struct reprise_spawn_request *request) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t process = -1;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        errno = error;
        return -1;
    }
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = arrange_descriptors(&actions, request);
        if (!error) error = arrange_attributes(&attributes);
        if (!error) error = spawn_on_processors(&process, request, &actions, &attributes);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error ? -1 : process;
}

int reprise_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int reprise_reap(pid_t process, struct reprise_usage *usage) {
    int status;
    struct rusage used;
    pid_t found;
    do {
        found = wait4(process, &status, WNOHANG, &used);
    } while (found < 0 && errno == EINTR);
    if (found <= 0) return (int)found;
    usage->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    usage->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    usage->user_milliseconds = (int64_t)used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000;
    usage->system_milliseconds = (int64_t)used.ru_stime.tv_sec * 1000 + used.ru_stime.tv_usec / 1000;
    usage->peak_bytes = (int64_t)used.ru_maxrss * 1024;
    return 1;
}

int reprise_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int reprise_bell_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int reprise_poll_add(int poll, int descriptor, uint64_t data) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int reprise_poll_remove(int poll, int descriptor) { return epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, NULL); }

int reprise_poll_wait(int poll, uint64_t *ready, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(poll, events, capacity < 64 ? capacity : 64, milliseconds);
    for (int i = 0; i < count; i++) ready[i] = events[i].data.u64;
    return count;
}
