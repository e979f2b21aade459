#!/usr/bin/env bash
#
# Debian's packages, as users get them, in two steps that need not share a system:
#
#   tests/variants/packages.sh --build FOLDER   builds them from what is committed, reads them, and leaves them in FOLDER
#   tests/variants/packages.sh --try FOLDER     installs those by apt alone into the root that this runs in, tries them
#                                               there, and removes them without a trace
#
# For roots that may be lost: fresh ones, as debian.sh in this folder makes them. The second wants a root in which nothing
# was built or installed, or it would not show that a package names all that it needs. Each ends with a line of counts;
# what lacks a tool is skipped, and says so.

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

export DEBIAN_FRONTEND=noninteractive
unset LD_LIBRARY_PATH PKG_CONFIG_PATH CFLAGS CXXFLAGS CPPFLAGS LDFLAGS DESTDIR
packages=(ctxbench ctxbench-dev libgls0 libgls-dev gls-tools)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # apt reads packages as a user of its own

# needs TOOL...: skips the check where one is missing.
needs() {
  local tool
  for tool; do
    type -P "$tool" >/dev/null || { echo "'$tool' is missing; scripts/setup --all installs it" >&2; exit 77; }
  done
}

# Does nothing, and asks nobody, where all is there.
install_tools() {
  apt-get --quiet --yes --no-install-recommends build-dep ./
  apt-get --quiet --yes --no-install-recommends install lintian
}

complain() {
  printf '%s\n' "$*" >&2
  return 1
}

build_packages() {
  needs dpkg-buildpackage dh git
  # shellcheck disable=SC2046 # a list of names: what git sets in a hook, and would mean another repository
  unset $(git rev-parse --local-env-vars)
  mkdir "$folder/source"
  git archive HEAD | tar -x -C "$folder/source"
  cd "$folder/source"
  DEB_BUILD_OPTIONS=parallel=$(nproc) dpkg-buildpackage -us -uc -b
}

read_packages() {
  needs lintian
  lintian --allow-root --fail-on error "$folder"/*.changes
}

# What packages may leave behind: all files, but for the logs, caches and databases of the package manager itself.
list_files() {
  find /etc /opt /usr /var -xdev '(' -path /var/cache -o -path /var/log -o -path /var/tmp -o -path /var/lib/apt \
    -o -path '/var/lib/dpkg/[^i]*' -o -path /usr/local/src ')' -prune -o -print | sort
}

list_packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}:${Architecture}\n' | sed -n 's/^installed //p' | sort
}

# install_packages [PACKAGE]...: ours, and others of the distribution.
install_packages() {
  apt-get --quiet --yes --no-install-recommends install "$debs"/*.deb "$@"
}

# Nothing of a package's files was left to a symbol table: what is found there is found by unwind tables alone.
files_are_hardened() {
  needs readelf dpkg-deb
  local file package libraries unpacked=$folder/unpacked
  for package in "$debs"/*.deb; do
    dpkg-deb --extract "$package" "$unpacked"
  done
  libraries=$(dirname "$(find "$unpacked" -name libgls.so.0)")
  for file in "$unpacked/usr/bin/ctxbench" "$libraries/libgls.so.0" "$libraries"/ctxbench/*.so; do
    readelf --wide --file-header --dynamic --sections "$file" >"$folder/elf"
    if grep -q '\.symtab' "$folder/elf"; then complain "$file is not stripped"; fi
    grep -qE 'BIND_NOW|Flags:.* NOW' "$folder/elf" || complain "$file binds its functions late"
    grep -qE 'Type: +DYN' "$folder/elf" || complain "$file is not position-independent"
  done
}

run_program() {
  cd "$folder"
  bash -n /usr/share/bash-completion/completions/ctxbench
  ctxbench --version | grep '^ctxbench '
  ctxbench --suite=smoke --out="$folder/smoke.json"
}

prove_tags() {
  ctxbench conformance --strategy='stacktag*'
}

# The shell's own program, which Debian builds with unwind tables.
run_tools() {
  gls-check /bin/bash | grep -E '^(fast|slower) .*bash$'
}

# The example of gls(3), linked in the ways that the package offers, whole and stripped.
run_gls() {
  needs cc pkg-config strip
  cd "$folder"
  zcat /usr/share/man/man3/gls.3.gz | sed -n '/^\.EX$/,/^\.EE$/p' |
    sed '/^\.E[XE]$/d; s/\\-/-/g; s/\\e/\\/g' >program.c
  local way output
  for way in '' '-l:libgls.a' '-static'; do
    link_gls "$way"
    for _ in whole stripped; do
      output=$(./program)
      [[ $output == $'[r-4711] done\n[no request] idle' ]] || complain "linked with '$way' the example prints: $output"
      strip program
    done
  done
}

# link_gls WAY: ./program of program.c, with the shared library or another.
# shellcheck disable=SC2046 # what pkg-config prints are words
link_gls() {
  case $1 in
    '') cc program.c -o program $(pkg-config --cflags --libs gls) ;;
    -static) cc -static program.c -o program $(pkg-config --static --cflags --libs gls) ;;
    *) cc program.c -o program $(pkg-config --static --cflags --libs gls | sed "s/-lgls/$1/") ;;
  esac
}

run_gls_by_cmake() {
  needs cmake cc
  mkdir "$folder/user"
  cd "$folder/user"
  cp /usr/share/doc/libgls-dev/examples/set_values.c program.c
  cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(user LANGUAGES C)
find_package(gls 0.1 REQUIRED)
foreach(library gls gls_static)
  add_executable(with_${library} program.c)
  target_link_libraries(with_${library} gls::${library})
endforeach()
END
  cmake -G Ninja -B build
  cmake --build build
  local program
  for program in with_gls with_gls_static; do
    "build/$program" | diff /usr/share/doc/libgls-dev/examples/set_values.expected -
  done
}

run_plugin() {
  needs cc pkg-config
  cd "$folder"
  # shellcheck disable=SC2046
  cc $(pkg-config --cflags ctxbench) -O2 -Wall -Wextra -Werror -shared -fPIC -o skeleton.so \
    /usr/share/doc/ctxbench-dev/examples/skeleton.c
  ctxbench conformance --plugin=skeleton.so --strategy=skeleton
  ctxbench --plugin=skeleton.so --strategy=skeleton --suite=smoke --workload=get --out="$folder/plugin.json"
}

# With all that apt installed for them, and nothing else.
remove_packages() {
  local -a brought
  mapfile -t brought < <(comm -13 "$folder/packages.before" <(list_packages))
  apt-get --quiet --yes purge "${brought[@]}"
  [[ $(list_packages) == "$(<"$folder/packages.before")" ]] || complain "these packages are left: $(list_packages |
    comm -13 "$folder/packages.before" -)"
  list_files | diff "$folder/files.before" -
}

build() {
  check "what the packages are built with" install_tools
  check "the packages are built" build_packages
  if ! compgen -G "$folder/*.changes" >/dev/null; then
    finish
  fi
  check "lintian finds no error" read_packages
  local package
  for package in "${packages[@]}"; do
    mv "$folder/$package"_*.deb "$debs/"
  done
  check "their files are hardened, and stripped" files_are_hardened
}

# The program first, with nothing but what apt brings for it; then programs of users, with what these are built with.
try_packages() {
  list_files >"$folder/files.before"
  list_packages >"$folder/packages.before"
  check "apt alone installs them" install_packages
  check "the program" run_program
  check "stack tags in the program" prove_tags
  check "the tools of gls" run_tools
  check "apt removes them without a trace" remove_packages
  check "apt installs them beside a compiler" install_packages gcc libc6-dev pkg-config cmake ninja-build
  check "the gls library by pkg-config" run_gls
  check "the gls library by CMake" run_gls_by_cmake
  check "a plug-in" run_plugin
}

# For apt and dpkg, in a root that does not know the packages yet.
require_fresh_root() {
  local package
  [[ $EUID -eq 0 ]] || { echo "packages.sh: installs packages, and has to be called as root" >&2; exit 1; }
  type -P apt-get dpkg-query >/dev/null || { echo "packages.sh: this is no Debian" >&2; exit 1; }
  for package in "${packages[@]}"; do
    if dpkg-query --show "$package" >/dev/null 2>&1; then
      echo "packages.sh: $package is known to dpkg here already; wanted a root that may be lost, without it" >&2
      exit 1
    fi
  done
}

if [[ $# -ne 2 || ! -d $2 || ( $1 != --build && $1 != --try ) ]]; then
  echo "packages.sh: found \"$*\"; wanted --build or --try, and a folder that exists, for the packages" >&2
  exit 2
fi
debs=$(readlink -f "$2")
require_fresh_root
case $1 in
  --build) build ;;
  --try) try_packages ;;
esac
finish
