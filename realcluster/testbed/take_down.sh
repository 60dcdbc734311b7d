# SPDX-License-Identifier: Apache-2.0
# Ends a testbed, whole or half-dead. Sourced by down.sh and up.sh after lib.sh.
# A bare `return` in a trap gives the status from before the trap, so here all name theirs.
# A node's mounts are in a mount namespace of its own and go with its last process, so only
# processes, links, namespaces, cgroups and files are left to remove.

# take_down [--keep-state]: ends and removes everything; what resists is named and fails.
# REQUIRES: root, lock_state.
take_down() {
  local left=()
  end_started_processes
  # Names are fixed: if another testbed lives, then all that bears them is its own.
  if ! other_testbed > /dev/null; then
    end_other_processes
    remove_network
    remove_mounts
    remove_cgroups
    restore_sysctls
    remove_mount_points
  fi
  mapfile -t left < <(living)
  rm -f -- "$state/up"
  [ ${#left[@]} -gt 0 ] || remove_files "$@" || left+=("files in $state")
  mapfile -t -O ${#left[@]} left < <(leftovers)
  [ ${#left[@]} = 0 ] || { say 'could not remove:'; printf '%s\n' "${left[@]}" >&2; return 1; }
}

# remove_files [--keep-state]
remove_files() {
  rm -rf -- "$pids" || return 1
  if [ "${1:-}" = --keep-state ]; then return 0; fi
  empty_state && rm -f -- "$mark" || return 1
  mountpoint -q "$state" || rmdir -- "$state"
}

# living: started processes that were not to be ended, a line each. Their pid files stay, for the
# next down.
living() {
  local name pid
  for name in $(process_names); do
    if pid=$(pid_of "$name"); then echo "process $pid, $name, which lives on"; fi
  done
}

# empty_state: all but the mark, which goes last, or a removal that was cut short would leave a
# folder that nobody may remove. REQUIRES: need_own_folder.
empty_state() {
  find "$state" -mindepth 1 -maxdepth 1 ! -path "$mark" \
    -exec rm -rf --one-file-system -- {} +
}

# end_started_processes: kubelets and containerds with them, so that nothing more is started.
# Nothing has to end gracefully: all its data goes, too.
end_started_processes() {
  local name pid all=()
  for name in $(process_names); do
    if pid=$(pid_of "$name"); then all+=("$pid"); fi
  done
  kill_and_wait "${all[@]}"
}

# end_other_processes: what those had started.
end_other_processes() {
  local round
  for round in 1 2 3; do
    # shellcheck disable=SC2046
    kill_and_wait $(shims) $(processes_in_cgroups) $(netem_processes)
  done
}

# kill_and_wait PID...
kill_and_wait() {
  [ $# -gt 0 ] || return 0
  local pid until=$((SECONDS + 10))
  kill -KILL "$@" 2> /dev/null
  for pid in "$@"; do
    while is_running "$pid" && [ "$SECONDS" -lt "$until" ]; do sleep 0.05; done
  done
}

processes_in_cgroups() {
  local folder
  for folder in $(node_cgroups); do
    find "$folder" -name cgroup.procs -exec cat {} + 2> /dev/null
  done | sort -un
}

# netem_processes: started by chaos-daemon's `tc` (daemon/tc), which leaves their ids here.
netem_processes() {
  local file pid
  for file in "$state"/netem/*; do
    pid=$(cat "$file" 2> /dev/null) || continue
    if grep -qsa wavetank-netem "/proc/$pid/cmdline"; then echo "$pid"; fi
  done
}

remove_network() {
  local path
  for path in /sys/class/net/wt-n[0-9]* /sys/class/net/"$bridge"; do
    if [ -e "$path" ]; then ip link delete "${path##*/}"; fi
  done
  for path in /run/netns/wt-n[0-9]*; do
    if [ -e "$path" ]; then ip netns delete "${path##*/}"; fi
  done
  remove_forward_rule
}

# A machine that drops what it forwards (Docker sets that) would drop what goes over the bridge.
forward_rule=(FORWARD -i "$bridge" -o "$bridge" -j ACCEPT)
add_forward_rule() {
  if iptables -w -S FORWARD 2> /dev/null | grep -qx -e '-P FORWARD DROP'; then
    iptables -w -I "${forward_rule[@]}"
    touch "$state/forward_rule"
  fi
}
remove_forward_rule() {
  [ -e "$state/forward_rule" ] || return 0
  iptables -w -D "${forward_rule[@]}" 2> /dev/null
  rm -f "$state/forward_rule"
}

remove_mounts() {
  awk -v folder="$state/" 'index($2, folder) == 1 {print $2}' /proc/mounts | sort -r |
    while read -r path; do umount -l "$path"; done
}

remove_cgroups() {
  local round
  for round in {1..40}; do
    # shellcheck disable=SC2046
    set -- $(node_cgroups)
    [ $# -gt 0 ] || return 0
    find "$@" -depth -type d -exec rmdir {} + 2> /dev/null
    [ "$round" = 1 ] || sleep 0.05
  done
}

# A kubelet sets these for the whole machine (kubelet/pkg/cm/container_manager_linux.go).
kubelet_sysctls=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops
  kernel/keys/root_maxkeys kernel/keys/root_maxbytes)

save_sysctls() {
  local name
  for name in "${kubelet_sysctls[@]}"; do
    if [ -r "/proc/sys/$name" ]; then echo "$name $(cat "/proc/sys/$name")"; fi
  done > "$state/sysctls"
}
restore_sysctls() {
  local name value
  [ -f "$state/sysctls" ] || return 0
  while read -r name value; do
    if [ "$(cat "/proc/sys/$name")" != "$value" ]; then echo "$value" > "/proc/sys/$name"; fi
  done < "$state/sysctls"
  rm -f "$state/sysctls"
}

# make_mount_points: folders outside the state folder that a node's own are mounted over, and the
# mount that `ip netns` makes of /run/netns. What was not there before is noted and removed again.
make_mount_points() {
  local path
  for path in /run/containerd /run/netns /var/lib/cni /var/lib/kubelet; do
    if [ ! -d "$path" ]; then mkdir -p "$path" && echo "rmdir $path" >> "$state/made"; fi
  done
  mountpoint -q /run/netns || echo 'umount /run/netns' >> "$state/made"
}
remove_mount_points() {
  local how path
  [ -f "$state/made" ] || return 0
  tac "$state/made" | while read -r how path; do
    if [ -d "$path" ] && [ -z "$(ls -A "$path")" ]; then "$how" "$path"; fi
  done
  rm -f "$state/made"
}
