#include "gls/memory.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* More than the longest path of marks has. */
enum { MEMORY_COMPARED_MAX = 128 };

bool glsi_memory_compare_at_once(const void *from, const void *wanted, size_t bytes, enum memory_answer *answer) {
    unsigned char found[MEMORY_COMPARED_MAX];
    const int errno_before = errno;
    const struct iovec local = {.iov_base = found, .iov_len = bytes};
    const struct iovec remote = {.iov_base = (void *)from, .iov_len = bytes};
    const ssize_t count = bytes > sizeof found ? -1 : process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    const bool is_gone = count < 0 && errno == EFAULT;
    errno = errno_before;
    *answer = is_gone || (count >= 0 && (size_t)count < bytes)  ? MEMORY_GONE
              : count >= 0 && memcmp(found, wanted, bytes) == 0 ? MEMORY_SAME
                                                                : MEMORY_OTHER;
    return count >= 0 || is_gone;
}

/*
 * Who waits on a futex has the kernel compare its word with a value, and wait only if they are the same: here for no
 * time at all. No sandbox can refuse that, for mutexes are made of it.
 */
static enum memory_answer compare_word(uintptr_t word, uint32_t wanted) {
    static const struct timespec at_once = {0};
    if (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, wanted, &at_once, NULL, 0) == 0)
        return MEMORY_SAME;
    return errno == EFAULT ? MEMORY_GONE : errno == EAGAIN ? MEMORY_OTHER : MEMORY_SAME;
}

enum memory_answer glsi_memory_compare_by_four(const void *from, const void *wanted, size_t bytes) {
    const int errno_before = errno;
    enum memory_answer answer = MEMORY_SAME;
    uint32_t word = 0;
    for (size_t i = 0; i < bytes && answer == MEMORY_SAME; i += sizeof word) {
        memcpy(&word, (const char *)wanted + i, sizeof word);
        answer = compare_word((uintptr_t)from + i, word);
    }
    errno = errno_before;
    return answer;
}

enum memory_answer glsi_memory_compare(const void *from, const void *wanted, size_t bytes) {
    enum memory_answer answer = MEMORY_GONE;
    if (!glsi_memory_compare_at_once(from, wanted, bytes, &answer))
        answer = glsi_memory_compare_by_four(from, wanted, bytes);
    return answer;
}

static bool is_word_readable(uintptr_t word) {
    enum { UNLIKELY = 0x5ca1ab1e }; /* a value that is the same costs more */
    return compare_word(word, UNLIKELY) != MEMORY_GONE;
}

bool glsi_memory_is_readable(uintptr_t from, size_t bytes) {
    enum { FUTEX_BYTES = 4, PAGE_BYTES = 4096 }; /* no page is smaller */
    if (bytes == 0)
        return true;
    if (from + (bytes - 1) < from)
        return false;
    const int errno_before = errno;
    const uintptr_t first_page = from / PAGE_BYTES;
    const uintptr_t last_page = (from + (bytes - 1)) / PAGE_BYTES;
    bool readable = is_word_readable(from / FUTEX_BYTES * FUTEX_BYTES);
    for (uintptr_t page = first_page + 1; readable && page <= last_page; page++)
        readable = is_word_readable(page * PAGE_BYTES);
    errno = errno_before;
    return readable;
}
