#!/usr/bin/env bash
# Debian 12: ruby-rotp 6.2.0 (rotp, the command), beside oathtool 2.6.7.
#
# For a secret in groups of four, as many sites show it, rotp prints its error in
# red on stdout, where the code is expected, nothing on stderr, and ends with 0;
# so it does for an option that it does not know. A pipe into what wants a code,
# CODE=$(rotp …) || exit 1 and set -o pipefail all go on.
#
# One would guess that a command made for scripts, whose whole output is six
# digits, says by exit code and stderr that it has none, as oathtool does for the
# option.
#
# Needs apt-get and ruby.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download ruby-rotp=6.2.0-2 oathtool=2.6.7-3.1+deb12u1 liboath0=2.6.7-3.1+deb12u1
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

rotp() { ruby -I "$dir/debian/usr/lib/ruby/vendor_ruby" "$dir/debian/usr/bin/rotp" "$@"; }
oathtool() { LD_LIBRARY_PATH=$(echo "$dir"/debian/usr/lib/*-linux-gnu*) "$dir/debian/usr/bin/oathtool" "$@"; }
ends() { # NAME COMMAND ...
  local name=$1 status=0
  shift
  "$@" > "$dir/out" 2> "$dir/err" || status=$?
  local kind=nothing
  if [ -s "$dir/out" ]; then kind=text; fi
  if grep -qx '[0-9]\{6\}' "$dir/out"; then kind="a code"; fi
  echo "$name: $kind on stdout, $([ -s "$dir/err" ] && echo text || echo nothing) on stderr, exit $status"
}
saw=$(
  ends "rotp, secret in one" rotp --secret JBSWY3DPEHPK3PXP
  ends "rotp, secret in groups" rotp --secret "JBSW Y3DP EHPK 3PXP"
  ends "rotp, unknown option" rotp --secret JBSWY3DPEHPK3PXP --digits 6
  ends "oathtool, secret in groups" oathtool --totp -b "JBSW Y3DP EHPK 3PXP"
  ends "oathtool, unknown option" oathtool --totp -b JBSWY3DPEHPK3PXP --period 30
)
echo "$saw"
[ "$saw" = "rotp, secret in one: a code on stdout, nothing on stderr, exit 0
rotp, secret in groups: text on stdout, nothing on stderr, exit 0
rotp, unknown option: text on stdout, nothing on stderr, exit 0
oathtool, secret in groups: a code on stdout, nothing on stderr, exit 0
oathtool, unknown option: nothing on stdout, text on stderr, exit 1" ]
