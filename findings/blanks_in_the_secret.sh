#!/usr/bin/env bash
# npm speakeasy 2.0.0, otplib 12.0.1 (authenticator) and otpauth 9.5.2, beside
# oathtool 2.6.7 of Debian 12.
#
# From a secret in groups of four, as many sites show it and as people write it
# down, speakeasy and otplib make a code without an error, each a wrong one of
# its own: they decode a blank as if it were the letter A, by which the key has
# other bytes. otpauth and oathtool drop the blanks.
#
# One would guess that a decoder either ignores a blank or refuses it, since it
# is no letter of the alphabet. The codes change every 30 seconds and have six
# digits; only AWS tells that they are wrong.
#
# Needs npm and apt-get.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  speakeasy@2.0.0 otplib@12.0.1 otpauth@9.5.2 > "$dir/log" 2>&1
(
  cd "$dir"
  apt-get download oathtool=2.6.7-3.1+deb12u1 liboath0=2.6.7-3.1+deb12u1
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/codes.mjs" << 'END'
import { TOTP } from "otpauth";
import otplib from "otplib";
import speakeasy from "speakeasy";
const [secret, now] = [process.argv[2], 1111111109];
console.log("speakeasy", speakeasy.totp({ secret, encoding: "base32", time: now }));
console.log("otplib", otplib.authenticator.clone({ epoch: now * 1000 }).generate(secret));
console.log("otpauth", new TOTP({ secret }).generate({ timestamp: now * 1000 }));
END
codes() { # SECRET
  node "$dir/codes.mjs" "$1"
  LD_LIBRARY_PATH=$(echo "$dir"/debian/usr/lib/*-linux-gnu*) \
    "$dir/debian/usr/bin/oathtool" --totp -b "$1" -N @1111111109 | sed 's/^/oathtool /'
}
saw=$(
  for secret in JBSWY3DPEHPK3PXP "JBSW Y3DP EHPK 3PXP"; do
    echo "$secret: $(codes "$secret" | paste -sd ' ')"
  done
)
echo "$saw"
[ "$saw" = "JBSWY3DPEHPK3PXP: speakeasy 071271 otplib 071271 otpauth 071271 oathtool 071271
JBSW Y3DP EHPK 3PXP: speakeasy 884204 otplib 092119 otpauth 071271 oathtool 071271" ]
