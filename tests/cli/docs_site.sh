#!/usr/bin/env bash
#
# scripts/docs builds the documentation without a warning, all its links lead somewhere, and no page loads anything from
# elsewhere. Skips where Sphinx or another package is missing, which is said; what checks the links finds faults.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"

expect 2 "$SOURCE/scripts/docs" --chek
expect_words "unknown argument '--chek'"

# Without packages: they are named, with the command that installs them.
mkdir tools
for tool in bash dirname env flock mkdir python3 readlink; do
  ln -s "$(type -P "$tool")" "tools/$tool"
done
expect 77 env PATH="$PWD/tools" bash "$SOURCE/scripts/docs"
expect_words "doxygen mandoc; scripts/setup --docs installs"

# The check of links, on a site whose faults are known.
check_links() {
  "$python" "$SOURCE/docs/generate/check_links.py" "$@"
}
page='<link rel="stylesheet" href="style.css"><h1 id="top"><a href="#top">a</a></h1>'
page+='<a href="https://example.invalid/">b</a>'
mkdir site
echo "$page<a href='two.html#other'>two</a>" >site/index.html
echo "<p id='other'>" >site/two.html
echo 'p { color: red }' >site/style.css
expect 0 check_links site
grep -qx '2 pages, 3 links, 0 faults' out || fail "check_links: $(cat out)"
expect_fault() {
  echo "$page$1" >site/index.html
  expect 1 check_links site
  expect_words "index.html: $2"
}
expect_fault '<a href="three.html">' '"three.html" leads to no file of the site'
expect_fault '<a href="../err">' '"../err" leads to no file of the site'
expect_fault '<a href="two.html#none">' '"two.html#none" leads to an element that is not there'
expect_fault '<script src="https://example.invalid/x.js"></script>' 'loads "https://example.invalid/x.js"'
expect_fault '<img src="//example.invalid/x.png">' 'loads "//example.invalid/x.png" from elsewhere'
echo "$page" >site/index.html
echo '@import url("https://example.invalid/x.css");' >site/style.css
expect 1 check_links site
expect_words 'style.css: loads "https://example.invalid/x.css" from elsewhere'
expect 1 check_links nowhere

mkdir -p "$SOURCE/build/docs/html"
echo '<a href="gone.html">' >"$SOURCE/build/docs/html/stale.html" # of a page that there is no more
status=0
"$SOURCE/scripts/docs" --check >out 2>"$err" || status=$?
if [[ $status -eq 77 ]]; then
  echo "skipped: $(<"$err")"
  exit 77
fi
[[ $status -eq 0 ]] || fail "scripts/docs --check: status $status"
for part in index.html reference/matrix.html reference/gls.html writing/strategy.html; do
  [[ -s $SOURCE/build/docs/html/$part ]] || fail "there is no $part"
done

# All functions of the library are shown.
mapfile -t functions < <(sed -n 's/^[a-z].*[ *]\(gls_[a-z_]*\)(.*/\1/p' "$SOURCE/strategies/gls/gls.h")
[[ ${#functions[@]} -gt 0 ]] || fail "gls.h declares nothing"
for function in "${functions[@]}"; do
  grep -q "id=\"c.$function\"" "$SOURCE/build/docs/html/reference/gls.html" || fail "gls.html does not have $function"
done
