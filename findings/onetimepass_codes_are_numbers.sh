#!/usr/bin/env bash
# Debian 12: python3-onetimepass 1.0.1, beside oathtool 2.6.7.
#
# get_totp returns a number, so one code in ten has five digits or fewer when it
# is printed, and nine of ten are right. as_string=True, which is there for that,
# returns bytes: printed, or put into an f-string, the code is b'071271'. With
# digest_method set to SHA-256 or SHA-512 the code is another one than everybody
# else's, since the place of its digits is read from the 20th byte of the HMAC,
# which is the last one of SHA-1 alone.
#
# One would guess that a code is a str, since zeros at its front count, or that
# as_string makes it one; and that a function that takes the digest as an argument
# works with others than the default.
#
# Needs apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download python3-onetimepass=1.0.1-2 python3-six \
    oathtool=2.6.7-3.1+deb12u1 liboath0=2.6.7-3.1+deb12u1
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

secret=JBSWY3DPEHPK3PXP
cat > "$dir/codes.py" << 'END'
import hashlib, sys
from onetimepass import get_totp
secret, zero, now = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
print(f"number {get_totp(secret, clock=zero)}, as_string {get_totp(secret, clock=zero, as_string=True)}")
for name in ("sha1", "sha256", "sha512"):
    code = get_totp(secret, clock=now, as_string=True, digest_method=getattr(hashlib, name))
    print(f"{name}: onetimepass {code.decode()}")
END
zero=1111111109 now=1234567890 # the code of the first begins with 0
oath() { # ALGORITHM
  LD_LIBRARY_PATH=$(echo "$dir"/debian/usr/lib/*-linux-gnu*) \
    "$dir/debian/usr/bin/oathtool" "--totp=$1" -b "$secret" -N @$now
}
saw=$(
  PYTHONPATH=$dir/debian/usr/lib/python3/dist-packages /usr/bin/python3 "$dir/codes.py" "$secret" $zero $now
  for name in sha1 sha256 sha512; do echo "$name: oathtool $(oath $name)"; done
)
echo "$saw"
[ "$saw" = "number 71271, as_string b'071271'
sha1: onetimepass 742275
sha256: onetimepass 840890
sha512: onetimepass 789510
sha1: oathtool 742275
sha256: oathtool 488545
sha512: oathtool 136418" ]
