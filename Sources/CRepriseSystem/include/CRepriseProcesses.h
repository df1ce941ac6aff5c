// Processes: starting them cheaply, and watching them without being their parent.
#ifndef CREPRISEPROCESSES_H
#define CREPRISEPROCESSES_H

#include <stdint.h>
#include <sys/types.h>

/// What a new process gets. Every other descriptor of this process is closed in it.
struct reprise_spawn_request {
    const char *program;
    char *const *arguments;
    char *const *variables;
    const char *folder;
    /// Paths that standard output and standard error are appended to, from `folder`.
    const char *output;
    const char *errors;
    /// Stays open in the process, as descriptor 3. Must be close-on-exec here.
    int held;
    /// The processors that it may use; none for all.
    const int *processors;
    int processor_count;
};

/// Starts a process as a session of its own, with default signal handling and standard input from /dev/null.
/// Its id, or -1 with errno.
pid_t reprise_spawn(const struct reprise_spawn_request *request);

/// A descriptor that becomes readable when the process has ended, or -1 with errno.
int reprise_pidfd_open(pid_t process);

/// What wait4 told of an ended child.
struct reprise_usage {
    /// The exit status, or -1 where a signal ended it.
    int status;
    int signal;
    int64_t user_milliseconds;
    int64_t system_milliseconds;
    int64_t peak_bytes;
};

/// Takes in a child that has ended: 1; 0 while it has not; -1 where it is no child of this process.
int reprise_reap(pid_t process, struct reprise_usage *usage);

/// A set of descriptors to wait on (epoll), and a bell to ring in it (eventfd). -1 with errno.
int reprise_poll_create(void);
int reprise_bell_create(void);

/// Adds a descriptor; `data` is told back when it can be read. 0, or -1 with errno.
int reprise_poll_add(int poll, int descriptor, uint64_t data);

/// Takes a descriptor out of the set. Closing it does not, as long as a child that is being started has a copy.
int reprise_poll_remove(int poll, int descriptor);

/// Waits at most `milliseconds` (-1: for ever) and fills in the data of what can be read: how many, -1 with errno.
int reprise_poll_wait(int poll, uint64_t *ready, int capacity, int milliseconds);

#endif
