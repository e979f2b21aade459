#include "data/result_builder.h"

#include <stdlib.h>

#include "data/result_loader.h"

struct result_builder {
    struct result_loader loader;
    bool is_complete; /* all was taken until now */
};

struct result_builder *result_builder_new(void) {
    struct result_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL)
        return NULL;
    builder->is_complete = true;
    builder->loader.file = calloc(1, sizeof *builder->loader.file);
    if (builder->loader.file != NULL)
        return builder;
    free(builder);
    return NULL;
}

void result_builder_context(struct result_builder *builder, const json_t *context) {
    builder->is_complete = builder->is_complete && result_loader_take_context(&builder->loader, context);
}

void result_builder_row(struct result_builder *builder, const json_t *row) {
    builder->is_complete = builder->is_complete && result_loader_add_row(&builder->loader, row);
}

void result_builder_failure(struct result_builder *builder, const json_t *failure) {
    builder->is_complete = builder->is_complete && result_loader_take_failure(&builder->loader, failure);
}

void result_builder_drop(struct result_builder *builder) {
    if (builder == NULL)
        return;
    result_loader_free_rows(&builder->loader);
    result_file_free(builder->loader.file);
    free(builder);
}

struct result_file *result_builder_finish(struct result_builder *builder, struct error *error) {
    builder->loader.stream.error = error;
    const bool is_made = builder->is_complete && result_loader_group_rows(&builder->loader);
    struct result_file *file = result_loader_end(&builder->loader, "what was measured", is_made);
    free(builder);
    return file;
}
