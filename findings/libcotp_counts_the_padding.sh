#!/usr/bin/env bash
# Debian 12: libcotp12 1.2.8 (the library of OTPClient), beside oathtool 2.6.7.
#
# A secret of 61 to 64 bytes, or of more that are not a multiple of five, has a code
# of its own where it is written with the «=» at its end that base32 asks for: the
# signs count as bytes of the key, which so becomes longer than a block of SHA-1 and
# is hashed. Without them, and for the same secret in oathtool with and without them,
# the code is another one. Secrets up to 20 bytes, and all of whole groups of five,
# are not concerned. No error is raised: get_totp_at says 0, «valid».
#
# One would guess that padding means nothing, since both spellings are accepted, and
# short secrets, where the zeros that it adds do not matter to HMAC, seem to prove it.
#
# Needs apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download libcotp12=1.2.8-1 libbaseencode1 libgcrypt20 libgpg-error0 \
    oathtool=2.6.7-3.1+deb12u1 liboath0 libpskc0 libxmlsec1
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/codes.py" << 'END'
import base64, ctypes, glob, subprocess
for library in ("gpg-error", "gcrypt", "baseencode", "cotp"):
    found = glob.glob(f"debian/**/lib{library}.so.*", recursive=True)
    loaded = ctypes.CDLL(sorted(found)[0], mode=ctypes.RTLD_GLOBAL)
loaded.get_totp_at.restype = ctypes.c_char_p
SHA1 = 2
def libcotp(secret):
    error = ctypes.c_int()
    code = loaded.get_totp_at(secret.encode(), ctypes.c_long(59), 6, 30, SHA1, ctypes.byref(error))
    return f"{code.decode()} ({error.value})"
def oathtool(secret):
    command = ["debian/usr/bin/oathtool", "--base32", "--totp", "--now=@59", secret]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
for size in (16, 20, 64, 65):
    padded = base64.b32encode((b"1234567890" * 7)[:size]).decode()
    plain = padded.rstrip("=")
    print(f"{size} bytes: {libcotp(padded)}, {libcotp(plain)}; {oathtool(padded)}, {oathtool(plain)}")
END
cd "$dir"
export LD_LIBRARY_PATH="$dir/debian/usr/lib/$(uname -m)-linux-gnu:$dir/debian/lib/$(uname -m)-linux-gnu"
saw=$(/usr/bin/python3 codes.py)
echo "libcotp with and without padding; oathtool with and without"
echo "$saw"
[ "$saw" = "16 bytes: 970934 (0), 970934 (0); 970934, 970934
20 bytes: 287082 (0), 287082 (0); 287082, 287082
64 bytes: 254930 (0), 779409 (0); 779409, 779409
65 bytes: 403651 (0), 403651 (0); 403651, 403651" ]
