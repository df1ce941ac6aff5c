// The terminal, the signals that come from it, and the surroundings of this process.
#ifndef CREPRISETERMINAL_H
#define CREPRISETERMINAL_H

/// Columns of the terminal behind the descriptor, or 0 where there is none.
int reprise_terminal_columns(int descriptor);

/// From now on SIGINT, SIGTERM and SIGHUP are told instead of ending this process: a non-blocking descriptor to read
/// their numbers from, one byte each, or -1 with errno. A second SIGINT or SIGTERM ends the process at once, with
/// 128 + its number. A signal that was ignored before stays ignored, as nohup wants it.
int reprise_watch_signals(void);

/// Makes writing to a pipe without a reader fail with EPIPE, here but not in programs that this process starts.
void reprise_survive_broken_pipes(void);

/// The environment of this process, as `NAME=value`, ended by a null pointer.
char *const *reprise_environment(void);

#endif
