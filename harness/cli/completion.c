/* The bash completion script. */
#include "cli/usage.h"

static void print_names(FILE *out) {
    (void)fputs("  local words='", out);
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        (void)fprintf(out, "%s ", row->name);
    }
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (row->group != OPTION_GROUP_HIDDEN)
            (void)fprintf(out, "--%s%s ", row->name, row->argument != NULL ? "=" : "");
    }
    (void)fputs("'\n", out);
}

/* One pattern for `case`: the options whose values complete this way. */
static void print_options_that_complete(FILE *out, enum option_completion completion, const char *action) {
    const char *separator = "    ";
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (row->completion != completion || row->argument == NULL || row->group == OPTION_GROUP_HIDDEN)
            continue;
        (void)fprintf(out, "%s--%s", separator, row->name);
        separator = "|";
    }
    (void)fprintf(out, ")\n%s      ;;\n", action);
}

/* One pattern for `case`: the commands that files follow. */
static void print_commands_with_files(FILE *out) {
    const char *separator = "    ";
    for (const struct command_row *row = command_table; row->name != NULL; row++) {
        if (row->operands == NULL)
            continue;
        (void)fprintf(out, "%s%s", separator, row->name);
        separator = "|";
    }
    (void)fputs(
        ")\n"
        "      compopt -o filenames\n"
        "      mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$current\")\n"
        "      ;;\n",
        out);
}

void usage_print_completion(FILE *out) {
    (void)fputs(
        "# bash completion for ctxbench; made by its option --completion\n"
        "_ctxbench() {\n"
        "  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  # Bash takes '=' for a word of its own.\n"
        "  if [[ $current == '=' ]]; then current=''\n"
        "  elif [[ $option == '=' ]]; then option=${COMP_WORDS[COMP_CWORD-2]}\n"
        "  fi\n",
        out);
    print_names(out);
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
    print_commands_with_files(out);
    (void)fputs(
        "  esac\n"
        "}\n"
        "complete -F _ctxbench ctxbench ./bench\n",
        out);
}
