/* Memory that is there is read, and memory that is not is said to be gone, in either way. */
#include "memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

typedef enum memory_answer reader(void *to, const void *from, size_t bytes);

static void check_reader(reader *read_memory) {
    static const char wanted[] = "what stands there";
    char found[sizeof wanted] = "";
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(read_memory(found, wanted, sizeof wanted), MEMORY_READ);
    assert_string_equal(found, wanted);
    /* Readable to the last byte; then half of it gone, then not allowed, then all of it gone. */
    memcpy(pages + page_bytes - sizeof wanted, wanted, sizeof wanted);
    assert_int_equal(munmap(pages + page_bytes, page_bytes), 0);
    assert_int_equal(read_memory(found, pages + page_bytes - sizeof wanted, sizeof wanted), MEMORY_READ);
    assert_int_equal(read_memory(found, pages + page_bytes - 4, sizeof wanted), MEMORY_GONE);
    assert_int_equal(mprotect(pages, page_bytes, PROT_NONE), 0);
    assert_int_equal(read_memory(found, pages, sizeof wanted), MEMORY_GONE);
    assert_int_equal(munmap(pages, page_bytes), 0);
    assert_int_equal(read_memory(found, pages, sizeof wanted), MEMORY_GONE);
    assert_int_equal(read_memory(found, NULL, sizeof wanted), MEMORY_GONE);
}

static void test_at_once(void **state) {
    (void)state;
    char byte = 0;
    if (glsi_memory_read_at_once(&byte, "x", 1) == MEMORY_REFUSED)
        skip(); /* an emulator */
    check_reader(glsi_memory_read_at_once);
}

static void test_by_pipe(void **state) {
    (void)state;
    check_reader(glsi_memory_read_by_pipe);
}

static void test_either_way(void **state) {
    (void)state;
    errno = ERANGE;
    check_reader(glsi_memory_read);
    char byte = 0;
    errno = ERANGE;
    assert_int_equal(glsi_memory_read(&byte, NULL, 1), MEMORY_GONE);
    assert_int_equal(errno, ERANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_by_pipe),
        cmocka_unit_test(test_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
