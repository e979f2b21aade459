/* A peer made ready: is its runtime here, and is its program built? */
#include "registry/peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command_output.h"
#include "base/hash.h"
#include "base/message.h"

static const double version_deadline_seconds = 20, build_deadline_seconds = 300;

static const char *give_up(struct peer *peer) {
    peer->state = PEER_UNAVAILABLE;
    return peer->why.text;
}

/* The words of a command, with "{directory}" and "{build}" replaced at their beginnings. NULL when out of memory. */
static char *const *expand(struct peer *peer, char *const *command, const char *build) {
    static const char of_directory[] = "{directory}", of_build[] = "{build}";
    size_t count = 0;
    while (command[count] != NULL)
        count++;
    char **words = arena_take(&peer->arena, (count + 1) * sizeof *words);
    for (size_t i = 0; words != NULL && i < count; i++) {
        const char *word = command[i];
        if (strncmp(word, of_directory, strlen(of_directory)) == 0)
            words[i] = arena_printf(&peer->arena, "%s%s", peer->directory, word + strlen(of_directory));
        else if (strncmp(word, of_build, strlen(of_build)) == 0)
            words[i] = arena_printf(&peer->arena, "%s%s", build, word + strlen(of_build));
        else
            words[i] = command[i];
        if (words[i] == NULL)
            return NULL;
    }
    return words;
}

const char *peer_missing(struct peer *peer) {
    char said[1024];
    if (peer->state == PEER_UNAVAILABLE)
        return peer->why.text;
    if (peer->state != PEER_UNTRIED)
        return NULL;
    char *const *command = expand(peer, peer->version_command, "");
    if (command == NULL) {
        (void)error_set_code(&peer->why, ERROR_MEMORY, "out of memory for a command");
        return give_up(peer);
    }
    if (!command_output(command, peer->directory, version_deadline_seconds, said, sizeof said, &peer->why)) {
        (void)error_prefix(&peer->why, "%s is not installed: ", peer->runtime);
        return give_up(peer);
    }
    said[strcspn(said, "\n")] = '\0';
    (void)snprintf(peer->version, sizeof peer->version, "%.*s", PEER_VERSION_MAX - 1, said);
    peer->state = PEER_INSTALLED;
    return NULL;
}

/* ---- Builds are kept, under what they are made of ---- */

static bool hash_file(int folder, const char *name, uint64_t *hash) {
    char chunk[8192];
    FILE *file = NULL;
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        file = fdopen(fd, "r");
    if (file == NULL)
        return false;
    *hash = hash_bytes(*hash, name, strlen(name) + 1);
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        *hash = hash_bytes(*hash, chunk, got);
    const bool is_read = ferror(file) == 0;
    (void)fclose(file);
    return is_read;
}

static int is_source(const struct dirent *entry) {
    return entry->d_name[0] != '.' && entry->d_type != DT_DIR;
}

/* Of the folder's place and files, and of the runtime's version. */
static bool hash_sources(struct peer *peer, uint64_t *hash) {
    struct dirent **entries;
    const int count = scandir(peer->directory, &entries, is_source, alphasort);
    const int folder = open(peer->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = count >= 0 && folder >= 0;
    *hash = hash_text(hash_text(HASH_BASIS, peer->directory), peer->version);
    for (int i = 0; i < count; i++) {
        good = good && hash_file(folder, entries[i]->d_name, hash);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (folder >= 0)
        (void)close(folder);
    return good || error_set_code(&peer->why, ERROR_SYSTEM, "%s: cannot be read: %s", peer->directory, strerror(errno));
}

static bool make_folders(char *path, struct error *error) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return error_set_code(error, ERROR_SYSTEM, "cannot make the folders of %s: %s", path, strerror(errno));
    }
    return true;
}

/* Where its build is kept: $XDG_CACHE_HOME/ctxbench/peers/NAME-HASH. */
static bool name_build(struct peer *peer) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    uint64_t hash;
    const bool has_cache = cache != NULL && cache[0] == '/';
    if (!has_cache && (home == NULL || home[0] != '/'))
        return error_set(&peer->why, "found neither XDG_CACHE_HOME nor HOME, wanted one for what the peer builds");
    if (!hash_sources(peer, &hash))
        return false;
    const int length = snprintf(peer->build, sizeof peer->build, "%s%s/ctxbench/peers/%s-%016" PRIx64,
                                has_cache ? cache : home, has_cache ? "" : "/.cache", peer->name, hash);
    return (length > 0 && (size_t)length < sizeof peer->build - 32) ||
           error_set(&peer->why, "the name of the folder for what the peer builds is too long");
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

/* Built beside its place, and moved there when it is whole; another run may be quicker, with the same result. */
static bool build(struct peer *peer) {
    char said[1024], draft[PATH_MAX];
    (void)snprintf(draft, sizeof draft, "%.*s.%d", PATH_MAX - 32, peer->build, (int)getpid());
    if (!make_folders(draft, &peer->why))
        return false;
    if (mkdir(draft, 0777) != 0)
        return error_set_code(&peer->why, ERROR_SYSTEM, "cannot make %s: %s", draft, strerror(errno));
    char *const *command = expand(peer, peer->build_command, draft);
    const bool built = (command != NULL || error_set_code(&peer->why, ERROR_MEMORY, "out of memory for a command")) &&
                       command_output(command, peer->directory, build_deadline_seconds, said, sizeof said, &peer->why);
    if (!built)
        (void)error_prefix(&peer->why, "it cannot be built: ");
    if (!built || rename(draft, peer->build) != 0)
        (void)nftw(draft, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return built;
}

const char *peer_unavailable(struct peer *peer, FILE *notes) {
    const char *reason = peer_missing(peer);
    if (reason != NULL || peer->state == PEER_READY)
        return reason;
    if (peer->build_command != NULL) {
        if (!name_build(peer))
            return give_up(peer);
        const bool is_built = access(peer->build, F_OK) == 0;
        if (!is_built && notes != NULL)
            message(notes, "building the peer %s, once", peer->name);
        if (!is_built && !build(peer))
            return give_up(peer);
    }
    peer->argv = expand(peer, peer->run_command, peer->build);
    if (peer->argv == NULL) {
        (void)error_set_code(&peer->why, ERROR_MEMORY, "out of memory for a command");
        return give_up(peer);
    }
    peer->state = PEER_READY;
    return NULL;
}
