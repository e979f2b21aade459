/* Whether this is built with a sanitizer, as gcc and clang say it: 0 or 1. */
#ifndef TEST_SANITIZED_H
#define TEST_SANITIZED_H

#ifndef __has_feature
#define __has_feature(x) 0 /* gcc's; NOLINT(bugprone-reserved-identifier) */
#endif

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define IS_THREAD_SANITIZED 1
#else
#define IS_THREAD_SANITIZED 0
#endif

#if IS_THREAD_SANITIZED || defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

#endif
