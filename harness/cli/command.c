#include "cli/command.h"

#include <string.h>

#include "base/text.h"

const char *command_group_title(enum command_group group) {
    static const char *const titles[COMMAND_GROUP_COUNT] = {
        [COMMAND_MEASURES] = "Measure", [COMMAND_READS_RESULTS] = "Read results", [COMMAND_SHOWS] = "Look",
        [COMMAND_HELPS] = "Help",       [COMMAND_HIDDEN] = "For installation",
    };
    return titles[group];
}

const char *command_shown(const struct command *command) {
    static char shown[64];
    if (command->name != NULL)
        return command->name;
    (void)snprintf(shown, sizeof shown, "--%s", command->option);
    return shown;
}

const struct command *command_find(const struct command *const *commands, const char *word, struct error *error) {
    struct text_names names = {0};
    bool complete = true;
    for (const struct command *const *at = commands; *at != NULL; at++) {
        if ((*at)->name == NULL)
            continue;
        if (strcmp((*at)->name, word) == 0) {
            text_names_free(&names);
            return *at;
        }
        complete = text_names_add(&names, (*at)->name) && complete;
    }
    if (complete)
        (void)text_unknown_name("command", word, names.items, names.count, error);
    else
        (void)error_set_code(error, ERROR_MEMORY, "out of memory for the names of commands");
    text_names_free(&names);
    return NULL;
}

const struct command *command_started_by(const struct command *const *commands, const char *word, size_t length) {
    for (const struct command *const *at = commands; *at != NULL; at++) {
        const char *option = (*at)->option;
        if (option != NULL && length == strlen(option) + 2 && strncmp(word, "--", 2) == 0 &&
            strncmp(word + 2, option, length - 2) == 0)
            return *at;
    }
    return NULL;
}

const struct command_option *command_option(const struct command *command, const char *name) {
    for (const struct command_option *option = command->options; option != NULL && option->name != NULL; option++) {
        if (strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}
