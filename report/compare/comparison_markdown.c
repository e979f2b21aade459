/* A comparison as a comment on a change: what matters first, the whole table folded away. */
#include <string.h>

#include "compare/comparison.h"
#include "text/format.h"

/* Text of files is quoted as code, where only these two characters mean something in a cell. */
static void print_code(FILE *out, const char *text) {
    (void)fputc('`', out);
    for (; *text != '\0'; text++)
        (void)fputc(*text == '`' || *text == '|' ? '?' : *text, out);
    (void)fputc('`', out);
}

static void print_title_row(FILE *out) {
    (void)fputs(
        "\n| case | base | new | change | interval | sees | verdict |\n"
        "|:--|--:|--:|--:|--:|--:|:--|\n",
        out);
}

static void print_row(FILE *out, const struct comparison_pair *pair, const struct verdict_case *c) {
    char base[FORMAT_CELL_MAX], other[FORMAT_CELL_MAX], change[FORMAT_CELL_MAX], interval[FORMAT_CELL_MAX],
        smallest[FORMAT_CELL_MAX];
    format_time(statistics_median(c->base.execution_ns, c->base.count), base);
    format_time(statistics_median(c->other.execution_ns, c->other.count), other);
    format_change(c->ratio.estimate, change);
    format_change_range(c->joint.low, c->joint.high, interval);
    format_change(c->smallest_slowdown, smallest);
    (void)fputs("| ", out);
    print_code(out, pair->base->name);
    (void)fprintf(out, " | %s | %s | %s | %s | %s | %s |\n", base, other, change, interval, smallest,
                  verdict_name(c->verdict));
}

/* The rows with this verdict; VERDICT_COUNT: all. */
static void print_rows(const struct comparison *comparison, FILE *out, enum verdict verdict) {
    for (size_t i = 0; i < comparison->count; i++)
        if (verdict == VERDICT_COUNT || comparison->verdicts[i].verdict == verdict)
            print_row(out, &comparison->pairs[i], &comparison->verdicts[i]);
}

static void print_texts(FILE *out, const char *heading, const struct comparison_texts *texts) {
    if (texts->count == 0)
        return;
    (void)fprintf(out, "\n%s\n\n", heading);
    for (size_t i = 0; i < texts->count; i++) {
        (void)fputs("- ", out);
        print_code(out, texts->items[i]);
        (void)fputc('\n', out);
    }
}

static void print_missing(FILE *out, const char *heading, const struct result_case *const *cases, size_t count,
                          const struct result_file *file) {
    if (count == 0)
        return;
    (void)fprintf(out, "\n%s\n\n", heading);
    for (size_t i = 0; i < count; i++) {
        const struct result_failure *failure = result_file_failure(file, cases[i]->name);
        (void)fputs("- ", out);
        print_code(out, cases[i]->name);
        if (failure != NULL) {
            (void)fputs(": ", out);
            print_code(out, failure->reason);
        }
        (void)fputc('\n', out);
    }
}

void comparison_print_markdown(const struct comparison *comparison, FILE *out) {
    char summary[128];
    comparison_summary(comparison, summary, sizeof summary);
    (void)fprintf(out, "**%s** ", summary);
    print_code(out, comparison->other.path);
    (void)fputs(" against ", out);
    print_code(out, comparison->base.path);
    (void)fprintf(out, ", threshold %.3g %%\n", 100 * comparison->threshold);
    print_texts(out, "**These files do not compare; what follows was forced:**", &comparison->objections);
    if (comparison->counts[VERDICT_REGRESSED] + comparison->counts[VERDICT_IMPROVED] > 0) {
        print_title_row(out);
        print_rows(comparison, out, VERDICT_REGRESSED);
        print_rows(comparison, out, VERDICT_IMPROVED);
    }
    print_missing(out, "Only in base:", comparison->only_base, comparison->only_base_count, comparison->other.file);
    print_missing(out, "Only in new:", comparison->only_other, comparison->only_other_count, comparison->base.file);
    (void)fprintf(out, "\n<details><summary>All %zu cases</summary>\n", comparison->count);
    print_title_row(out);
    print_rows(comparison, out, VERDICT_COUNT);
    (void)fputs(
        "\ninterval: of the change; all of them hold together in 95 of 100 comparisons. sees: the smallest "
        "slow-down that 8 of 10 such comparisons would find.\n",
        out);
    print_texts(out, "What else differs (base / new):", &comparison->differences);
    print_texts(out, "What may disturb this:", &comparison->warnings);
    (void)fputs("\n</details>\n", out);
}
