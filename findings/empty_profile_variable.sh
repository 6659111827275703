#!/usr/bin/env bash
# Debian 12: awscli 2.9.19; npm @aws-sdk/credential-providers 3.1175.0 (SDK for
# JavaScript v3) and aws-crt 1.33.2 (AWS Common Runtime).
#
# AWS_PROFILE is set and empty, as «AWS_PROFILE= command» or an unset value in a
# compose file leaves it. The SDK for JavaScript reads the default profile. The AWS
# CLI looks for a profile whose name is empty and ends with an error. The Common
# Runtime looks for it, too, and says that there are no credentials.
#
# One would guess that empty is unset, as the CLI itself has it for an empty
# AWS_ACCESS_KEY_ID, or that all three read it in the same way.
#
# Needs npm, apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  aws-crt@1.33.2 @aws-sdk/credential-providers@3.1175.0 > "$dir/log" 2>&1
(
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends awscli=2.9.19-1 | awk '/^Inst/ {print $2}')
  apt-get download awscli=2.9.19-1 $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/crt.cjs" << 'END'
const { auth, http } = require("aws-crt");
auth.aws_sign_request(new http.HttpRequest("GET", "/", new http.HttpHeaders([["host", "sts.amazonaws.com"]])), {
  algorithm: auth.AwsSigningAlgorithm.SigV4,
  signature_type: auth.AwsSignatureType.HttpRequestViaHeaders,
  provider: auth.AwsCredentialsProvider.newDefault(),
  region: "eu-west-1",
  service: "sts",
}).then(
  ({ headers }) => headers.get("Authorization").match(/Credential=([^/]*)/)[1],
  (error) => error.message.match(/AWS_\w+/)[0],
).then((saw) => {
  console.log("Common Runtime:", saw);
  process.exit();
});
END
cat > "$dir/javascript.mjs" << 'END'
import { fromIni } from "@aws-sdk/credential-providers";
console.log("JavaScript v3:", (await fromIni()()).accessKeyId);
END
aws() { PYTHONPATH=$dir/debian/usr/lib/python3/dist-packages /usr/bin/python3 "$dir/debian/usr/bin/aws" "$@"; }

printf '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' > "$dir/credentials"
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" AWS_EC2_METADATA_DISABLED=true
touch "$dir/config"
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
try() {
  node --no-warnings "$dir/javascript.mjs" 2> "$dir/log"
  node --no-warnings "$dir/crt.cjs" 2> "$dir/log"
  echo "AWS CLI: $( (aws configure export-credentials --format env-no-export 2>&1 || true) | grep -o 'AKIA.*\|The config.*')"
}
saw=$(
  echo unset
  try
  echo empty
  AWS_PROFILE= try
  echo "an empty AWS_ACCESS_KEY_ID"
  AWS_ACCESS_KEY_ID= try
)
echo "$saw"
[ "$saw" = "unset
JavaScript v3: AKIAIOSFODNN7EXAMPLE
Common Runtime: AKIAIOSFODNN7EXAMPLE
AWS CLI: AKIAIOSFODNN7EXAMPLE
empty
JavaScript v3: AKIAIOSFODNN7EXAMPLE
Common Runtime: AWS_AUTH_SIGNING_NO_CREDENTIALS
AWS CLI: The config profile () could not be found
an empty AWS_ACCESS_KEY_ID
JavaScript v3: AKIAIOSFODNN7EXAMPLE
Common Runtime: AKIAIOSFODNN7EXAMPLE
AWS CLI: AKIAIOSFODNN7EXAMPLE" ]
