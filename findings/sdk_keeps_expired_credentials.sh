#!/usr/bin/env bash
# npm @aws-sdk/credential-providers 3.1175.0 and @aws-sdk/client-sts 3.1177.0 (SDK
# for JavaScript v3), aws-sdk 2.1693.0 (v2).
#
# A credential_process says that its credentials expire in a minute. Where the
# instant is written as 2030-01-01T00:00:00Z, a client of either SDK renews them,
# as it does shortly before the end. In the other forms that ISO 8601 has for it,
# 20300101T000000Z or 2030-01-01T00:00:00+00, neither ever asks the process again:
# the date is handed to the runtime's own parser, and what that does not know
# (Invalid Date) is never near.
#
# One would guess an error, as for output that lacks a key, since the contract
# says ISO 8601 and nothing of which forms; or that they are read. A helper in
# shell easily writes such an offset (date +%FT%T%:::z): it works until the first
# session ends, and from then on every call of a long-running program fails.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @aws-sdk/credential-providers@3.1175.0 @aws-sdk/client-sts@3.1177.0 aws-sdk@2.1693.0 > "$dir/log" 2>&1

cat > "$dir/helper" << 'END'
#!/bin/sh
echo run >> "$2"
echo '{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret",'
echo '"SessionToken":"token","Expiration":"'"$(date -u -d '+1 minute' "+$1")"'"}'
END
chmod +x "$dir/helper"
cat > "$dir/ask.mjs" << 'END'
import { readFileSync, writeFileSync } from "node:fs";
import { STSClient } from "@aws-sdk/client-sts";
import { fromProcess } from "@aws-sdk/credential-providers";
import AWS from "aws-sdk";
const [profile, runs] = process.argv.slice(2);
const renewed = () => readFileSync(runs, "utf8").trim().split("\n").length > 1;

const v3 = new STSClient({ region: "eu-west-1", credentials: fromProcess({ profile }) });
for (let use = 0; use < 3; use++) await v3.config.credentials();
const v3Renewed = renewed();

writeFileSync(runs, "");
const v2 = new AWS.ProcessCredentials({ profile });
v2.expiryWindow = 300; // seconds before the end, 15 by default
for (let use = 0; use < 3; use++) await v2.getPromise();
console.log(`${profile}: renewed by v3 ${v3Renewed}, by v2 ${renewed()}`);
END
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null AWS_SDK_LOAD_CONFIG=1
saw=$(
  for form in %FT%TZ %Y%m%dT%H%M%SZ %FT%T+00; do
    printf '[%s]\ncredential_process = %s %s %s\n' "$form" "$dir/helper" "$form" "$dir/runs" > "$dir/credentials"
    rm -f "$dir/runs"
    node "$dir/ask.mjs" "$form" "$dir/runs" 2> "$dir/log"
  done
)
echo "$saw"
[ "$saw" = "%FT%TZ: renewed by v3 true, by v2 true
%Y%m%dT%H%M%SZ: renewed by v3 false, by v2 false
%FT%T+00: renewed by v3 false, by v2 false" ]
