/* The frame of the unit tests, in the words that all its versions know: cmocka 2 deprecates some, for others with
 * types. */
#ifndef CTX_TESTS_CMOCKA_H
#define CTX_TESTS_CMOCKA_H

#include_next <cmocka.h>

#ifdef assert_uint_in_range
#undef assert_in_range
#define assert_in_range(value, least, most)                                                                            \
    assert_uint_in_range((uintmax_t)(value), (uintmax_t)(least), (uintmax_t)(most))
#endif

#endif
