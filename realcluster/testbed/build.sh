#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds what is missing in the cache that all checkouts share: wavekube, the images and, where
# asked for, Chaos Mesh. The first build takes minutes; with --check only says whether one is due.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

kubernetes_version=$(sed -n 's/^\tk8s.io\/kubernetes v//p' "$here/kube/go.mod")
chaos_mesh=github.com/chaos-mesh/chaos-mesh

# The server's answer to /version; without it, it calls itself v0.0.0.
version_flags() {
  local to=k8s.io/component-base/version rest=${kubernetes_version#*.}
  printf -- '-X %s.gitVersion=v%s -X %s.gitMajor=%s -X %s.gitMinor=%s' "$to" \
    "$kubernetes_version" "$to" "${kubernetes_version%%.*}" "$to" "${rest%%.*}"
}

# sum_of FOLDER TEXT...: of its sources and of the words; a clone's file times say nothing.
sum_of() {
  local folder=$here/$1
  { printf '%s\n' "$@"; (cd "$folder" && sha256sum -- *); } | sha256sum | cut -d' ' -f1
}

# is_built NAME SUM
is_built() { [ -e "$bin/$1" ] && [ "$(cat "$bin/$1.sum" 2> /dev/null)" = "$2" ]; }

# go_build NAME FOLDER PACKAGE [LINKER FLAGS]: into the cache, if its sources changed.
go_build() {
  local name=$1 folder=$2 package=$3 flags="-s -w ${4:-}" sum start=$SECONDS log total
  sum=$(sum_of "$folder" "$package" "$flags")
  if is_built "$name" "$sum"; then return 0; fi
  due "$name"
  find_go
  log=$cache/build-$name.log
  say "building $name with $("$go" env GOVERSION); all of its output: $log"
  cd "$here/$folder"
  total=$(nice "$go" list -deps "$package" 2> "$log" | wc -l) || build_failed "$name" "$log"
  nice "$go" build -v -p "$(nproc)" -buildvcs=false -trimpath -ldflags "$flags" \
    -o "$bin/$name.new" "$package" >> "$log" 2>&1 &
  # What runs in the background does not get Ctrl-C.
  # shellcheck disable=SC2064
  trap "kill $! 2> /dev/null; exit 130" INT TERM
  show_packages $! "$log" "$total"
  wait $! || build_failed "$name" "$log"
  trap - INT TERM
  # A running testbed keeps the old file.
  mv "$bin/$name.new" "$bin/$name"
  echo "$sum" > "$bin/$name.sum"
  say "built $name in $((SECONDS - start)) s"
}

# show_packages PID LOG TOTAL: a line every 15 s while the build runs.
show_packages() {
  local shown=$SECONDS
  while kill -0 "$1" 2> /dev/null; do
    sleep 0.2
    if [ $((SECONDS - shown)) -ge 15 ]; then
      shown=$SECONDS
      progress "$(grep -c '^[a-z]' "$2" || true) of at most $3 packages compiled or downloaded"
    fi
  done
}

build_failed() {
  tail -n 20 "$2" >&2
  die 4 "go could not build $1 (all of its output: $2)"
}

# due NAME: with --check, a build that is due is the answer; else the folder is made for it.
due() {
  if [ "$check" = 1 ]; then
    say "$1 is not built"
    exit 4
  fi
  mkdir -p "$bin"
}

# pack_image TAG [WORD...]: an image of the testbed's app that runs it with these words.
pack_image() {
  local tag=$1 file=image-${1%%:*}.tar sum word command=/testbed-app
  shift
  for word; do command+=,$word; done
  sum=$(cat "$bin/testbed-app.sum" "$bin/wavekube.sum")-$tag-$command
  if is_built "$file" "$sum"; then return 0; fi
  due "$file"
  "$bin/wavekube" image -o "$bin/$file" -t "wavetank.local/$tag" -entry "$command" \
    "$bin/testbed-app=/testbed-app"
  echo "$sum" > "$bin/$file.sum"
}

# build_chaos_crds: Chaos Mesh's CRDs are a file inside its module.
build_chaos_crds() {
  local sum folder
  sum=$(sum_of chaosmesh crds)
  if is_built chaos-crds.yaml "$sum"; then return 0; fi
  due chaos-crds.yaml
  find_go
  folder=$(cd "$here/chaosmesh" && "$go" list -m -f '{{.Dir}}' "$chaos_mesh")
  install -m 644 "$folder/manifests/crd.yaml" "$bin/chaos-crds.yaml"
  echo "$sum" > "$bin/chaos-crds.yaml.sum"
}

# build_helpers: what chaos-daemon calls by absolute path. The stand-in for tc only where the
# kernel has no netem of its own.
build_helpers() {
  local sum kernel_netem=no name
  if unshare --net sh -c 'ip link set lo up && tc qdisc add dev lo root netem delay 1ms' \
    2> /dev/null; then kernel_netem=yes; fi
  sum=$(sum_of daemon "netem in the kernel: $kernel_netem")
  if is_built helpers "$sum"; then return 0; fi
  due helpers
  install_packages chaos
  mkdir -p "$bin/helpers"
  for name in nsexec pause memStress; do
    cc -O2 -static -o "$bin/helpers/$name" "$here/daemon/${name,,}.c"
  done
  rm -f "$bin/helpers/tc"
  if [ $kernel_netem = no ]; then
    c++ -std=c++20 -O2 -o "$bin/helpers/wavetank-netem" "$here/daemon/netem.cpp" \
      -lnetfilter_queue
    install -m 755 "$here/daemon/tc" "$bin/helpers/tc"
  fi
  echo "$sum" > "$bin/helpers.sum"
}

check=0
case ${1:-} in
  --check) check=1 ;;
  '') mkdir -p "$bin" 2> /dev/null || die 4 "cannot make the folder $bin"
    exec 7> "$bin/.lock"
    flock -n 7 || { say 'another build of the testbed is running; waiting for it'; flock 7; } ;;
  *) die 2 "build.sh: unexpected '$1'" ;;
esac
if [ "$check" = 0 ] && [ "$EUID" = 0 ]; then install_packages testbed; fi
export CGO_ENABLED=0
go_build testbed-app app .
go_build wavekube kube . "$(version_flags)"
pack_image app:1
pack_image pause:1 pause
if [ "$chaos" = 1 ]; then
  go_build chaos-controller-manager chaosmesh "$chaos_mesh/cmd/chaos-controller-manager"
  build_chaos_crds
fi
if [ "$chaos_daemon" = 1 ]; then
  CGO_ENABLED=1 go_build chaos-daemon chaosmesh "$chaos_mesh/cmd/chaos-daemon"
  build_helpers
fi
