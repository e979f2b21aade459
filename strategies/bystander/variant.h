/*
 * Code that has nothing to do with a context: what a strategy's requirements cost those who never asked for one. One
 * program (program.h), built once for each requirement: an extra argument of every function, frame pointers, a register
 * that is left alone, and none of these. All variants compute the same.
 */
#ifndef CTX_BYSTANDER_VARIANT_H
#define CTX_BYSTANDER_VARIANT_H

#include <stdint.h>

struct bystander_node {
    uint64_t key;
    const struct bystander_node *left, *right;
};

/* What one run works on. */
struct bystander_input {
    const struct bystander_node *tree;
    const char *text;  /* an expression of numbers, 'x', + - * and parentheses */
    uint64_t variable; /* what x stands for */
};

enum { BYSTANDER_PARTS = 3 };

/* The parts: the sum of the tree's keys; the number of words in the text; the value of the text. */
struct bystander_variant {
    uint64_t (*parts[BYSTANDER_PARTS])(const void *context, const struct bystander_input *input);
};

/* Absent from programs that were built without (a compiler may lack the flag): then their addresses are NULL. */
extern const struct bystander_variant bystander_plain __attribute__((weak));
extern const struct bystander_variant bystander_frames __attribute__((weak));
extern const struct bystander_variant bystander_argument __attribute__((weak));
extern const struct bystander_variant bystander_register __attribute__((weak));

#endif
