#!/usr/bin/env bash
# npm @aws-sdk/credential-providers 3.1175.0 (SDK for JavaScript v3) and aws-crt
# 1.33.2 (AWS Common Runtime), beside python3-botocore 1.29.27 of Debian 12 (of the
# AWS CLI and boto3).
#
# A session is pasted into the credentials file, its last line as it stood in a
# shell (AWS_SESSION_TOKEN = …) or in YAML (aws_session_token: …). botocore, and
# so the AWS CLI, reads either. The SDK for JavaScript and the Common Runtime skip
# the line without a word, and sign with the session's key but without its token,
# which AWS refuses as a key that it does not know.
#
# One would guess that a line which the CLI understands is understood by the SDKs,
# or that a line which a reader of credentials does not understand is an error.
#
# Needs npm, apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  aws-crt@1.33.2 @aws-sdk/credential-providers@3.1175.0 > "$dir/log" 2>&1
(
  cd "$dir"
  apt-get download python3-botocore=1.29.27+repack-1 python3-jmespath \
    python3-dateutil python3-urllib3 python3-six
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
}).then(({ headers }) => {
  const [, key] = headers.get("Authorization").match(/Credential=([^/]*)/);
  console.log("Common Runtime:", key, headers.get("X-Amz-Security-Token") || "without a token");
  process.exit();
});
END
cat > "$dir/javascript.mjs" << 'END'
import { fromIni } from "@aws-sdk/credential-providers";
const { accessKeyId, sessionToken } = await fromIni()();
console.log("JavaScript v3:", accessKeyId, sessionToken || "without a token");
END
cat > "$dir/python.py" << 'END'
from botocore.session import Session
found = Session().get_credentials()
print("botocore:", found.access_key, found.token or "without a token")
END

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
saw=$(
  for line in "aws_session_token = token" "AWS_SESSION_TOKEN = token" "aws_session_token: token"; do
    echo "$line"
    printf '[default]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n%s\n' \
      "$line" > "$dir/credentials"
    /usr/bin/python3 "$dir/python.py"
    node --no-warnings "$dir/javascript.mjs" 2> "$dir/log"
    node --no-warnings "$dir/crt.cjs" 2> "$dir/log"
  done
)
echo "$saw"
[ "$saw" = "aws_session_token = token
botocore: ASIAIOSFODNN7EXAMPLE token
JavaScript v3: ASIAIOSFODNN7EXAMPLE token
Common Runtime: ASIAIOSFODNN7EXAMPLE token
AWS_SESSION_TOKEN = token
botocore: ASIAIOSFODNN7EXAMPLE token
JavaScript v3: ASIAIOSFODNN7EXAMPLE without a token
Common Runtime: ASIAIOSFODNN7EXAMPLE without a token
aws_session_token: token
botocore: ASIAIOSFODNN7EXAMPLE token
JavaScript v3: ASIAIOSFODNN7EXAMPLE without a token
Common Runtime: ASIAIOSFODNN7EXAMPLE without a token" ]
