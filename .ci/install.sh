#!/bin/sh
# Installs updsts @VERSION@, or upgrades to it.
#
#   curl -fsSL https://github.com/@REPOSITORY@/releases/latest/download/install.sh | sh
#   sh install.sh --uninstall
#
# UPDSTS_PREFIX    installs in PREFIX/bin and PREFIX/share (default: ~/.local)
# UPDSTS_MIRROR    downloads the archives from here instead of GitHub
#
# Installs an archive only if it has the hash below.
set -eu

# All in functions, called on the last line: half a script does nothing.

say() { printf '%s\n' "$*"; }

fail() {
  printf 'updsts: Cannot install: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The SHA-256 of each archive, as sha256sum writes it.
sums() {
  cat <<'SUMS'
@SUMS@
SUMS
}

# The system and processor, as the archives are named.
target() {
  system=$(uname -s)
  processor=$(uname -m)
  case $processor in
  x86_64 | amd64) processor=x86_64 ;;
  aarch64 | arm64) processor=aarch64 ;;
  *) fail "There is no updsts for this processor: $processor" "npx --yes @DENO@ task updsts runs it from a clone" ;;
  esac
  case $system in
  Linux) printf '%s-unknown-linux-gnu' "$processor" ;;
  Darwin)
    # A shell under Rosetta says x86_64.
    if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then processor=aarch64; fi
    printf '%s-apple-darwin' "$processor"
    ;;
  MINGW* | MSYS* | CYGWIN*) fail "This script is not for Windows" "Unpack the .zip of the release" ;;
  *) fail "There is no updsts for this system: $system" ;;
  esac
}

download() {
  if has curl; then
    curl -fsSL -o "$2" "$1"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail "Neither curl nor wget is here"
  fi || fail "Cannot download $1" "Try again, or get the archive in another way from https://github.com/@REPOSITORY@/releases"
}

sha256() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail "Nothing here computes a SHA-256: sha256sum, shasum or openssl"
  fi
}

# Puts the file $1 at $2 in one step: who runs the old one keeps it, and nobody sees half of one.
put() {
  mkdir -p "$(dirname "$2")" || fail "Cannot create $(dirname "$2")" "Set UPDSTS_PREFIX to a directory that is yours"
  next=$2.new.$$
  if ! { cp "$1" "$next" && chmod "$3" "$next" && mv -f "$next" "$2"; }; then
    rm -f "$next"
    fail "Cannot write $2" "Set UPDSTS_PREFIX to a directory that is yours"
  fi
}

# What is installed: from where in the archive, to where, with which mode.
each_file() {
  "$1" updsts "$prefix/bin/updsts" 755
  "$1" updsts.1 "$prefix/share/man/man1/updsts.1" 644
  "$1" completions/updsts.bash "$prefix/share/bash-completion/completions/updsts" 644
  "$1" completions/_updsts "$prefix/share/zsh/site-functions/_updsts" 644
  "$1" completions/updsts.fish "$prefix/share/fish/vendor_completions.d/updsts.fish" 644
}

install_file() {
  [ ! -f "$stage/$1" ] || put "$stage/$1" "$2" "$3"
}

remove_file() {
  [ -f "$2" ] || return 0
  rm -f "$2" || fail "Cannot remove $2"
  removed=1
  say "Removed $2"
}

# What the shell starts as updsts may be another one, the Python edition say.
check_path() {
  first=$(command -v updsts || :)
  case :$PATH: in
  *:"$prefix/bin":*)
    [ "$first" = "$prefix/bin/updsts" ] || say "Another updsts comes first on your PATH: $first"
    ;;
  *)
    say "$prefix/bin is not on your PATH. Add this line to your shell's start-up file (~/.profile, ~/.zshrc, ~/.bashrc):"
    say "  export PATH=\"$prefix/bin:\$PATH\""
    ;;
  esac
}

install_updsts() {
  target=$(target)
  archive=updsts-@VERSION@-$target.tar.gz
  expected=$(sums | grep -F "  $archive" | cut -d ' ' -f 1)
  [ -n "$expected" ] || fail "This release has no $archive"

  stage=$(mktemp -d) || fail "Cannot create a temporary directory"
  trap 'rm -rf "$stage"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  say "Downloading $archive"
  download "${UPDSTS_MIRROR:-https://github.com/@REPOSITORY@/releases/download/v@VERSION@}/$archive" "$stage/$archive"
  found=$(sha256 "$stage/$archive")
  [ "$found" = "$expected" ] || fail "The archive is not the one that was released: its SHA-256 is $found, and should be $expected" "Nothing was installed. Try again; if it stays so, say so at https://github.com/@REPOSITORY@/issues"

  tar -xzf "$stage/$archive" -C "$stage" || fail "Cannot unpack $archive"
  version=$("$stage/updsts" --version 2>/dev/null) || version=
  [ "$version" = "@VERSION@" ] || fail "The program does not run on this system" "It needs glibc, which Alpine has not, and a TMPDIR from which programs may be run. npx --yes @DENO@ task updsts runs it from a clone"

  each_file install_file
  say "Installed updsts $version in $prefix/bin, and in $prefix/share its man page and completions for bash, zsh and fish"
  check_path
  say "Next: updsts doctor"
}

main() {
  prefix=${UPDSTS_PREFIX:-}
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail "HOME is not set" "Set UPDSTS_PREFIX to where updsts shall go"
    prefix=$HOME/.local
  fi
  case ${1:-} in
  "") install_updsts ;;
  --uninstall)
    removed=
    each_file remove_file
    [ -n "$removed" ] || say "There is nothing of updsts in $prefix"
    ;;
  *) fail "There is no option $1" "sh install.sh, or sh install.sh --uninstall" ;;
  esac
}

main "$@"
