/* Memory that is there is read, and memory that is not is said to be gone; no way to ask opens a descriptor. */
#include "memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const char wanted[] = "what stands there";

/* Two pages, of which the first ends with what is wanted and the second is gone. */
static char *map_page(size_t page_bytes) {
    char *pages = mmap(NULL, 2 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    memcpy(pages + page_bytes - sizeof wanted, wanted, sizeof wanted);
    assert_int_equal(munmap(pages + page_bytes, page_bytes), 0);
    return pages;
}

static void test_reading(void **state) {
    (void)state;
    char found[sizeof wanted] = "";
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    if (glsi_memory_read(found, wanted, 1) == MEMORY_REFUSED)
        skip(); /* an emulator */
    char *page = map_page(page_bytes);
    errno = ERANGE;
    assert_int_equal(glsi_memory_read(found, page + page_bytes - sizeof wanted, sizeof wanted), MEMORY_READ);
    assert_string_equal(found, wanted);
    assert_int_equal(glsi_memory_read(found, page + page_bytes - 4, sizeof wanted), MEMORY_GONE);
    assert_int_equal(mprotect(page, page_bytes, PROT_NONE), 0);
    assert_int_equal(glsi_memory_read(found, page, sizeof wanted), MEMORY_GONE);
    assert_int_equal(munmap(page, page_bytes), 0);
    assert_int_equal(glsi_memory_read(found, page, sizeof wanted), MEMORY_GONE);
    assert_int_equal(glsi_memory_read(found, NULL, sizeof wanted), MEMORY_GONE);
    assert_int_equal(errno, ERANGE);
}

static void test_asking(void **state) {
    (void)state;
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *page = map_page(page_bytes);
    const uintptr_t start = (uintptr_t)page, end = start + page_bytes;
    errno = ERANGE;
    for (size_t bytes = 0; bytes <= page_bytes; bytes += 1 + bytes / 3) {
        assert_true(glsi_memory_is_readable(start, bytes));
        assert_true(glsi_memory_is_readable(end - bytes, bytes)); /* at any alignment */
        assert_false(glsi_memory_is_readable(end - bytes, bytes + 1));
        assert_false(bytes > 0 && glsi_memory_is_readable(start - page_bytes, 2 * page_bytes + bytes));
    }
    assert_int_equal(mprotect(page, page_bytes, PROT_NONE), 0);
    assert_false(glsi_memory_is_readable(start, 1));
    assert_int_equal(munmap(page, page_bytes), 0);
    assert_false(glsi_memory_is_readable(start, 1));
    assert_false(glsi_memory_is_readable(0, sizeof wanted));
    assert_false(glsi_memory_is_readable(UINTPTR_MAX - 7, 8)); /* up to the last address */
    assert_false(glsi_memory_is_readable(UINTPTR_MAX, 8));     /* and around it */
    assert_int_equal(errno, ERANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_asking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
