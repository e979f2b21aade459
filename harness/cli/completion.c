/* The bash completion script. */
#include <string.h>

#include "cli/usage.h"

static void print_words_of(FILE *out, const struct command *command) {
    for (const struct option_row *row = option_table; row->name != NULL; row++)
        if (command_option(command, row->name) != NULL)
            (void)fprintf(out, " --%s%s", row->name, row->argument != NULL ? "=" : "");
}

/* The words that may follow: commands, and the options of run, which needs no name; or those of the command given. */
static void print_names(const struct command *const *commands, FILE *out) {
    (void)fputs("  local words='--help", out);
    for (const struct command *const *at = commands; *at != NULL; at++) {
        if ((*at)->group == COMMAND_HIDDEN)
            continue;
        if ((*at)->name != NULL)
            (void)fprintf(out, " %s", (*at)->name);
        if ((*at)->option != NULL && strcmp((*at)->option, "help") != 0)
            (void)fprintf(out, " --%s", (*at)->option);
        if ((*at)->name != NULL && strcmp((*at)->name, "run") == 0)
            print_words_of(out, *at);
    }
    (void)fputs("'\n  case ${COMP_WORDS[1]} in\n", out);
    for (const struct command *const *at = commands; *at != NULL; at++) {
        if ((*at)->name == NULL)
            continue;
        (void)fprintf(out, "    %s) words='--help", (*at)->name);
        print_words_of(out, *at);
        (void)fputs("' ;;\n", out);
    }
    (void)fputs("  esac\n", out);
}

/* One pattern for `case`: the options whose values complete this way. */
static void print_options_that_complete(FILE *out, enum option_completion completion, const char *action) {
    const char *separator = "    ";
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (row->completion != completion || row->argument == NULL)
            continue;
        (void)fprintf(out, "%s--%s", separator, row->name);
        separator = "|";
    }
    (void)fprintf(out, ")\n%s      ;;\n", action);
}

/* One pattern for `case`: the commands that files follow. */
static void print_commands_with_files(const struct command *const *commands, FILE *out) {
    const char *separator = "    ";
    for (const struct command *const *at = commands; *at != NULL; at++) {
        if ((*at)->operands == NULL)
            continue;
        (void)fprintf(out, "%s%s", separator, (*at)->name);
        separator = "|";
    }
    (void)fputs(
        ")\n"
        "      compopt -o filenames\n"
        "      mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$current\")\n"
        "      ;;\n",
        out);
}

void usage_print_completion(const struct command *const *commands, FILE *out) {
    (void)fputs(
        "# bash completion for ctxbench; made by its option --completion\n"
        "_ctxbench() {\n"
        "  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  # Bash takes '=' for a word of its own.\n"
        "  if [[ $current == '=' ]]; then current=''\n"
        "  elif [[ $option == '=' ]]; then option=${COMP_WORDS[COMP_CWORD-2]}\n"
        "  fi\n",
        out);
    print_names(commands, out);
    (void)fputs(
        "  COMPREPLY=()\n"
        "  case $option in\n",
        out);
    /* Only the item after the last comma is completed; what stands before it is kept. */
    print_options_that_complete(out, OPTION_COMPLETES_NAMES,
                                "      local item=${current##*,} name\n"
                                "      for name in $(\"${COMP_WORDS[0]}\" --names=\"${option#--}\" 2>/dev/null); do\n"
                                "        [[ $name == \"$item\"* ]] && COMPREPLY+=(\"${current%\"$item\"}$name\")\n"
                                "      done\n"
                                "      compopt -o nospace\n");
    print_options_that_complete(out, OPTION_COMPLETES_FILES,
                                "      compopt -o filenames\n"
                                "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n");
    print_options_that_complete(out, OPTION_COMPLETES_NOTHING, "");
    (void)fputs(
        "    *)\n"
        "      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "      [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
        "      ;;\n"
        "  esac\n"
        "  [[ $current != -* && $option != --* ]] || return\n"
        "  case ${COMP_WORDS[1]} in\n",
        out);
    print_commands_with_files(commands, out);
    (void)fputs(
        "  esac\n"
        "}\n"
        "complete -F _ctxbench ctxbench ./bench\n",
        out);
}
