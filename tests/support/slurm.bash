# shellcheck shell=bash
#
# A cluster of Slurm's own daemons on this host, for tests: munged, slurmctld and a slurmd for each of four nodes, on
# loopback ports that are free, with their state in the test's folder. It ends with the test. To be sourced behind
# run.bash; nothing of the system's own Slurm is read or touched.
#
# shellcheck disable=SC2154 # python and folder are run.bash's

# skip_cluster WHY: where FLEET_REQUIRED is set, as in CI, that is a failure.
skip_cluster() {
  [[ -z ${FLEET_REQUIRED-} ]] || fail "$*"
  echo "skipped: $*"
  exit 77
}

require_cluster() {
  local tool
  [[ $EUID -eq 0 ]] || skip_cluster "daemons of Slurm want root"
  for tool in munged slurmctld slurmd sbatch srun squeue scontrol; do
    PATH=$PATH:/usr/sbin type -P "$tool" >/dev/null ||
      skip_cluster "$tool is missing; scripts/setup --all installs munge, slurmctld, slurmd and slurm-client"
  done
  PATH=$PATH:/usr/sbin
}

write_cluster() {
  local host node ports port
  host=$(uname -n) host=${host%%.*}
  read -r -a ports < <("$python" -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
print(*[one.getsockname()[1] for one in sockets])')
  mkdir -m 700 munge
  mkdir state
  head -c 128 /dev/urandom >munge/key && chmod 400 munge/key
  cat >slurm.conf <<EOF
ClusterName=fleet
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmdParameters=config_overrides
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmdSpoolDir=$folder/spool-%n
StateSaveLocation=$folder/state
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/%n.log
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
KillWait=2
SlurmdTimeout=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=2,bf_interval=2
PartitionName=all Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=n[1-4] MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
EOF
  for node in 1 2 3 4; do
    port=${ports[node]}
    echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$port CPUs=$(nproc) RealMemory=1 Feature=test"
    mkdir "spool-n$node"
  done >>slurm.conf
  # Later versions want a control group of systemd's otherwise, which a container may not have.
  [[ $(slurmd -V) =~ \ (2[0-2]|23\.0)\. ]] || echo CgroupPlugin=disabled >cgroup.conf
}

declare -A daemons=()

# start_node NAME [FOLDER]: FOLDER is another one there, empty and not shared.
start_node() {
  if [[ $# -eq 1 ]]; then
    slurmd -D -N "$1" >/dev/null 2>&1 &
  else
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount sh -c 'mount -t tmpfs fleet "$2" && exec slurmd -D -N "$1"' sh "$@" >/dev/null 2>&1 &
  fi
  daemons[$1]=$!
}

# kill_node NAME: as when its power fails, for the daemon.
kill_node() {
  kill -KILL "${daemons[$1]}"
  wait "${daemons[$1]}" 2>/dev/null || true
  unset "daemons[$1]"
}

has_idle_nodes() {
  [[ $(sinfo -h -p all -t idle -o %D 2>/dev/null) == 4 ]]
}

stop_cluster() {
  local job pids
  for job in $(squeue -h -o %A 2>/dev/null); do scancel "$job" 2>/dev/null; done
  for _ in {1..40}; do
    [[ -n $(squeue -h 2>/dev/null) ]] || break
    sleep 0.1
  done
  pids=("${daemons[@]}")
  [[ ${#pids[@]} -eq 0 ]] || { kill "${pids[@]}"; wait "${pids[@]}"; } 2>/dev/null || true
  daemons=()
}

start_cluster() {
  require_cluster
  write_cluster
  export SLURM_CONF=$folder/slurm.conf
  trap 'stop_cluster; rm -rf "$folder"' EXIT
  munged --foreground --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" --num-threads=2 \
    --log-file="$folder/munge/log" --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" >/dev/null 2>&1 &
  daemons[munged]=$!
  wait_for test -S munge/socket
  slurmctld -D -c -i >/dev/null 2>&1 &
  daemons[slurmctld]=$!
  for node in n1 n2 n3 n4; do start_node "$node"; done
  for _ in {1..400}; do
    ! has_idle_nodes || return 0
    sleep 0.1
  done
  tail -n 20 ./*.log
  skip_cluster "Slurm's daemons ($(slurmd -V)) do not come up here; their last words stand above"
}

# Tasks that are started wait for the lock on measuring, as for any other run on their machine: whoever holds it decides
# when they go on.
hold_tasks() {
  "$python" -c '
import os, socket, time
lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
lock.bind("\0ctxbench-run-" + os.environ["CTXBENCH_LOCK"])
lock.listen(64)
open("held", "w").close()
time.sleep(600)' &
  daemons[lock]=$!
  wait_for test -e held
  rm held
}

release_tasks() {
  kill "${daemons[lock]}"
  wait "${daemons[lock]}" 2>/dev/null || true
  unset "daemons[lock]"
}

# state_of FOLDER NODE
state_of() {
  "$SOURCE/scripts/fleet" status "$1" --json | "$python" -c 'import json, sys
print(json.load(sys.stdin)[sys.argv[1]]["state"])' "$2"
}

# is_state FOLDER STATE NODE...
is_state() {
  local node
  for node in "${@:3}"; do
    [[ $(state_of "$1" "$node") == "$2" ]] || return 1
  done
}

has_no_jobs() {
  [[ -z $(squeue -h) ]]
}
