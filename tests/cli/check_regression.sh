#!/usr/bin/env bash
#
# scripts/check-regression in git's hooks, where git sets variables of its own: what is committed is what was staged, and
# index, work tree and list of work trees stay as they were. A toy project, which takes no time to build, stands for
# ctxbench. Likewise the source revision that the build records.

set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
# shellcheck disable=SC2046 # a list of names
unset $(git rev-parse --local-env-vars)
export HOME=$folder GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester
git config --global user.email tester@example.invalid
git config --global init.defaultBranch main

fail() {
  printf '%s\n' "$*"
  for file in "$folder"/*.log; do
    [[ ! -s $file ]] || { echo "$file:"; cat "$file"; }
  done
  exit 1
}

# make_toy FOLDER: a repository with two commits, whose program says how it was called.
make_toy() {
  mkdir -p "$1/scripts"
  cp "$SOURCE/scripts/check-regression" "$1/scripts/"
  cp "$SOURCE/CMakePresets.json" "$1/"
  cat >"$1/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES C)
add_executable(bench main.c)
add_custom_target(strategy_modules)
install(PROGRAMS $<TARGET_FILE:bench> DESTINATION bin RENAME ctxbench)
END
  # It prints what it was called with.
  echo '#include <stdio.h>
int main(int count, char **words) { while (--count > 0) puts(*++words); return 0; }' >"$1/main.c"
  printf 'build\n' >"$1/.gitignore"
  echo one >"$1/data"
  git init -q "$1"
  git -C "$1" add .
  git -C "$1" commit -qm one
  echo two >"$1/data"
  git -C "$1" commit -qam two
}

# hook NAME...: these hooks, and no others, run the gate. Whatever it answers is the hook's answer.
hook() {
  local hooks name
  hooks=$(git rev-parse --path-format=absolute --git-common-dir)/hooks
  rm -f "$hooks"/*
  for name; do
    printf '#!/bin/sh\nexec "%s/scripts/check-regression" HEAD~1 >"%s/hook.log" 2>&1\n' "$toy" "$folder" >"$hooks/$name"
    chmod +x "$hooks/$name"
  done
}

# expect_tree WANTED: the commit holds it, index and work tree hold nothing else, no work tree is left, and the gate ran.
expect_tree() {
  [[ $(git rev-parse 'HEAD^{tree}') == "$1" ]] || fail "$what: another tree was committed than was staged"
  [[ -z $(git status --short --untracked-files=no) ]] || fail "$what: $(git status --short --untracked-files=no)"
  [[ $(git worktree list | wc -l) == "$worktrees" ]] || fail "$what: work trees are left: $(git worktree list)"
  grep -q '^### Regression check: ' "$folder/hook.log" || fail "$what: the gate did not run"
  rm "$folder/hook.log"
}

toy="$folder/toy with blanks"
make_toy "$toy"
cd "$toy"
worktrees=1

# attempt WHAT COMMAND...: must succeed.
attempt() {
  what=$1
  "${@:2}" >"$folder/git.log" 2>&1 || fail "$what: status $?"
}

hook pre-commit prepare-commit-msg
echo staged >data
echo new >added
git add data added
wanted=$(git write-tree)
attempt "a commit" git commit -m three
expect_tree "$wanted"

echo named >data
attempt "a commit of one file, which has an index of its own" git commit -m four data
[[ $(git show HEAD:data) == named ]] || fail "$what: data is $(git show HEAD:data)"
expect_tree "$(git write-tree)"

hook post-commit
echo five >data
attempt "a commit with a hook after it" git commit -am five
expect_tree "$(git write-tree)"

# Hooks that a work tree of ours would call in turn.
hook post-checkout reference-transaction
attempt "a checkout" git checkout -q --detach HEAD~1
expect_tree "$(git write-tree)"
hook
git checkout -q main

attempt "a rebase" git rebase --exec "scripts/check-regression HEAD~1 >'$folder/hook.log'" HEAD~1
expect_tree "$(git write-tree)"

git init -q --bare "$folder/remote.git"
git remote add origin "$folder/remote.git"
hook pre-push
attempt "a push" git push origin HEAD
expect_tree "$(git write-tree)"

attempt "a linked work tree" git worktree add "$folder/linked" -b side
worktrees=2
hook pre-commit
cd "$folder/linked"
echo side >data
git add data
wanted=$(git write-tree)
attempt "a commit in a linked work tree" git commit -m side
expect_tree "$wanted"

# A base that is kept: built and installed once, and then taken from there, also where its sources are gone. A format of
# one's own is all that is printed.
cd "$toy"
bases="$folder/kept bases"
attempt "a base that is to be kept" scripts/check-regression --bases="$bases" HEAD~1
base=$(git rev-parse HEAD~1)
[[ -x $bases/$base/bin/ctxbench && $(ls "$bases") == "$base" ]] || fail "$what: found $(ls "$bases")"
grep -qx -- '--against=HEAD~1' "$folder/git.log" || fail "$what: the revision is not named: $(cat "$folder/git.log")"
printf '#!/bin/sh\necho the kept one >&2\n' >"$bases/$base/bin/ctxbench"
touch "$folder/before"
attempt "a base that is kept" scripts/check-regression --bases="$bases" HEAD~1 --format=json
[[ ! $bases/$base/bin/ctxbench -nt $folder/before ]] || fail "$what: it was made anew"
[[ $(cat "$folder/git.log") == "check
--against=HEAD~1
--format=json" ]] || fail "$what: found $(cat "$folder/git.log")"
[[ $(git worktree list | wc -l) == "$worktrees" ]] || fail "$what: work trees are left: $(git worktree list)"

# recorded: what a build of the toy would record as its revision, with the variables given.
recorded() {
  env "$@" cmake -DSOURCE="$toy" -DHEADER="$folder/revision.h" -P "$SOURCE/harness/build_facts.cmake"
  sed -n 's/^#define BUILD_SOURCE_REVISION "\(.*\)"$/\1/p' "$folder/revision.h"
}
git init -q "$folder/other"
wanted=$(git -C "$toy" rev-parse HEAD)
for variables in A=1 "GIT_DIR=$folder/other/.git" "GIT_INDEX_FILE=$folder/none" "GIT_WORK_TREE=$folder/other"; do
  found=$(recorded "$variables")
  [[ $found == "$wanted" ]] || fail "the revision recorded with $variables is '$found'; wanted $wanted"
done
