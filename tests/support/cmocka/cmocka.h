/*
 * The frame of the unit tests, with words that mean the same in all its versions: cmocka 2 deprecates assert_in_range
 * for two others, of which the one for unsigned numbers converts them to signed ones.
 */
#ifndef CTX_TESTS_CMOCKA_H
#define CTX_TESTS_CMOCKA_H

#include_next <cmocka.h>

#undef assert_in_range
#define assert_in_range(value, least, most)                                                                            \
    do {                                                                                                               \
        const uintmax_t in_range_found = (uintmax_t)(value);                                                           \
        const uintmax_t in_range_least = (uintmax_t)(least), in_range_most = (uintmax_t)(most);                        \
        if (in_range_found < in_range_least || in_range_found > in_range_most)                                         \
            fail_msg("%s: found %ju, wanted %ju to %ju", #value, in_range_found, in_range_least, in_range_most);       \
    } while (0)

#endif
