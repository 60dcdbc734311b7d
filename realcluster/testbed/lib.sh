# SPDX-License-Identifier: Apache-2.0
# What the testbed's scripts share: settings, names, what runs and what is left over.
# Sourced by them. REQUIRES: bash 5.
# shellcheck disable=SC2034
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=${here%/realcluster/testbed}
# shellcheck source=../../cmake/setup.sh
. "$root/cmake/setup.sh"

if [ -z "${HOME:-}" ]; then HOME=$(getent passwd "$EUID" | cut -d: -f6); export HOME; fi
cache=${WAVETANK_TESTBED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wavetank/testbed}
state=$(realpath -m -- "${WAVETANK_TESTBED_STATE:-/var/lib/wavetank-testbed}")
node_count=${WAVETANK_TESTBED_NODES:-2}
port=${WAVETANK_TESTBED_PORT:-6443}
chaos=${WAVETANK_TESTBED_CHAOS:-0}                # the Chaos Mesh controller
chaos_daemon=${WAVETANK_TESTBED_CHAOS_DAEMON:-0}  # and a chaos-daemon on each node

bin=$cache/bin
pids=$state/pids        # NAME holds the id and the start of process NAME: note_process
logs=$state/log
pki=$state/pki
kubeconfig=$pki/admin.kubeconfig
mark=$state/wavetank-testbed  # says that the folder is a testbed's, and with which binaries

# The control plane is in the machine's own network namespace, on the bridge's address only:
# other machines do not reach it. Node i has 10.199.0.(10+i), its pods 10.244.i.0/24.
bridge=wtbr0
bridge_net=10.199.0
pod_net=10.244
service_cidr=10.96.0.0/16
api_service=10.96.0.1  # the first of the range: what pods know the API server by
dns_service=10.96.0.10
host=$bridge_net.1
dns_port=10053
metrics_port=10443
etcd_port=12379
etcd_peer_port=12380

# Go programs of ours (kubelet, kubectl, ...) must not ask a proxy for what is on this machine.
no_proxy=${NO_PROXY:-${no_proxy:-}},$bridge_net.0/24,$service_cidr,$pod_net.0.0/16
export no_proxy NO_PROXY=$no_proxy

started_us=${EPOCHREALTIME/[.,]/}
# progress TEXT: one line with the seconds since the script began.
progress() {
  local us=$((${EPOCHREALTIME/[.,]/} - started_us))
  printf '[%4d.%ds] %s\n' $((us / 1000000)) $((us / 100000 % 10)) "$*" >&2
}

need_root() {
  [ "$EUID" = 0 ] ||
    die 4 "needs root (network namespaces, mounts, cgroups): sudo $root/wavetank testbed $1"
}

# bears_mark: the state folder is a testbed's. One of a version that made no mark is known by what
# it has in common with all of that kind, up or failed.
bears_mark() {
  [ -f "$mark" ] || [[ -d $pids && -d $pki ]] ||
    [[ -d $logs && -d $state/etcd && -d $state/netem ]]
}

# need_own_folder: the state folder is one that may be filled and removed.
need_own_folder() {
  local place="WAVETANK_TESTBED_STATE=${WAVETANK_TESTBED_STATE:-}" home
  local remedy="name a folder of its own for it, such as /var/lib/wavetank-testbed"
  case ${WAVETANK_TESTBED_STATE:-/} in
    /*) ;;
    *) die 4 "$place: depends on where one stands; $remedy" ;;
  esac
  for home in / "$HOME" $(getent passwd | awk -F: '$6 ~ "^/" && !seen[$6]++ {print $6}'); do
    [ ! "$state" -ef "$home" ] || die 4 "$place: that is $home itself; $remedy"
  done
  [ -z "$(ls -A -- "$state" 2> /dev/null)" ] || bears_mark ||
    die 4 "$state: has files and is no testbed's (no ${mark##*/} in it), left as it is;" \
      "WAVETANK_TESTBED_STATE has to name an empty folder, a new one or a testbed's"
}

# node_names: n1 n2 ... of this run.
node_names() { seq -f 'n%.0f' "$node_count"; }

k() { "$bin/wavekube" kubectl --kubeconfig "$kubeconfig" "$@"; }

# running_bin: where the binaries are with which the testbed came up.
running_bin() {
  local folder
  folder=$(cat "$mark" 2> /dev/null)
  if [ -x "$folder/wavekube" ]; then echo "$folder"; else echo "$bin"; fi
}

# ask SECONDS WORD...: kubectl of the running testbed, for no longer; leaves nothing in HOME.
ask() {
  local seconds=$1
  shift
  timeout -k 1 "$seconds" "$(running_bin)/wavekube" kubectl --kubeconfig "$kubeconfig" \
    --cache-dir "$state/kubectl" "$@" 2> /dev/null
}

# start_of PID: when it began, in clock ticks since the machine did (field 22 of /proc/PID/stat).
start_of() {
  local line fields
  line=$({ cat "/proc/$1/stat"; } 2> /dev/null) || return 1
  read -ra fields <<< "${line##*) }"  # the name in parentheses may hold anything
  echo "${fields[19]}"
}

# is_running PID: neither gone nor a zombie that its parent has not asked for. Asked by its state:
# the command line is empty for a moment while a program is being loaded.
is_running() {
  local line
  line=$({ cat "/proc/$1/stat"; } 2> /dev/null) || return 1
  line=${line##*) }  # the name in parentheses may hold anything
  case ${line%% *} in Z | X | "") return 1 ;; esac
}

# wait_for SECONDS NAME COMMAND...: until it succeeds, asked every tenth of a second; in vain, too,
# when the process NAME has ended.
wait_for() {
  local until=$((SECONDS + $1)) name=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    if [ "$SECONDS" -ge "$until" ] || ! pid_of "$name" > /dev/null; then
      return 1
    fi
    sleep 0.1
  done
}

# start NAME COMMAND...: in the background, with a pid file and a log. In a session of its own, so
# that Ctrl-C does not reach it, and without what a caller has open (a lock, a pipe).
start() {
  local name=$1 file
  shift
  (
    exec > "$logs/$name.log" 2>&1 < /dev/null
    for file in /proc/"$BASHPID"/fd/*; do
      case ${file##*/} in 0 | 1 | 2 | 255) ;; *) eval "exec ${file##*/}>&-" ;; esac
    done
    exec setsid "$@"
  ) &
  note_process "$name" $!
  disown $!  # or bash tells of its end
}

# note_process NAME PID: a pid alone may be given to a stranger (a reboot), with its start it is one
# process only, whatever it becomes by exec. One that has ended already has no start: 0 fits none.
note_process() { echo "$2 $(start_of "$2" || echo 0)" > "$pids/$1"; }

# entry_of NODE: sets `entry` to the words that run a command in the node's network and mount
# namespace. REQUIRES: its containerd answers.
entry_of() {
  entry=(nsenter --net=/run/netns/wt-"$1" --mount="/proc/$(pid_of "$1-containerd")/ns/mnt")
}

# pid_of NAME [FOLDER]: its process id if it is alive; of the testbed with that state folder. Pid
# files of before have no start: there the command line has to name the folder or the binaries.
pid_of() {
  local folder=${2:-$state} pid start words
  { read -r pid start < "$folder/pids/$1"; } 2> /dev/null && is_running "$pid" || return 1
  if [ -n "$start" ]; then
    [ "$start" = "$(start_of "$pid")" ] || return 1
  else
    words=$({ tr '\0' ' ' < "/proc/$pid/cmdline"; } 2> /dev/null) || return 1
    [[ $words == *"$folder/"* || $words == *"$bin/"* ]] || return 1
  fi
  echo "$pid"
}

# process_names: of all processes that were started, alive or not.
process_names() { if [ -d "$pids" ]; then ls "$pids"; fi; }

# shims: ids of the containerd-shim processes of this testbed's containerds.
shims() {
  local file
  for file in $(grep -lsaF -- "$state/" /proc/[0-9]*/cmdline); do
    if grep -qsa '^[^ ]*containerd-shim' "$file"; then basename "${file%/cmdline}"; fi
  done
}

# cgroup_mounts: mount points of the cgroup hierarchies, v1 and v2.
cgroup_mounts() { awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/mounts; }

# node_cgroups: the nodes' own folders in them.
node_cgroups() {
  local mount folder
  for mount in $(cgroup_mounts); do
    for folder in "$mount"/wt-n[0-9]*; do if [ -d "$folder" ]; then echo "$folder"; fi; done
  done
}

# other_testbed: the state folder of a live testbed that is not this one. Names and addresses are
# fixed, so there is at most one on a machine; the bridge's alias says whose it is.
other_testbed() {
  local owner file
  owner=$(cat "/sys/class/net/$bridge/ifalias" 2> /dev/null)
  [ -n "$owner" ] && [ "$owner" != "$state" ] || return 1
  if [ -d "$owner" ] && ! flock -n "$owner" true; then echo "$owner"; return 0; fi  # coming up
  for file in "$owner"/pids/*; do
    if [ -f "$file" ] && pid_of "${file##*/}" "$owner" > /dev/null; then
      echo "$owner"
      return 0
    fi
  done
  return 1
}

# leftovers: what a testbed has put on this machine beside its processes, a line each.
leftovers() {
  local path
  if other_testbed > /dev/null; then return 0; fi
  for path in /run/netns/wt-n[0-9]*; do
    if [ -e "$path" ]; then echo "network namespace ${path##*/}"; fi
  done
  for path in /sys/class/net/"$bridge" /sys/class/net/wt-n[0-9]*; do
    if [ -e "$path" ]; then echo "link ${path##*/}"; fi
  done
  awk -v folder="$state/" 'index($2, folder) == 1 {print "mount " $2}' /proc/mounts
  node_cgroups | sed 's/^/cgroup /'
  shims | sed 's/^/process /'
}

# testbed_state SECONDS: up, down, half-dead with the reason behind it, or changing while an up or
# down is at work. The API server has to answer in that time, where it may be asked (by root: nobody
# else reads the kubeconfig); with 0 it is not asked.
testbed_state() {
  local why
  if [ -z "$locked" ] && [ -d "$state" ] && ! flock -n "$state" true; then
    echo changing
    return 0
  fi
  if [ ! -d "$pids" ]; then
    if [ -z "$(leftovers)" ]; then echo down; else echo half-dead its processes are gone; fi
    return 0
  fi
  why=$(ailment "$1")
  if [ -z "$why" ]; then echo up; else echo "half-dead $why"; fi
}

# ailment SECONDS: what a testbed lacks to be up.
ailment() {
  local name
  for name in $(process_names); do
    pid_of "$name" > /dev/null || { echo "$name is gone"; return 0; }
  done
  # The file `up` is written when everything has started.
  if [ ! -e "$state/up" ]; then echo 'it did not come up to the end'; return 0; fi
  if [ "$1" = 0 ] || { [ "$EUID" != 0 ] && [ ! -r "$kubeconfig" ]; }; then return 0; fi
  if [ ! -x "$(running_bin)/wavekube" ]; then
    echo "kube-apiserver cannot be asked: $(running_bin)/wavekube is gone"
  else
    ask "$1" get --raw '/api/v1/nodes?limit=1' > /dev/null ||
      echo "kube-apiserver does not answer in $1 s"
  fi
}

# lock_state: one up or down at a time; held on descriptor 8 until the script ends. The folder is
# its own lock, so that none is left behind; it may be removed between its making and locking.
locked=
lock_state() {
  while true; do
    mkdir -p "$state" 2> /dev/null || die 4 "cannot make the folder $state"
    exec 8< "$state"
    flock -w 2 8 || die 4 "another \`wavetank testbed\` is at work in $state"
    if [ "$state" -ef /proc/self/fd/8 ]; then locked=yes; return 0; fi
  done
}
