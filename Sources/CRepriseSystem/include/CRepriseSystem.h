// What the kernel offers and Swift's view of the C library leaves out.
#ifndef CREPRISESYSTEM_H
#define CREPRISESYSTEM_H

#include "CRepriseProcesses.h"
#include "CRepriseTerminal.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

/// Makes `target` share all blocks of `source` (FICLONE). 0, or -1 where the file system cannot.
int reprise_clone_file(int target, int source);

/// copy_file_range from the current positions: bytes copied, 0 at the end, -1 with errno.
ssize_t reprise_copy_range(int source, int target, size_t count);

/// The name in an entry of a folder; valid as long as the entry is.
const char *reprise_entry_name(const struct dirent *entry);

/// `f_type` of statfs(2), or 0 with errno where that fails.
uint32_t reprise_file_system_type(const char *path);

/// syncfs(2): flushes everything of the file system that the descriptor lies on. 0, or -1 with errno.
int reprise_synchronise_file_system(int descriptor);

/// How many processors this process may run on.
int reprise_usable_processors(void);

/// The version of the C library that is loaded.
const char *reprise_library_version(void);

#endif
