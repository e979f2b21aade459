#!/usr/bin/env bash
#
# bench report: pages, Markdown, text and figures of result files, most of which made_up.py makes: what they say is
# derived from the data, agrees digit for digit everywhere, and nothing in a file does anything but stand there as text.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"
support=$SOURCE/tests/support

make_result() {
  "$python" "$support/made_up.py" "$1" "$1.json" || fail "made_up.py cannot make $1"
}

# report KIND...: a page of these results into KIND.html, quietly.
report() {
  local files=()
  for kind; do files+=("$kind.json"); done
  expect 0 "$BENCH" report "${files[@]}" --out="$1.html" --quiet --force
}

# page FILE CODE: runs Python with the parsed page as `page`: page.text, page.sections (text by id), page.tables.
page() {
  PYTHONPATH=$support "$python" -c "
import json, sys, page_parser
page = page_parser.parse(sys.argv[1])
$2" "$1" || fail "$1 is not as it should be"
}

for kind in usual old other large hostile build-a build-b one-case failures nothing matrix unmatched stores no-fibers part-of-a-matrix program; do
  make_result "$kind"
done

# --- What the answer says is what the data say.
report usual
# Each number in the matrix leads to a note of that number, and each cell that is not a pass has one.
page usual.html '
import re
html = open("usual.html").read()
matrix = re.search("<table id=.matrix-1.*?</table>", html, re.DOTALL).group()
cells = re.findall("<td[^>]*>(?:<a href=#([^>]*)>)?(x|\u00b7)(?:<sup>(.*?)</sup>)?", matrix)
assert cells and all(target and f"<li id={target}><strong>{number}</strong> " in html for target, _, number in cells), cells
'
page usual.html '
answer = page.sections["answer"]
assert "fastest way to read the context is explicit, 3.00 ns" in answer, answer
assert "Only one passes under all 4 conditions below: stacktag" in answer, answer
assert "that hands nothing on. 2 of 3 strategies pass. The fastest read among them: tls, 5.00 ns" in answer
assert "Not applicable: explicit (hands nothing on)" in answer
assert "Fibers that go from thread to thread. 2 of 3 strategies pass" in answer
assert "stacktag from 9.01 ns at 0 to 342 ns at 256" in answer
assert "An argument begins to be faster than tls between 5 and 50" in answer
assert page.figures == page.drawn > 0, (page.figures, page.drawn)
overview = page.tables["overview-1"]
assert [row["strategy"] for row in overview] == ["explicit", "stacktag", "tls"], overview
assert overview[2]["fails"] == "fiber-switch, fiber-migration, fiber-crowd"
assert "None: every execution gave a time." in page.sections["failures"]
'
page usual.html '
trust = page.sections["trust"]
assert "timed on x86_64" in trust and "gcc 12.2.0" in trust, trust
assert "Measured: 33 cases, in 297 executions" in trust and "2 cases do not apply" in trust, trust
assert "Proved: 31 pass, 3 fail, 2 not applicable" in trust and "none was noticed" in trust, trust
'
report other
page other.html '
answer = page.sections["answer"]
assert "fastest way to read the context is stacktag, 10.0 ns" in answer, answer
assert "It passes under all 4 conditions below" in answer
assert "An argument stops being faster than tls between 0 and 5" in answer
assert "Cheaper, but wrong" not in answer
'

# A file that says nothing of its workloads and scenarios is told by what it holds.
report old
page old.html '
answer = page.sections["answer"]
assert "fastest way to read the context is explicit, 3.00 ns" in answer and "2.00 x floor" in answer, answer
assert "nest; three-answers" in answer and "fiber-switch; fiber-migration; fiber-crowd" in answer, answer
assert "get" in page.sections and "request" in page.sections, list(page.sections)
rows = {row["strategy"]: row for row in page.tables["data-get-latency-depth"] if row["depth"] == "0"}
assert rows["stacktag"]["vs walk-floor"] and not rows["tls*"]["vs walk-floor"], rows
'

# Where there are no fibers, nobody is said to be wrong or right on them.
report no-fibers
page no-fibers.html '
answer = page.sections["answer"]
assert ("Not applicable here: Fibers that take turns on a thread; Fibers that go from thread to thread "
        "(this program has no fibers)") in answer, answer
assert answer.count("Fibers") == 2 and "Of the 2 that pass under all 2 conditions below" in answer, answer
'

report part-of-a-matrix
page part-of-a-matrix.html '
answer = page.sections["answer"]
assert "the conformance matrix that was given leaves out what the choice rests on" in answer, answer
assert "Fastest read: explicit, 3.0" in answer, answer
'

# What a strategy cannot do stands in the tables, with the reason, and not nowhere.
page usual.html '
gaps = page.tables["gaps"]
assert gaps == [{"workload": "get", "strategies": "ids-only", "cases": "2", "reason": "there are no ids"}], gaps
rows = [row for row in page.tables["data-get-latency-depth"] if row["strategy"] == "ids-only"]
assert [(row["depth"], row["median"]) for row in rows] == [("0", "n/a"), ("256", "n/a")], rows
'

# Where stores are compared, names say which.
report stores
page stores.html '
answer = page.sections["answer"]
assert "The fastest of all stores: explicit+flat, 3.0" in answer and "next tls, 6.0" in answer, answer
assert "slowest tls+flat, 12.0 ns" in answer, answer
rows = {(row["strategy"], row["store"]): row["median"] for row in page.tables["data-keys-latency-store"]}
assert rows["tls*", "flat"].startswith("12.") and rows["explicit", "chain"].startswith("9."), rows
'

# A run and a matrix belong together; a strategy that is fast and wrong is told to be.
report unmatched matrix
page unmatched.html '
answer = page.sections["answer"]
assert "Fibers" in answer and "2 of 3 strategies pass" in answer, answer
'
report unmatched
page unmatched.html '
assert "no conformance matrix was given" in page.sections["answer"]
assert "Fibers" not in page.sections["answer"]
'

# --- Several runs: those of one machine are judged, those of several stand side by side and are not subtracted.
expect 0 "$BENCH" report build-a.json build-b.json --out=builds.html --quiet
page builds.html '
rows = page.tables["comparison-1"]
assert rows[0]["ratio"] == "1.50" and rows[0]["case"].startswith("tls/"), rows[0]
assert [row["verdict"] for row in rows] == ["regressed"] * 3 + ["equivalent"] * 15, rows
assert "3 regressed, 0 improved, 15 equivalent, 0 inconclusive" in page.sections["comparison"]
assert "compiler: gcc 12.2.0 / clang 14.0.6" in page.sections["comparison"]
assert "Regressed: tls/get/depth:0/up:1/latency/threads:1/pu (1.50 x), tls/get/depth:16/" in page.sections["comparison"]
assert "Improved:" not in page.sections["comparison"]
# The plot of all changes, the one that became slowest first.
import re
plot = re.search(r"<figure id=.figure-forest-1.*?</figure>", open("builds.html").read(), re.DOTALL).group()
labels = re.findall(">((?:tls|explicit|stacktag)[^<]*), get, depth [0-9]+", plot)
assert "tls, get, depth 0" in plot and labels[:3] == ["tls"] * 3, labels
assert "regressed" in plot and "equivalent" in plot and "improved" not in plot, plot
assert page.text.index("3 regressed") < page.text.index("fastest way to read"), "what changed does not come first"
assert "side-by-side" not in page.tables
'
expect 0 "$BENCH" report usual.json other.json --out=machines.html --quiet
page machines.html '
row = next(row for row in page.tables["side-by-side"] if row["case"].startswith("tls/get/depth:0/"))
assert row["A: made-up"].startswith("5.0") and row["B: elsewhere"] == "20.0 ns", row
assert "comparison-1" not in page.tables and "regressed" not in page.text
answer = page.sections["answer"]
assert answer.index("to read the context is explicit") < answer.index("to read the context is stacktag"), answer
'

# --- Small, large, broken and missing.
memory_mib=200
if is_sanitised; then memory_mib=2000; fi
"$python" -c '
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
assert used.ru_maxrss <= int(sys.argv[1]) << 10, f"{used.ru_maxrss} KiB"
assert used.ru_utime + used.ru_stime < 60, used
' $memory_mib "$BENCH" report large.json --out=large.html --quiet || fail "a page as large as that of the suite full takes too much"
page large.html '
shown = sum(len(rows) for id, rows in page.tables.items() if id.startswith("data-") or id == "cases")
assert shown >= 23 * 10 * 17, shown
assert page.figures == 30, page.figures
assert "unheard-of" in page.sections["threads"]
assert "keys" in page.sections and "handoff" in page.sections
'
[[ $(stat -c %s large.html) -le 1000000 ]] || fail "a page as large as that of the suite full is larger than 1 MB"
report one-case
page one-case.html '
assert "Fastest read, of one strategy: tls, 5.0" in page.sections["answer"], page.sections["answer"]
assert "too narrow" in page.sections["environment-section"]
'
report failures
page failures.html '
failures = page.tables["failures-table"]
assert [(row["outcome"], row["times"], row["reason"]) for row in failures] == [("crashed", "3", "ended by SIGSEGV")]
assert "The machine was busy." in page.text and "was interrupted after" in page.text
'
report nothing
page nothing.html '
assert "No execution gave a time" in page.sections["answer"]
assert page.tables["failures-table"][0]["reason"] == "gave no answer"
'
report matrix
page matrix.html 'assert "Nothing was measured" in page.sections["answer"] and len(page.tables["matrix-1"]) == 12'

# --- Digit for digit: what a file says, and the page, the table on the terminal, the Markdown and the text made of it.
expect 0 "$BENCH" run --suite=smoke --strategy=tls --workload=with,get --executions=2 --out=small.json
cp out small.table
expect 0 "$BENCH" report small.json --out=small.html --quiet
expect 0 "$BENCH" report small.json --format=markdown --quiet
cp out small.md
expect 0 "$BENCH" report small.json --terminal --quiet
cp out small.text
PYTHONPATH=$support "$python" -c '
import json, re, statistics, page_parser

def shown(ns):
    unit, factor = next((u, f) for u, f in (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9))
                        if ns < 999.5 * f or u == "s")
    value = ns / factor
    digits = 4 if value < 0.0995 else 3 if value < 0.9995 else 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {unit}"

def medians_of(path):
    by_case = {}
    for row in json.load(open(path))["benchmarks"]:
        by_case.setdefault(row["name"], []).append(statistics.median(row["ctxbench"]["samples"]["real_ns"]))
    return {name: shown(statistics.median(medians)) for name, medians in by_case.items()}

def strategies_and_medians(page):
    return {(row["strategy"].rstrip("*"), row["median"]) for id, rows in page.tables.items()
            if id.startswith("data-") or id == "cases" for row in rows if row["median"] != "n/a"}

for name in ("large", "small"):
    told = strategies_and_medians(page_parser.parse(f"{name}.html"))
    assert told == {(case.split("/")[0], median) for case, median in medians_of(f"{name}.json").items()}, name

# Each row of the table is a case of the page, with the same median, interval and ratios.
page, rows = page_parser.parse("small.html"), 0
tables = {id: table for id, table in page.tables.items() if id.startswith("data-")}

def find_case(workload, form, values):
    for id, table in tables.items():
        for case in table if id.startswith(f"data-{workload}-{form}") else []:
            if case["strategy"].rstrip("*") == "tls" and all(case.get(name, value) == value for name, value in values):
                return case

for line in open("small.table"):
    heading = re.match(r"(\S+), (\S+), per .*?  +(median .*)", line)
    if heading:
        workload, form, columns = heading[1], heading[2], re.split(r"  +", heading[3].strip())
        continue
    row = re.match(r"  ((?:[a-z]+ \d+(?:, )?)+)  +(\d.*)", line)
    if row:
        case = find_case(workload, form, [pair.split(" ") for pair in row[1].strip().split(", ")])
        assert re.split(r"  +", row[2].strip()) == [case[column] for column in columns], (line, case)
        rows += 1
assert rows >= 3, rows

times = re.compile(r"\d+(?:\.\d+)? (?:ns|us|ms|s)\b")
medians = {median for _, median in strategies_and_medians(page)}
answer = set(times.findall(page.sections["answer"]))
assert answer and answer <= medians, (answer, medians)
for name in ("small.md", "small.text"):
    text = re.sub(r"## Decide\n.*?\n## ", "", open(name).read(), flags=re.S)  # computes: see cli/advise
    other = set(times.findall(text))
    assert answer <= other <= medians, (name, answer, other, medians)
' || fail "a file, its page, its table, its Markdown and its text do not show the same numbers"

# --- Nothing in a file does anything.
expect 0 "$BENCH" report hostile.json --out=hostile.html --figures=figures
expect 0 "$BENCH" report hostile.json --out=hostile.md --format=markdown --figures=figures --force
expect 0 "$BENCH" report hostile.json --terminal
cp out hostile.txt
[[ ! -e pwned && ! -e figures/pwned ]] || fail "a text of the file was run"
PYTHONPATH=$support "$python" "$support/check_hostile.py" || fail "a hostile text does something"

# --- Files.
expect 2 "$BENCH" report usual.json --out=usual.html
expect_words "usual.html exists already"
expect 2 "$BENCH" report
expect_words "bench report wants files: bench report RESULT..."
expect 2 "$BENCH" report missing.json
expect_words "missing.json"
expect 2 "$BENCH" report usual.json --format=pdf
expect_words '--format'
expect 0 "$BENCH" report usual.json --out=-
grep -q '</html>' out || fail "--out=- prints no page"
expect 0 "$BENCH" report usual.json
[[ -s report.html ]] || fail "without --out there is no report.html"

# --- Without gnuplot there are all figures. PDFs alone are missing, of which a message tells.
mkdir bin
PATH=$PWD/bin expect 0 "$BENCH" report usual.json --out=bare.html --figures=bare
expect_words "without PDF"
expect_words "gnuplot-nox"
cmp bare.html usual.html || fail "a page is not the same without gnuplot"
for kind in csv gp svg; do
  [[ -s bare/get-latency-depth.$kind ]] || fail "without gnuplot there is no $kind of a figure"
done
compgen -G 'bare/*.pdf' >/dev/null && fail "there is a PDF without gnuplot"
PATH=$PWD/bin expect 0 "$BENCH" report usual.json --out=bare.html --force
[[ $(cat "$err") == "The report is in bare.html." ]] || fail "a report that needs no gnuplot speaks of it"
if command -v gnuplot >/dev/null; then
  expect 0 "$BENCH" report usual.json --out=full.html --figures=full
  [[ $(head -c 5 full/get-latency-depth.pdf) == %PDF- ]] || fail "with gnuplot, a figure is no PDF"
  cmp full/get-latency-depth.svg bare/get-latency-depth.svg || fail "gnuplot changes an SVG"
fi

# --- In a browser, where there is one. Frames of the width of a screen and of a phone, with scripts and without, are
# looked at from outside, since the policy of the pages lets no script of ours in: nobody has to scroll sideways, no
# text of a figure lies on another, the page's script runs, and nothing stands on the console, not even a refused fetch.
if ! command -v chromium >/dev/null; then
  echo "skipped: there is no chromium to look at the pages with"
  exit
fi
report program
cat >frames.html <<'END'
<!doctype html><body><script>
const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
const countOverlaps = svg => {
  const boxes = [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect());
  return boxes.reduce((sum, a, i) => sum + boxes.slice(0, i).filter(b => overlap(a, b)).length, 0);
};
// A need that is ticked, and a number that is typed, change the advice.
const decides = inside => {
  const section = inside.querySelector('#decide'), told = () => section.querySelector('p').textContent;
  const before = told(), boxes = section.querySelectorAll('input[type=checkbox]');
  boxes[1].click();
  const ticked = told(), depth = section.querySelector('input[type=number]');
  depth.value = 1000;
  depth.dispatchEvent(new Event('input', {bubbles: true}));
  return before.startsWith('Take explicit') && ticked.startsWith('Take tls') && told().startsWith('Nothing can be') &&
    section.querySelector('caption').textContent.startsWith('1000 calls deep');
};
for (const page of ['usual', 'hostile', 'builds', 'program'])
  for (const width of [1400, 400])
    for (const scripts of [true, false]) {
      const frame = document.createElement('iframe');
      if (!scripts) frame.sandbox = 'allow-same-origin';
      frame.width = width;
      frame.height = 900;
      frame.style.border = 0;
      frame.onload = () => {
        const inside = frame.contentDocument, wide = inside.documentElement.scrollWidth;
        const buttons = inside.querySelectorAll('th button').length, rows = inside.querySelectorAll('tbody tr').length;
        const overlaps = [...inside.querySelectorAll('svg')].reduce((sum, svg) => sum + countOverlaps(svg), 0);
        const good = wide <= width && (buttons > 0) === scripts && rows > 20 && overlaps === 0 &&
          (page !== 'program' || !scripts || decides(inside));
        document.body.append(`${good ? 'GOOD' : 'BAD'}: ${page} at ${width} px, scripts ${scripts}: ` +
          `${wide} px, ${buttons} buttons, ${rows} rows, ${overlaps} overlaps. `);
      };
      frame.src = page + '.html';
      document.body.append(frame);
    }
</script>
END
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync \
  --disable-component-update --user-data-dir="$folder/profile" --enable-logging=stderr --virtual-time-budget=10000 \
  --allow-file-access-from-files --window-size=1500,1000 --dump-dom "file://$folder/frames.html" >dom 2>console ||
  fail "chromium cannot show the pages"
if grep 'CONSOLE' console | grep -v 'frame is sandboxed'; then fail "pages have messages on the console"; fi
[[ $(grep -o 'GOOD:' dom | wc -l) -eq 16 ]] || fail "not all pages are good: $(grep -oE '(GOOD|BAD):[^.]*' dom)"
