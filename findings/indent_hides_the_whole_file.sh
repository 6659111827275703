#!/usr/bin/env bash
# npm aws-crt 1.33.2 (the AWS Common Runtime, written in C), beside python3-botocore
# 1.29.27 of Debian 12 and npm @aws-sdk/credential-providers 3.1175.0.
#
# One profile of the credentials file has its lines indented, as an editor does it.
# botocore and the SDK for JavaScript read both profiles. The Common Runtime drops
# the whole file, the other profile included, and says that there are no
# credentials: a line that begins with a blank continues the one before, and the
# first one below a header has none to continue.
#
# One would guess that the SDKs of one maker read one file in one way, or that a
# fault in a profile is a matter of that profile.
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
cat > "$dir/python.py" << 'END'
from botocore.session import Session
print("botocore:", Session().get_credentials().access_key)
END

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
saw=$(
  for indent in "" "  "; do
    printf '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' > "$dir/credentials"
    printf '[other]\n%saws_access_key_id = AKIAI44QH8DHBEXAMPLE\n%saws_secret_access_key = secret\n' \
      "$indent" "$indent" >> "$dir/credentials"
    for profile in default other; do
      echo "indent «$indent», profile $profile"
      export AWS_PROFILE=$profile
      node --no-warnings "$dir/crt.cjs" 2> "$dir/log"
      node --no-warnings "$dir/javascript.mjs" 2> "$dir/log"
      /usr/bin/python3 "$dir/python.py"
    done
  done
)
echo "$saw"
[ "$saw" = "indent «», profile default
Common Runtime: AKIAIOSFODNN7EXAMPLE
JavaScript v3: AKIAIOSFODNN7EXAMPLE
botocore: AKIAIOSFODNN7EXAMPLE
indent «», profile other
Common Runtime: AKIAI44QH8DHBEXAMPLE
JavaScript v3: AKIAI44QH8DHBEXAMPLE
botocore: AKIAI44QH8DHBEXAMPLE
indent «  », profile default
Common Runtime: AWS_AUTH_SIGNING_NO_CREDENTIALS
JavaScript v3: AKIAIOSFODNN7EXAMPLE
botocore: AKIAIOSFODNN7EXAMPLE
indent «  », profile other
Common Runtime: AWS_AUTH_SIGNING_NO_CREDENTIALS
JavaScript v3: AKIAI44QH8DHBEXAMPLE
botocore: AKIAI44QH8DHBEXAMPLE" ]
