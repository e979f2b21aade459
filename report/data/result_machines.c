/*
 * A result file of several machines: "machines" stands before "benchmarks" and gives each a name and what its context
 * differs in from the file's (a merge patch); rows and failures say which machine they are of.
 */
#include <stdio.h>
#include <string.h>

#include "data/merge_patch.h"
#include "data/result_loader.h"

static void note_name(struct result_loader *loader, const char *name) {
    const size_t length = strlen(loader->machine_names);
    const size_t room = sizeof loader->machine_names - length;
    if (strlen(name) + sizeof ", ..." < room)
        (void)snprintf(loader->machine_names + length, room, "%s%s", length > 0 ? ", " : "", name);
    else if (length + sizeof ", ..." <= sizeof loader->machine_names && strstr(loader->machine_names, "...") == NULL)
        (void)snprintf(loader->machine_names + length, room, ", ...");
}

static bool is_wanted(const struct result_loader *loader, const char *name, const json_t *context) {
    const char *fingerprint = json_string_value(json_object_get(json_object_get(context, "ctxbench"), "fingerprint"));
    return loader->wanted_machine == NULL || strcmp(loader->wanted_machine, name) == 0 ||
           (fingerprint != NULL && strcmp(loader->wanted_machine, fingerprint) == 0);
}

/* The first that is wanted is taken; whether it is the only one is seen at the end. */
static bool take_machine(struct result_loader *loader, const json_t *machine) {
    const char *name = json_string_value(json_object_get(machine, "name"));
    json_t *context = merge_patch_apply(loader->common, json_object_get(machine, "context"));
    bool taken = context != NULL;
    loader->out_of_memory |= context == NULL;
    if (name == NULL || !json_is_object(json_object_get(machine, "context"))) {
        taken = result_loader_fail(loader, ERROR_FORMAT, "%s: machine %zu has no name or no context",
                                   loader->stream.path, loader->machine_count);
    } else if (taken) {
        note_name(loader, result_loader_keep(loader, name));
        if (is_wanted(loader, name, context) && loader->matching_count++ == 0) {
            loader->machine = (json_int_t)loader->machine_count;
            result_loader_forget_context(loader);
            taken = result_loader_take_context(loader, context);
        }
    }
    loader->machine_count++;
    json_decref(context);
    return taken;
}

static bool visit_machine(struct json_stream *stream, void *arg) {
    json_t *machine = json_stream_value(stream);
    const bool taken = machine != NULL && take_machine(arg, machine);
    json_decref(machine);
    return taken;
}

bool result_loader_read_machines(struct result_loader *loader) {
    const char *path = loader->stream.path;
    if (!loader->has_context || loader->has_benchmarks || loader->common != NULL)
        return result_loader_fail(loader, ERROR_FORMAT,
                                  "%s: \"machines\" has to stand once, behind \"context\" and before \"benchmarks\"",
                                  path);
    loader->common = json_incref(loader->file->context);
    if (!json_stream_array(&loader->stream, visit_machine, loader))
        return false;
    if (loader->matching_count == 1)
        return true;
    if (loader->machine_count == 0)
        return result_loader_fail(loader, ERROR_FORMAT, "%s: its list of machines is empty", path);
    if (loader->wanted_machine == NULL)
        return result_loader_fail(loader, ERROR_FORMAT,
                                  "%s holds %zu machines; choose one of them by --machine=NAME: %s", path,
                                  loader->machine_count, loader->machine_names);
    return result_loader_fail(loader, ERROR_FORMAT, "%s has %zu machines named %s, wanted is one; it holds: %s", path,
                              loader->matching_count, loader->wanted_machine, loader->machine_names);
}

bool result_loader_is_of_machine(const struct result_loader *loader, const json_t *machine) {
    return loader->machine_count == 0 || (json_is_integer(machine) && json_integer_value(machine) == loader->machine);
}
