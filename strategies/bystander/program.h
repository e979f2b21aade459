/*
 * The program of the bystanders: a tree walk, a tokenizer, and an interpreter of expressions. Included by a file that
 * the build makes for each variant (strategies/CMakeLists.txt), which defines BYSTANDER_VARIANT, and
 * BYSTANDER_ARGUMENT where every function takes a context and hands it on.
 *
 * Every function is opaque, as functions of other files are: none is inlined, and no argument is found out to be
 * unused.
 */
#include <stdbool.h>
#include <stddef.h>

#include "bystander/variant.h"
#include "opaque.h"

#ifdef BYSTANDER_ARGUMENT
#define BY_FN(name, ...) name(__attribute__((unused)) const void *context, __VA_ARGS__)
#define BY_CALL(name, ...) name(context, __VA_ARGS__)
#else
#define BY_FN(name, ...) name(__VA_ARGS__)
#define BY_CALL(name, ...) name(__VA_ARGS__)
#endif

/* ---- A tree walk ---- */

CTX_OPAQUE static uint64_t BY_FN(by_walk, const struct bystander_node *node) {
    if (node == NULL)
        return 0;
    return BY_CALL(by_walk, node->left) + node->key + BY_CALL(by_walk, node->right);
}

/* ---- A tokenizer ---- */

enum by_kind { BY_END, BY_NUMBER, BY_NAME, BY_SIGN };

struct by_words {
    const char *next;
    enum by_kind kind; /* of the word in hand */
    char sign;
    uint64_t number;
};

CTX_OPAQUE static const char *BY_FN(by_skip_blanks, const char *text) {
    while (*text == ' ')
        text++;
    return text;
}

CTX_OPAQUE static const char *BY_FN(by_number, const char *text, uint64_t *number) {
    for (*number = 0; *text >= '0' && *text <= '9'; text++)
        *number = *number * 10 + (uint64_t)(*text - '0');
    return text;
}

CTX_OPAQUE static enum by_kind BY_FN(by_kind_of, char c) {
    if (c == '\0')
        return BY_END;
    if (c >= '0' && c <= '9')
        return BY_NUMBER;
    return c >= 'a' && c <= 'z' ? BY_NAME : BY_SIGN;
}

CTX_OPAQUE static void BY_FN(by_advance, struct by_words *words) {
    words->next = BY_CALL(by_skip_blanks, words->next);
    words->sign = *words->next;
    words->kind = BY_CALL(by_kind_of, words->sign);
    if (words->kind == BY_NUMBER)
        words->next = BY_CALL(by_number, words->next, &words->number);
    else if (words->kind != BY_END)
        words->next++;
}

CTX_OPAQUE static uint64_t BY_FN(by_count_words, const char *text) {
    struct by_words words = {.next = text};
    uint64_t count = 0;
    for (BY_CALL(by_advance, &words); words.kind != BY_END; BY_CALL(by_advance, &words))
        count++;
    return count;
}

/* ---- An interpreter ---- */

struct by_interpreter {
    struct by_words words;
    uint64_t variable;
};

CTX_OPAQUE static uint64_t BY_FN(by_sum, struct by_interpreter *interpreter);

/* A number, the variable, or a sum in parentheses. */
CTX_OPAQUE static uint64_t BY_FN(by_factor, struct by_interpreter *interpreter) {
    const struct by_words word = interpreter->words;
    uint64_t value = 0;
    BY_CALL(by_advance, &interpreter->words);
    if (word.kind == BY_NUMBER)
        return word.number;
    if (word.kind == BY_NAME)
        return interpreter->variable;
    if (word.kind == BY_SIGN && word.sign == '(') {
        value = BY_CALL(by_sum, interpreter);
        BY_CALL(by_advance, &interpreter->words); /* past ')' */
    }
    return value;
}

CTX_OPAQUE static uint64_t BY_FN(by_product, struct by_interpreter *interpreter) {
    uint64_t value = BY_CALL(by_factor, interpreter);
    while (interpreter->words.kind == BY_SIGN && interpreter->words.sign == '*') {
        BY_CALL(by_advance, &interpreter->words);
        value *= BY_CALL(by_factor, interpreter);
    }
    return value;
}

CTX_OPAQUE static uint64_t BY_FN(by_sum, struct by_interpreter *interpreter) {
    uint64_t value = BY_CALL(by_product, interpreter);
    while (interpreter->words.kind == BY_SIGN && (interpreter->words.sign == '+' || interpreter->words.sign == '-')) {
        const bool plus = interpreter->words.sign == '+';
        BY_CALL(by_advance, &interpreter->words);
        const uint64_t operand = BY_CALL(by_product, interpreter);
        value = plus ? value + operand : value - operand;
    }
    return value;
}

/* ---- What is called from outside ---- */

static uint64_t by_part_walk(const void *context, const struct bystander_input *input) {
    (void)context;
    return BY_CALL(by_walk, input->tree);
}

static uint64_t by_part_count(const void *context, const struct bystander_input *input) {
    (void)context;
    return BY_CALL(by_count_words, input->text);
}

static uint64_t by_part_interpret(const void *context, const struct bystander_input *input) {
    struct by_interpreter interpreter = {.words.next = input->text, .variable = input->variable};
    (void)context;
    BY_CALL(by_advance, &interpreter.words);
    return BY_CALL(by_sum, &interpreter);
}

const struct bystander_variant BYSTANDER_VARIANT = {{by_part_walk, by_part_count, by_part_interpret}};
