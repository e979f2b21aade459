/*
 * Damaged input for gls-decode, whose sources it is built with, and sanitizers:
 *
 *   decode_fuzz texts COUNT SEED TRACE...      each time a part of a trace, with some damage
 *   decode_fuzz cores COUNT SEED CORE PROGRAM  each time a copy of a core file, damaged or cut off
 *
 * Whatever it makes of them, it comes to an end: within PATIENCE_SECONDS for each, or it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gls/decode/inspect.h"
#include "gls/decode/text.h"

enum { PATIENCE_SECONDS = 60, PART_MAX = 8192, DAMAGE_MAX = 24, SAMPLES_MAX = 16 };

struct sample {
    char *bytes;
    size_t size;
};

static size_t below(size_t limit) {
    return limit == 0 ? 0 : (size_t)rand() % limit;
}

static struct sample load(const char *path) {
    FILE *file = fopen(path, "rb");
    struct sample sample = {NULL, 0};
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || ftell(file) <= 0) {
        perror(path);
        exit(2);
    }
    sample.size = (size_t)ftell(file);
    sample.bytes = malloc(sample.size);
    rewind(file);
    if (sample.bytes == NULL || fread(sample.bytes, 1, sample.size, file) != sample.size)
        exit(2);
    fclose(file);
    return sample;
}

/* What its reader looks for, in places where it does not belong. */
static void put_word(char *part, size_t size) {
    static const char *const words[] = {"gls_mark_E",
                                        "gls_mark_S (",
                                        "gls_mark_",
                                        "glsi_marks+0x",
                                        "glsi_marks+0xffffffffffffffff",
                                        "+0x0",
                                        " [0x",
                                        "\n#0 0x1 in ",
                                        "\n#99999999999 0x",
                                        "\n\n",
                                        "\nThread 1:\n",
                                        "==",
                                        "0x8000000000000000",
                                        "\t",
                                        "libgls.so(",
                                        "(+0x11)[0x22]"};
    const char *word = words[below(sizeof words / sizeof *words)];
    const size_t length = strlen(word), at = below(size);
    memcpy(part + at, word, length < size - at ? length : size - at);
}

static void damage(char *part, size_t size) {
    for (size_t left = below(DAMAGE_MAX); left > 0 && size > 0; left--) {
        const size_t from = below(size), to = below(size), length = below(size - (from > to ? from : to));
        switch (below(4)) {
        case 0:
            part[from] = (char)rand();
            break;
        case 1:
            memmove(part + to, part + from, length);
            break;
        case 2:
            memset(part + from, " \n\tf0x#"[below(7)], length % 64);
            break;
        default:
            put_word(part, size);
            break;
        }
    }
}

static void decode_texts(unsigned long count, int sample_count, char **paths) {
    static char part[PART_MAX];
    struct sample samples[SAMPLES_MAX];
    for (int i = 0; i < sample_count && i < SAMPLES_MAX; i++)
        samples[i] = load(paths[i]);
    FILE *nowhere = fopen("/dev/null", "w");
    for (; count > 0; count--) {
        const struct sample *sample = &samples[below((size_t)sample_count)];
        const size_t start = below(sample->size), rest = sample->size - start;
        const size_t size = 1 + below(rest < PART_MAX ? rest : PART_MAX);
        bool found = false;
        memcpy(part, sample->bytes + start, size);
        damage(part, size);
        FILE *in = fmemopen(part, size, "r");
        (void)alarm(PATIENCE_SECONDS);
        if (nowhere == NULL || in == NULL || !text_decode(in, nowhere, &found))
            abort();
        fclose(in);
    }
    fclose(nowhere);
    for (int i = 0; i < sample_count; i++)
        free(samples[i].bytes);
}

/* Headers and notes above all, which the rest is found by. */
static void damage_core(char *bytes, size_t size) {
    enum { HEADERS_BYTES = 16384 };
    for (size_t left = 1 + below(DAMAGE_MAX); left > 0; left--) {
        const size_t at = below(below(4) > 0 && size > HEADERS_BYTES ? HEADERS_BYTES : size);
        if (below(2) == 0)
            bytes[at] = (char)rand();
        else
            memset(bytes + at, below(2) == 0 ? 0xff : 0, below(size - at) % 16);
    }
}

static void decode_cores(unsigned long count, const char *path, const char *program) {
    const struct sample core = load(path);
    char *copy = malloc(core.size), reason[INSPECT_REASON_MAX];
    FILE *nowhere = fopen("/dev/null", "w");
    unsigned long read = 0;
    for (unsigned long left = count; left > 0; left--) {
        const size_t size = below(8) == 0 ? 1 + below(core.size) : core.size;
        bool found = false;
        if (copy == NULL || nowhere == NULL)
            abort();
        memcpy(copy, core.bytes, core.size);
        damage_core(copy, core.size);
        FILE *file = fopen("damaged", "wb");
        if (file == NULL || fwrite(copy, 1, size, file) != size || fclose(file) != 0)
            abort();
        (void)alarm(PATIENCE_SECONDS);
        read += inspect_core("damaged", program, nowhere, &found, reason);
    }
    printf("%lu of %lu damaged cores could be read\n", read, count);
    fclose(nowhere);
    free(copy);
    free(core.bytes);
}

int main(int argc, char **argv) {
    if (argc < 5)
        return 2;
    srand((unsigned)atoi(argv[3]));
    if (strcmp(argv[1], "texts") == 0)
        decode_texts(strtoul(argv[2], NULL, 10), argc - 4, argv + 4);
    else if (argc == 6)
        decode_cores(strtoul(argv[2], NULL, 10), argv[4], argv[5]);
    return 0;
}
