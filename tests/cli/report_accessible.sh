#!/usr/bin/env bash
#
# Pages for everybody: axe-core finds no violation in them, light and dark, in headless Chromium. The policy of a page
# lets no script of ours in, so that a copy without it is looked at. Wants chromium, and axe-core (npm install -g axe-core,
# or AXE=FILE).

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"
axe=${AXE-$(npm root -g 2>/dev/null || true)/axe-core/axe.min.js}
if ! command -v chromium >/dev/null || [[ ! -s $axe ]]; then
  echo "skipped: there is no chromium, or no axe-core at $axe"
  exit 77
fi

# look PAGE SCHEME: what axe-core finds, into `found`; the last line tells that it was done. Scheme 0 is dark, 1 light.
look() {
  "$python" - "$1" "$axe" >looked.html <<'END'
import re
import sys
page, axe = (open(name, encoding="utf-8").read() for name in sys.argv[1:3])
page, policies = re.subn(r'<meta http-equiv="?Content-Security-Policy"?[^>]*>', "", page)
assert policies == 1, "a page has a policy"
print(page + "<script>" + axe + """</script><script>
axe.run().then(result => {
  const told = document.createElement('pre');
  told.textContent = result.violations.map(v => `VIOLATED ${v.id}: ${v.nodes[0].target}\\n`).join('') +
    `DONE ${result.passes.length}\\n`;
  document.body.replaceChildren(told);
});
</script>""")
END
  chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync \
    --disable-component-update --user-data-dir="$folder/profile" --virtual-time-budget=60000 \
    --blink-settings=preferredColorScheme="$2" --dump-dom "file://$folder/looked.html" 2>console |
    grep -oE 'VIOLATED .*|DONE [0-9]+' >found
  grep -qE 'DONE [1-9]' found || fail "axe-core did not come to an end with $1: $(cat found)"
}

for kind in usual program; do
  "$python" "$SOURCE/tests/support/made_up.py" "$kind" "$kind.json" || fail "made_up.py cannot make $kind"
  expect 0 "$BENCH" report "$kind.json" --out="$kind.html" --quiet
  for scheme in 0 1; do
    look "$kind.html" "$scheme"
    if grep VIOLATED found; then fail "$kind.html is not for everybody, scheme $scheme"; fi
  done
done

# It can fail: text that is hardly seen, and a figure without a text.
sed 's|<h2[^>]*>Decide|<p style="color:#ccc;background:#fff">pale</p><img src="data:,">&|' program.html >bad.html
look bad.html 1
for rule in color-contrast image-alt; do
  grep -q "VIOLATED $rule" found || fail "a page that violates $rule passes: $(cat found)"
done
