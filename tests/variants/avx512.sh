#!/usr/bin/env bash
#
# The scan of stacks by AVX-512, on whatever x86-64 there is: Bochs, which emulates a processor that has it (Debian's
# qemu and valgrind do not), boots the kernel of Debian's installer with these tests as all the rest of the system.
# Takes some minutes. Ends with a line of counts.
#
#   tests/variants/avx512.sh [READS]      READS: those of the stress test, of which a quarter are scans; a million

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

reads=${1-1000000}
built=build/release
folder=$PWD/build/variants/avx512
serial=$folder/serial # what the guest says
# The newest release's that is installed: its package bears the number of one (scripts/setup).
kernel=$(printf '%s\n' /usr/lib/debian-installer/images/*/amd64/text/debian-installer/amd64/linux | tail -n 1)

programs=(test_scan_find test_stack_stress prove_all)

# What the guest runs, each behind its name. CTXBENCH_SCAN is set there, so that the strategy refuses to run by less.
commands=(
  "processor grep -qw avx512f /proc/cpuinfo"
  "scan_find tests/test_scan_find"
  "stack_stress tests/test_stack_stress $reads 1"
  "matrix tests/prove_all strategies stacktag-scan"
)
names=("${commands[@]%% *}")

build() {
  cmake --preset release && cmake --build --preset release --target "${programs[@]}" strategy_modules
}

# The first process of the guest. It has no `poweroff`; 'o' has the kernel do it, which takes a moment.
write_init() {
  local command
  printf '%s\n' '#!/bin/sh' 'export PATH=/bin CTXBENCH_SCAN=avx512' 'mount -t proc proc /proc' \
    'mount -t devtmpfs dev /dev' 'exec >/dev/ttyS0 2>&1'
  for command in "${commands[@]}"; do
    printf 'echo "begin %s"; %s; echo "status %s $?"\n' "${command%% *}" "${command#* }" "${command%% *}"
  done
  printf '%s\n' 'sleep 1 # by then the line has sent all' 'echo o >/proc/sysrq-trigger' 'sleep 60'
}

# What the guest runs, and all libraries that it asks for, where it asks for them.
fill_root() {
  local root=$1 libraries library
  local -a system=(/bin/{sh,mount,sleep,grep})
  local -a tests=("${programs[@]/#/$built/tests/}")
  local -a modules=("$built"/strategies/*.so)
  mkdir -p "$root"/{bin,dev,proc,tests,strategies}
  cp -L "${system[@]}" "$root/bin/"
  cp "${tests[@]}" "$root/tests/"
  cp "${modules[@]}" "$root/strategies/"
  libraries=$(ldd "${system[@]}" "${tests[@]}" "${modules[@]}" | sed -nE 's/.*[ \t](\/[^ ]+) \(0x.*/\1/p' | sort -u)
  for library in $libraries; do
    install -D "$library" "$root$library"
  done
  write_init >"$root/init"
  chmod +x "$root/init"
}

# The kernel takes what Bochs 2.7 says of XSAVEC and XSAVES for a contradiction, and would do without any vectors. Where
# it panics it is to bring the machine down, which ends the emulator.
write_boot_menu() {
  printf '%s\n' 'DEFAULT guest' 'LABEL guest' 'KERNEL /linux' \
    'APPEND initrd=/root.gz console=ttyS0 quiet nokaslr mitigations=off clearcpuid=xsaves,xsavec panic=-1 reboot=triple'
}

make_disk() {
  local disk=$folder/disk
  rm -rf "$folder"
  mkdir -p "$disk/isolinux"
  fill_root "$folder/root"
  (cd "$folder/root" && find . | cpio --quiet --create --format=newc | gzip -1) >"$disk/root.gz"
  cp "$kernel" "$disk/linux"
  cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$disk/isolinux/"
  write_boot_menu >"$disk/isolinux/isolinux.cfg"
  xorriso -as mkisofs -quiet -o "$folder/disk.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot \
    -boot-load-size 4 -boot-info-table "$disk"
}

# `ips` is the guest's idea of its speed: its clock goes by instructions.
write_machine() {
  cat <<END
cpu: model=corei7_skylake_x, ips=100000000, reset_on_triple_fault=0
memory: guest=2048, host=2048
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$folder/disk.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$serial
display_library: term
log: $folder/machine.log
panic: action=fatal
END
}

# Debian's Bochs is built as a debugger, which is told to go on, and opens a terminal of its own for the guest's screen.
# Unless somebody reads that, Bochs waits once it is full.
boot() {
  local emulator screen='' status=0 log=$folder/log
  write_machine >"$folder/machine"
  echo continue >"$folder/go"
  TERM=xterm timeout --signal=KILL 3600 bochs -q -f "$folder/machine" -rc "$folder/go" </dev/null >"$log" 2>&1 &
  emulator=$!
  # It does not heed SIGTERM. `timeout` leads a group of the two.
  # shellcheck disable=SC2064 # the number of now
  trap "kill -KILL -- -$emulator 2>/dev/null" EXIT
  while [[ -z $screen ]] && kill -0 "$emulator" 2>/dev/null; do
    sleep 0.1
    screen=$(sed -n 's/^Bochs connected to screen "\(.*\)"$/\1/p' "$log")
  done
  cat "$screen" >/dev/null 2>&1 &
  wait "$emulator" || status=$?
  trap - EXIT
  grep -q "^status ${names[-1]} " "$serial" && return
  echo "Bochs ended with status $status before the guest did"
  tail -n 20 "$log" "$folder/machine.log" "$serial"
  return 1
}

# Did the guest's command of this name succeed? Says what it said.
has_passed() {
  sed -n "/^begin $1/,/^status $1/p" "$serial"
  grep -q "^status $1 0" "$serial"
}

if [[ $(uname -m) != x86_64 ]]; then
  echo "skipped AVX-512: scans are for x86-64"
  echo "0 passed, 0 failed, 1 skipped"
  exit
fi
if ! type -P bochs xorriso cpio >/dev/null || [[ ! -e $kernel ]]; then
  echo "avx512.sh: the emulator or what it boots is missing; scripts/setup --all installs them" >&2
  exit 1
fi
check "build for AVX-512" build
check "disk to boot from" make_disk
[[ $failed -eq 0 ]] || finish
check "a boot of the guest to its end" boot
for name in "${names[@]}"; do
  check "AVX-512: $name" has_passed "$name"
done
finish
