#!/usr/bin/env bash
# npm otp.js 1.2.0 (googleAuthenticator) and google_authenticator 2.0.1, beside
# otpauth 9.5.2.
#
# Both make right codes for every secret of their own making, and wrong ones,
# without an error, for the secrets of others. otp.js makes secrets of ASCII
# characters and reads a key as text in UTF-8: a secret of random bytes, as AWS
# hands out, nearly always has a byte that is not text, and the code is that of
# another key. google_authenticator makes secrets of 16 letters, and decodes by
# eights: of 26 letters (16 bytes), it spoils the last two.
#
# One would guess that a library that agrees with an authenticator app on its own
# secrets, in the test and by hand, does so on any.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  otp.js@1.2.0 google_authenticator@2.0.1 otpauth@9.5.2 > "$dir/log" 2>&1

cat > "$dir/codes.mjs" << 'END'
import google from "google_authenticator";
import otpjs from "otp.js";
import { Secret, TOTP } from "otpauth";
const now = 1111111109000;
globalThis.Date = class extends Date {
  constructor() {
    super(now);
  }
};
const code = {
  "otp.js": (secret) => otpjs.googleAuthenticator.gen(secret),
  google_authenticator: (secret) => new google.authenticator().getCode(secret, Math.floor(now / 30000)),
};
const own = {
  "otp.js": () => otpjs.googleAuthenticator.secret(),
  google_authenticator: () => new google.authenticator().createSecret(),
};
const other = { "20 bytes": 20, "16 bytes": 16, "40 bytes, as of AWS": 40 };
for (const name of Object.keys(code)) {
  const right = (make) => {
    const secrets = Array.from({ length: 200 }, make);
    const same = secrets.filter((secret) => code[name](secret) === new TOTP({ secret }).generate({ timestamp: now }));
    return same.length === 200 ? "always" : same.length < 10 ? "hardly ever" : "at times";
  };
  console.log(`${name}: right for its own secrets ${right(own[name])}`);
  for (const [kind, size] of Object.entries(other)) {
    console.log(`  of ${kind} ${right(() => new Secret({ size }).base32)}`);
  }
}
END
saw=$(node "$dir/codes.mjs" 2> "$dir/log")
echo "$saw"
[ "$saw" = "otp.js: right for its own secrets always
  of 20 bytes hardly ever
  of 16 bytes hardly ever
  of 40 bytes, as of AWS hardly ever
google_authenticator: right for its own secrets always
  of 20 bytes always
  of 16 bytes hardly ever
  of 40 bytes, as of AWS always" ]
