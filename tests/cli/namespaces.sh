#!/usr/bin/env bash
#
# Nothing is left of a system that support/root.bash makes, neither mounts nor processes, whatever ends the script that
# uses it.

source "$SOURCE/tests/support/checks.bash"
source "$SOURCE/tests/support/root.bash"
if [ "$EUID" -ne 0 ] || ! (in_namespaces true) 2>/dev/null; then
  echo "skipped: wants root, and to be allowed to make namespaces"
  exit 77
fi
export VISIT=$$ # marks the processes below

# A script, and what it does in namespaces: with a process in a session of its own, which would stay for ever.
cat >script <<END
. "$SOURCE/tests/support/root.bash"
read -r _ < <(in_namespaces bash "$folder/inside" "\$@")
echo "the script went on" >&2
END
cat >inside <<END
. "$SOURCE/tests/support/root.bash"
mount_system "$folder/system"
mkdir system/{proc,sys,dev}
mount_kernel system
touch system/file
(setsid sleep 100000 &)
touch ready
eval "\$1"
END

list_left() {
  env -u VISIT grep -lzxF "VISIT=$$" /proc/[0-9]*/environ 2>/dev/null
  grep -lF "$folder" /proc/[0-9]*/mountinfo 2>/dev/null
  ls -A system
}

# expect_nothing WHAT
expect_nothing() {
  for _ in {1..100}; do
    [ -n "$(list_left)" ] || return 0
    sleep 0.1
  done
  fail "$1: left are $(list_left)"
}

# begin COMMAND: the script in the background, in a group of its own as a terminal would have it, until it came to this.
begin() {
  rm -f ready
  set -m
  bash script "$1" 2>err &
  script=$!
  set +m
  while [ ! -e ready ] && kill -0 "$script"; do sleep 0.1; done
}

# end_by SIGNAL PROCESS
end_by() {
  begin 'sleep 100000'
  [ -n "$(list_left)" ] || fail "SIG$1: there is nothing to take down"
  kill -"$1" -- "$2$script"
  wait "$script" 2>/dev/null && fail "SIG$1: status 0"
  expect_nothing "SIG$1"
}

end_by TERM ''
end_by KILL ''
end_by INT - # the group: Ctrl-C

for command in 'exit 0' 'exit 3'; do
  begin "$command"
  wait "$script" || fail "$command: status $?: $(cat err)"
  expect_nothing "$command"
done

# The first process there is killed, from outside.
begin 'sleep 100000'
kill -KILL "$(pgrep -f "^bash $folder/inside")"
wait "$script" || fail "a child killed: status $?: $(cat err)"
expect_nothing "a child killed"
finish
