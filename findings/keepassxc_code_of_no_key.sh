#!/usr/bin/env bash
# Debian 12: keepassxc 2.7.4 (keepassxc-cli show -t).
#
# An entry whose attribute «otp» holds a bare secret, as AWS shows it («show
# secret key»), yields six digits and exit 0: the code of an empty key, the same
# for every such entry of every user, and never right. An otpauth://hotp URI,
# which has a counter and no clock, yields the code of the clock.
#
# One would guess the secret's code, since a bare secret is what KeePassXC's own
# dialog takes, or an error, as for an entry that has no TOTP.
#
# Needs apt-get and python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends keepassxc=2.7.4+dfsg.1-2 | awk '/^Inst/ {print $2}')
  apt-get download keepassxc=2.7.4+dfsg.1-2 $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
{
  echo '<KeePassFile><Root><Group><Name>Root</Name>'
  while read -r title otp; do
    echo "<Entry><String><Key>Title</Key><Value>$title</Value></String>"
    echo "<String><Key>otp</Key><Value>$otp</Value></String></Entry>"
  done << END
totp otpauth://totp/AWS:alice?secret=$secret
hotp otpauth://hotp/AWS:alice?secret=$secret&amp;counter=7
bare $secret
END
  echo '</Group></Root></KeePassFile>'
} > "$dir/import.xml"

mkdir "$dir/home"
export HOME="$dir/home" QT_QPA_PLATFORM=offscreen
libraries=$(echo "$dir"/debian/usr/lib/*-linux-gnu*)
cli() { LD_LIBRARY_PATH=$libraries "$dir/debian/usr/bin/keepassxc-cli" "$@"; }
printf 'password\npassword\n' | cli import -p "$dir/import.xml" "$dir/keys.kdbx" > "$dir/log" 2>&1
shown() { echo password | cli show -q -t "$dir/keys.kdbx" "$1"; }
expected() { # SECRET IN HEX
  python3 - "$1" << 'END'
import hashlib, hmac, struct, sys, time
mac = hmac.new(bytes.fromhex(sys.argv[1]), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
at = mac[19] & 15
print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 10**6))
END
}

sleep $((31 - $(date +%s) % 30)) # all of it within one period
key=$(expected "$(python3 -c "import base64; print(base64.b32decode('$secret').hex())")")
none=$(expected "")
echo "code of the secret $key, of an empty key $none"
for title in totp hotp bare; do echo "$title: $(shown "$title")"; done
[ "$(shown totp)" = "$key" ]
[ "$(shown hotp)" = "$key" ]
[ "$(shown bare)" = "$none" ]
