#!/usr/bin/env bash
# npm @aws-sdk/credential-providers 3.1175.0 (SDK for JavaScript v3) and
# aws-sdk 2.1693.0 (v2).
#
# A credential_process says that its credentials expired in 2016. Written as
# 2016-01-01T00:00:00Z, both SDKs refuse them. Written in the other forms of ISO
# 8601 that the same instant has, 20160101T000000Z or 2016-01-01T00:00:00+00,
# both take them as credentials that never expire: the date is handed to the
# runtime's own parser, and what that does not know (NaN) is never in the past.
#
# One would guess an error, as for output that lacks a key, since the contract
# says ISO 8601 and nothing of which forms; or that they are read, as botocore
# reads them. A helper in shell easily writes such an offset (date +%FT%T%:::z),
# and a long-running program is then never given new credentials.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @aws-sdk/credential-providers@3.1175.0 aws-sdk@2.1693.0 > "$dir/log" 2>&1

cat > "$dir/helper" << 'END'
#!/bin/sh
echo '{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret",'
echo '"SessionToken":"token","Expiration":"'"$1"'"}'
END
chmod +x "$dir/helper"
for form in 2016-01-01T00:00:00Z 20160101T000000Z 2016-01-01T00:00:00+00; do
  printf '[%s]\ncredential_process = %s %s\n' "$form" "$dir/helper" "$form"
done > "$dir/credentials"

cat > "$dir/ask.mjs" << 'END'
import { fromProcess } from "@aws-sdk/credential-providers";
import AWS from "aws-sdk";
const profile = process.argv[2];
const told = (expiration) => `taken, expires ${expiration}`;
const v3 = await fromProcess({ profile })().then((found) => told(found.expiration), () => "refused");
const old = new AWS.ProcessCredentials({ profile });
const v2 = await old.getPromise().then(
  () => `${told(old.expireTime)}, to be renewed: ${old.needsRefresh()}`,
  () => "refused",
);
console.log(`${profile}: v3 ${v3}; v2 ${v2}`);
END
saw=$(
  export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null AWS_SDK_LOAD_CONFIG=1
  for form in 2016-01-01T00:00:00Z 20160101T000000Z 2016-01-01T00:00:00+00; do
    node "$dir/ask.mjs" "$form" 2> "$dir/log"
  done
)
echo "$saw"
never="v3 taken, expires Invalid Date; v2 taken, expires Invalid Date, to be renewed: false"
[ "$saw" = "2016-01-01T00:00:00Z: v3 refused; v2 refused
20160101T000000Z: $never
2016-01-01T00:00:00+00: $never" ]
