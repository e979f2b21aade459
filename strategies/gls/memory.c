#include "memory.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum memory_answer glsi_memory_read(void *to, const void *from, size_t bytes) {
    const int errno_before = errno;
    const struct iovec local = {.iov_base = to, .iov_len = bytes};
    const struct iovec remote = {.iov_base = (void *)from, .iov_len = bytes};
    const ssize_t count = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    const enum memory_answer on_failure = errno == EFAULT ? MEMORY_GONE : MEMORY_REFUSED;
    errno = errno_before;
    if (count < 0)
        return on_failure;
    return (size_t)count == bytes ? MEMORY_READ : MEMORY_GONE;
}

/*
 * A wait on a futex reads its word first. It does not wait: either the word has another value than the one expected, or
 * the time is up at once.
 */
static bool is_word_readable(uintptr_t word) {
    enum { UNLIKELY = 0x5ca1ab1e };
    static const struct timespec at_once = {0};
    return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, UNLIKELY, &at_once, NULL, 0) == 0 || errno != EFAULT;
}

bool glsi_memory_is_readable(uintptr_t from, size_t bytes) {
    enum { FUTEX_BYTES = 4, PAGE_BYTES = 4096 }; /* no page is smaller */
    if (bytes == 0)
        return true;
    if (from + (bytes - 1) < from)
        return false;
    const int errno_before = errno;
    const uintptr_t last = (from + (bytes - 1)) / FUTEX_BYTES * FUTEX_BYTES;
    bool readable = is_word_readable(last);
    for (uintptr_t word = from / FUTEX_BYTES * FUTEX_BYTES; readable && word < last; word += PAGE_BYTES)
        readable = is_word_readable(word);
    errno = errno_before;
    return readable;
}
