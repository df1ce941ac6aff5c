#define _GNU_SOURCE
#include "CRepriseSystem.h"

#include <gnu/libc-version.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

int reprise_clone_file(int target, int source) { return ioctl(target, FICLONE, source); }

ssize_t reprise_copy_range(int source, int target, size_t count) {
    return copy_file_range(source, NULL, target, NULL, count, 0);
}

const char *reprise_entry_name(const struct dirent *entry) { return entry->d_name; }

uint32_t reprise_file_system_type(const char *path) {
    struct statfs details;
    return statfs(path, &details) == 0 ? (uint32_t)details.f_type : 0;
}

int reprise_synchronise_file_system(int descriptor) { return syncfs(descriptor); }

int reprise_usable_processors(void) {
    cpu_set_t usable;
    int count = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
    return count > 0 ? count : (int)sysconf(_SC_NPROCESSORS_ONLN);
}

const char *reprise_library_version(void) { return gnu_get_libc_version(); }
