# shellcheck shell=bash
#
# A fresh system of some release of Debian, in a folder. To be sourced.
#
# It lies in memory, in a file system that is mounted in namespaces of its own, and its processes run in these. When the
# first process there ends, nothing is left of it all; and that ends when its parent does, whatever ended that.

# in_namespaces COMMAND...: runs it as the first process of new namespaces, in place of the calling subshell. It is killed
# when the parent of that ends, and all others there with it.
in_namespaces() {
  exec setpriv --pdeathsig KILL unshare --mount --pid --ipc --propagation private --fork --kill-child=KILL "$@"
}

# Says why no system can be made here, if so.
why_no_system() {
  if [[ $EUID -ne 0 ]]; then
    echo "wants root"
  elif ! type -P debootstrap >/dev/null; then
    echo "wants debootstrap, which scripts/setup --all installs"
  elif ! (in_namespaces true) 2>/dev/null; then
    echo "no namespaces may be made here"
  fi
}

# Prints the address of the mirror from which this machine's apt would have a release; fails if there is none, or if it
# cannot be reached. It is apt that asks, and so by its own settings.
find_mirror() {
  local release=$1 file uri found=''
  file=$(mktemp)
  # shellcheck disable=SC2016 # REPO_URI is a variable of apt-get's
  for uri in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
    [[ $uri =~ ^https?:// ]] || continue # debootstrap knows no others
    /usr/lib/apt/apt-helper download-file "${uri}dists/$release/InRelease" "$file" >/dev/null 2>&1 || continue
    grep -qx 'Origin: Debian' "$file" && found=$uri && break
  done
  rm -f "$file"
  [[ -n $found ]] && printf '%s\n' "$found"
}

# Mounts the file system at a folder: in namespaces, please.
mount_system() {
  mkdir -p "$1"
  mount -t tmpfs -o mode=755,size=90% ctxbench "$1"
}

# What programs want to see of the machine. The shared memory is the system's own.
mount_kernel() {
  mount -t proc proc "$1/proc"
  mount --rbind /sys "$1/sys"
  mount --rbind /dev "$1/dev"
  mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
}

# This machine's settings for downloads hold there, too. A mirror may stand still, as those of snapshots do: then what it
# has counts as out of date.
write_settings() {
  cp -L /etc/resolv.conf "$1/etc/"
  { apt-config dump Acquire::http && apt-config dump Acquire::https && echo 'Acquire::Check-Valid-Until "false";'; } \
    >"$1/etc/apt/apt.conf.d/90ctxbench"
}

# make_system FOLDER RELEASE MIRROR: the smallest there is, so that nothing is there which a user may lack. debootstrap
# says much; the end of it tells a failure.
make_system() {
  local folder=$1 release=$2 mirror=$3 proxy='' log options=(--variant=minbase)
  log=$(mktemp)
  mount_system "$folder"
  [[ $mirror != https:* ]] || options+=(--include=ca-certificates)
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [[ -z $proxy ]] || export http_proxy=$proxy
  debootstrap "${options[@]}" "$release" "$folder" "$mirror" >"$log" 2>&1 || { tail -n 20 "$log" && return 1; }
  rm "$log"
  write_settings "$folder"
  mount_kernel "$folder"
}

# in_system FOLDER COMMAND: a line for the system's shell, with the environment of somebody who just logged in.
in_system() {
  chroot "$1" env -i HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -c "$2" </dev/null
}
