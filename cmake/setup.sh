# SPDX-License-Identifier: Apache-2.0
# Sourced by wavetank, tests/run and tests/full: Debian packages, configure, build.
# REQUIRES: bash; $root is the source tree. Everything is written to stderr. A failure of the
# machine (package, permission) exits 4, a failed build exits 1.

say() { printf 'wavetank: %s\n' "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }

# wanted_packages SECTION...: the packages of those sections of cmake/packages.txt, one a line.
wanted_packages() {
  local line on=0
  while read -r line; do
    case $line in
      '' | '#'*) ;;
      '['*) case " $* " in *" ${line//[\[\]]/} "*) on=1 ;; *) on=0 ;; esac ;;
      *) if [ $on = 1 ]; then printf '%s\n' "$line"; fi ;;
    esac
  done < "$root/cmake/packages.txt"
}

# missing_packages SECTION...: those that dpkg does not have installed.
missing_packages() {
  local wanted installed
  wanted=$(wanted_packages "$@")
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' $wanted 2> /dev/null |
    sed -n 's/^ii *//p')
  printf '%s\n' "$wanted" | grep -vxF -e "$installed" || true
}

# Shows apt's machine-readable status as one moving line on a terminal, else a line every 5 s.
show_apt_progress() {
  local percent text shown=$SECONDS
  while IFS=: read -r _ _ percent text; do
    if [ -t 2 ]; then
      printf '\r\033[K  %3.0f%%  %.70s' "$percent" "$text" >&2
    elif [ $((SECONDS - shown)) -ge 5 ]; then
      shown=$SECONDS
      printf '  %3.0f%%  %s\n' "$percent" "$text" >&2
    fi
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# run_apt LOG [sudo] -- APT-GET ARGUMENT...: only apt's status lines go through the pipe; package
# scripts write straight to the log (one that fails to write leaves its package half configured).
run_apt() {
  local log=$1 as_root=()
  shift
  while [ "$1" != -- ]; do as_root+=("$1"); shift; done
  shift
  "${as_root[@]}" bash -c 'log=$1; shift; exec 3>&1 >> "$log" 2>&1; "$@"' bash "$log" \
    env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
    -o APT::Status-Fd=3 -o Dpkg::Use-Pty=0 "$@" < /dev/null 9>&- | show_apt_progress
}

# install_packages SECTION...: installs what is missing as root or by sudo; without either prints
# the line to run and exits 4.
install_packages() {
  local missing log=$root/build/apt.log as_root=() start=$SECONDS
  if ! command -v dpkg-query > /dev/null; then
    say 'no dpkg here: skipping the package check (Debian 12 is what Wavetank is built on)'
    return
  fi
  missing=$(missing_packages "$@" | tr '\n' ' ')
  missing=${missing% }
  [ -n "$missing" ] || return 0
  if [ "$EUID" != 0 ]; then
    if command -v sudo > /dev/null && { sudo -n true 2> /dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      say 'Debian packages are missing; as root, run:'
      printf 'apt-get install -y --no-install-recommends %s\n' "$missing" >&2
      exit 4
    fi
  fi
  say "installing Debian packages ($(wc -w <<< "$missing")): $missing"
  mkdir -p "$root/build" && : > "$log"
  run_apt "$log" "${as_root[@]}" -- update || say 'apt-get update failed; trying with old lists'
  # shellcheck disable=SC2086
  if ! run_apt "$log" "${as_root[@]}" -- install --no-install-recommends $missing; then
    tail -n 15 "$log" >&2
    die 4 "apt-get could not install: $missing (all of its output: build/apt.log)"
  fi
  say "packages installed in $((SECONDS - start)) s"
}

# lock_build: one build at a time in this tree; held on descriptor 9 until exit or exec 9>&-.
lock_build() {
  mkdir -p "$root/build" 2> /dev/null || die 4 "cannot write to $root/build"
  exec 9> "$root/build/.lock"
  if ! flock -n 9; then
    say 'another build of this tree is running; waiting for it'
    flock 9
  fi
}

# configure PRESET DIR [CMAKE ARGUMENT...]: always runs cmake, afresh if the tree was moved.
configure() {
  local preset=$1 dir=$root/$2 fresh=() log=$root/build/configure.log
  shift 2
  if [ -f "$dir/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
    fresh=(--fresh)
  fi
  say "configuring (preset $preset)"
  (
    cd "$root" && cmake "${fresh[@]}" --preset "$preset" -B "$dir" "$@"
  ) > "$log" 2>&1 < /dev/null || {
    tail -n 30 "$log" >&2
    die 1 "configuring failed (all of it: $log)"
  }
}

# configure_second DIR: the build that release is compared with, -O2 for the oldest x86-64.
configure_second() {
  local arch=x86-64-v2
  [ "$(uname -m)" = x86_64 ] || arch=
  configure v2 "$1" -DBUILD_TESTING=ON -DWAVETANK_LEARN=OFF -DWAVETANK_ARCH=$arch
}

# build DIR [TARGET...]
build() {
  local dir=$root/$1 start=$SECONDS
  shift
  # A user without a home still has this tree.
  if [ ! -w "${HOME:-/nonexistent}" ]; then export CCACHE_DIR=${CCACHE_DIR:-$root/build/.ccache}; fi
  CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 NINJA_STATUS='[%f/%t %es] ' \
    ninja -C "$dir" "$@" >&2 < /dev/null 9>&- || die 1 'the build failed; the error stands above'
  say "built ${*:-everything} in ${dir##*/} in $((SECONDS - start)) s"
}

# find_go: sets $go to one that is 1.21 or newer, which fetches the toolchain that go.mod asks for.
find_go() {
  local candidate version minor
  # shellcheck disable=SC2086
  for candidate in ${GO:-go /usr/local/go/bin/go}; do
    if ! command -v "$candidate" > /dev/null; then continue; fi
    version=$("$candidate" env GOVERSION 2> /dev/null) || continue
    minor=${version#go1.}
    minor=${minor%%[!0-9]*}
    if [ "${minor:-0}" -ge 25 ] ||
      { [ "${minor:-0}" -ge 21 ] && [ "$("$candidate" env GOTOOLCHAIN)" != local ]; }; then
      go=$candidate
      return 0
    fi
    say "$candidate is ${version:-too old}"
  done
  die 4 "needs Go 1.25 or newer (1.21 with GOTOOLCHAIN=auto fetches it): install it as" \
    "https://go.dev/doc/install says, or name it: GO=/path/to/go"
}
