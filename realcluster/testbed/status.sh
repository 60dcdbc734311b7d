#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# status.sh [--json]: what runs. Exit code 0 if the testbed is up, 4 if not.
set -uo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# read_processes: rows of NAME PID RSS_MIB ALIVE.
read_processes() {
  local name pid rss
  for name in $(process_names); do
    if pid=$(pid_of "$name"); then
      rss=$(awk '$1 == "VmRSS:" {printf "%.0f", $2 / 1024}' "/proc/$pid/status" 2> /dev/null)
      printf '%s %s %s true\n' "$name" "$pid" "${rss:-0}"
    else
      { read -r pid _ < "$pids/$name"; } 2> /dev/null
      printf '%s %s 0 false\n' "$name" "${pid:-0}"
    fi
  done
  for pid in $(shims); do
    rss=$(awk '$1 == "VmRSS:" {printf "%.0f", $2 / 1024}' "/proc/$pid/status" 2> /dev/null)
    printf 'containerd-shim %s %s true\n' "$pid" "${rss:-0}"
  done
}

# read_nodes: rows of NAME READY, as the API server says.
read_nodes() {
  local ready='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}'
  ask 5 get nodes -o jsonpath="$ready"'{"\n"}{end}' |
    sed 's/ True$/ true/; t; s/ .*/ false/'
}

json_text() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }
# json_rows: of the rows on stdin, each made an object by awk's FORMAT.
json_rows() { awk "NF {printf \"%s$1\", n++ ? \", \" : \"\", $2}"; }

print_json() {
  local lists='"nodes": [%s], "processes": [%s], "leftovers": [%s], '
  # shellcheck disable=SC2059
  printf '{"schema": "wavetank.testbed/1", "state": "%s", "why": %s, '"$lists" "$found" \
    "$(json_text "$why")" \
    "$(json_rows '{\"name\": \"%s\", \"ready\": %s}' '$1, $2' <<< "$nodes")" \
    "$(json_rows '{\"name\": \"%s\", \"pid\": %s, \"rss_mib\": %s, \"alive\": %s}' \
      '$1, $2, $3, $4' <<< "$processes")" \
    "$(json_rows '\"%s\"' '$0' <<< "$left")"
  printf '"rss_mib": %s, "kubeconfig": %s, "state_folder": %s, "cache_folder": %s, ' "$rss_mib" \
    "$(json_text "$kubeconfig")" "$(json_text "$state")" "$(json_text "$cache")"
  printf '"binaries_cached": %s}\n' "$cached"
}

print_table() {
  printf 'testbed   %s\n' "$found"
  if [ -n "$why" ]; then printf 'why       %s\n' "$why"; fi
  if [ -n "$nodes" ]; then
    awk '{printf "node      %-24s %s\n", $1, $2 == "true" ? "Ready" : "not ready"}' <<< "$nodes"
  fi
  if [ -n "$processes" ]; then
    awk '{printf "process   %-24s %8s %6s MiB%s\n", $1, $2, $3, $4 == "true" ? "" : "  dead"}' \
      <<< "$processes"
    printf 'memory    %s MiB resident in all (shared pages counted in each)\n' "$rss_mib"
  fi
  if [ "$found" = half-dead ] && [ -n "$left" ]; then sed 's/^/left      /' <<< "$left"; fi
  printf 'binaries  %s in %s\n' "$built" "$cache"
  case $found in
    up) printf 'kubectl   %s kubectl --kubeconfig %s get pods -A\n' \
      "$(running_bin)/wavekube" "$kubeconfig" ;;
    half-dead) printf 'next      %s testbed up (cleans first), or down\n' "$root/wavetank" ;;
    down) printf 'next      %s testbed up\n' "$root/wavetank" ;;
  esac
}

read -r found why <<< "$(testbed_state 5)"
processes=$(read_processes)
nodes=
left=
if [ "$found" = up ]; then nodes=$(read_nodes); else left=$(leftovers); fi
rss_mib=$(awk '{sum += $3} END {print sum + 0}' <<< "$processes")
cached=false
built='not built from these sources'
if "$here/build.sh" --check 2> /dev/null; then
  cached=true
  built=built
fi
if other=$(other_testbed); then say "a testbed with another state folder is up: $other"; fi
if [ "${1:-}" = --json ]; then print_json; else print_table; fi
[ "$found" = up ] || exit 4
