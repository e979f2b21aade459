/* Memory that is there is compared, and memory that is not is said to be gone, in either way. */
#include "gls/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* Of a length that is a multiple of four. */
static const _Alignas(4) char wanted[20] = "what stands there";

/* Two pages, of which the first ends with what is wanted and the second is gone. */
static char *map_page(size_t page_bytes) {
    char *pages = mmap(NULL, 2 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    memcpy(pages + page_bytes - sizeof wanted, wanted, sizeof wanted);
    assert_int_equal(munmap(pages + page_bytes, page_bytes), 0);
    return pages;
}

typedef enum memory_answer comparer(const void *from, const void *wanted, size_t bytes);

static enum memory_answer compare_at_once(const void *from, const void *bytes_wanted, size_t bytes) {
    enum memory_answer answer = MEMORY_GONE;
    assert_true(glsi_memory_compare_at_once(from, bytes_wanted, bytes, &answer));
    return answer;
}

static void check_comparer(comparer *compare) {
    static const _Alignas(4) char other[20] = "what stands here!";
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *page = map_page(page_bytes), *there = page + page_bytes - sizeof wanted;
    errno = ERANGE;
    assert_int_equal(compare(there, wanted, sizeof wanted), MEMORY_SAME);
    assert_int_equal(compare(there, other, sizeof wanted), MEMORY_OTHER);
    there[sizeof wanted - 2]++; /* only the last word is another */
    assert_int_equal(compare(there, wanted, sizeof wanted), MEMORY_OTHER);
    there[sizeof wanted - 2]--;
    memcpy(page + page_bytes - 4, wanted, 4); /* the rest is gone */
    assert_int_equal(compare(page + page_bytes - 4, wanted, sizeof wanted), MEMORY_GONE);
    assert_int_equal(mprotect(page, page_bytes, PROT_NONE), 0);
    assert_int_equal(compare(page, wanted, sizeof wanted), MEMORY_GONE);
    assert_int_equal(munmap(page, page_bytes), 0);
    assert_int_equal(compare(page, wanted, sizeof wanted), MEMORY_GONE);
    assert_int_equal(compare(NULL, wanted, sizeof wanted), MEMORY_GONE);
    assert_int_equal(errno, ERANGE);
}

static void test_comparing_at_once(void **state) {
    (void)state;
    enum memory_answer answer = MEMORY_GONE;
    if (!glsi_memory_compare_at_once(wanted, wanted, sizeof wanted, &answer))
        skip(); /* an emulator */
    check_comparer(compare_at_once);
}

static void test_comparing(void **state) {
    (void)state;
    check_comparer(glsi_memory_compare_by_four);
    check_comparer(glsi_memory_compare);
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
        cmocka_unit_test(test_comparing_at_once),
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_asking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
