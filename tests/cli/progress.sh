#!/usr/bin/env bash
#
# The progress line: on a terminal it fits, also when that is narrow or resized, and is gone at the end; in a pipe there
# is none.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth="0,16" --threads=1 --samples=1 --min-time=1ms --force)

# on_terminal COLUMNS RESIZED ARGUMENT...: runs with standard error on a terminal of so many columns, which becomes
# RESIZED columns wide when the first line was drawn; shows what was written there, one drawing a line.
on_terminal() {
  "$python" - "$@" <<'END'
import fcntl, os, pty, struct, subprocess, sys, termios
columns, resized = int(sys.argv[1]), int(sys.argv[2])
outer, inner = pty.openpty()
resize = lambda width: fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
resize(columns)
run = subprocess.Popen(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=inner)
os.close(inner)
written = b""
resized_already = False
while True:
    try:
        chunk = os.read(outer, 4096)
    except OSError:  # the other end was closed
        break
    written += chunk
    if not resized_already and b"%" in written:
        resize(resized)
        resized_already = True
if run.wait() != 0:
    sys.exit(f"status {run.returncode}: {written}")
print(written.decode().replace("\r\x1b[K", "\n"), end="")
END
}

for width in 20 1 200; do
  on_terminal $width $width "$BENCH" "${settings[@]}" --executions=4 --out=a.json >drawn
  sed '/^The results are in/,$d; /^bench: suite /d' drawn >lines
  [[ -z $(awk -v width=$width 'length >= width && length > 0' lines) ]] || fail "wider than $width columns: $(cat lines)"
  [[ $width -eq 1 ]] || grep -qE '^[0-9]+%' lines || fail "no progress was shown: $(cat drawn)"
  grep -q '^The results are in' drawn || fail "the line should be cleared at the end: $(cat drawn)"
done
# Cases come in random order, and not each is drawn: any of them will do.
grep -qE ' (tls|none|floor)/get/depth:' lines || fail "a wide terminal should show the case: $(cat lines)"

on_terminal 200 30 "$BENCH" "${settings[@]}" --executions=12 --out=a.json >drawn
sed '/^The results are in/,$d' drawn | grep -E '^[0-9]+%' >lines
[[ $(head -n 1 lines | wc -m) -gt 30 ]] || fail "the first line should be wide: $(head -n 1 lines)"
[[ $(tail -n 1 lines | wc -m) -le 30 ]] || fail "the last line should be narrow: $(tail -n 1 lines)"

on_terminal 80 80 "$BENCH" "${settings[@]}" --executions=1 --out=a.json --quiet >drawn
[[ ! -s drawn ]] || fail "--quiet should be quiet: $(cat drawn)"

expect 0 "$BENCH" "${settings[@]}" --executions=2 --out=a.json
! grep -qE '%|left' "$err" || fail "no progress belongs into a pipe"
