#!/usr/bin/env bash
# npm @aws-lite/client 0.23.7 (an SDK of its own), beside @aws-sdk/client-sts 3.1177.0
# (SDK for JavaScript v3) and python3-botocore 1.29.27 of Debian 12.
#
# A profile has its keys in the credentials file and its region in the config file,
# as «aws configure» writes them. With AWS_SDK_LOAD_CONFIG=1, aws-lite reads both
# files, but the section of the credentials file takes the place of the whole other
# one: it finds no region and stops. The SDK for JavaScript and botocore merge the
# two by key. A profile that is in the config file alone is read with its region.
#
# One would guess that reading both files means to merge them, since the usual
# division (keys here, region there) leaves nothing else for the config file to say,
# and since the program's own comment names this the SDK's behaviour.
#
# Needs npm, apt-get and Debian's python3. Nothing is sent.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" \
    @aws-lite/client@0.23.7 @aws-sdk/client-sts@3.1177.0
  cd "$dir"
  apt-get download python3-botocore=1.29.27+repack-1 python3-jmespath python3-dateutil python3-urllib3 python3-six
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/lite.cjs" << 'END'
require("@aws-lite/client")({ plugins: [] }).then(
  ({ config }) => console.log("aws-lite:", config.region),
  ({ message }) => console.log("aws-lite:", message),
);
END
cat > "$dir/javascript.mjs" << 'END'
import { STSClient } from "@aws-sdk/client-sts";
console.log("JavaScript v3:", await new STSClient({}).config.region());
END
cat > "$dir/python.py" << 'END'
from botocore.session import Session
print("botocore:", Session().get_config_variable("region"))
END

keys=$'aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\naws_session_token = token'
unset AWS_REGION AWS_DEFAULT_REGION AMAZON_REGION AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" AWS_SDK_LOAD_CONFIG=1
export AWS_EC2_METADATA_DISABLED=true AWS_PROFILE=work PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
try() {
  echo "$1"
  node "$dir/lite.cjs"
  node --no-warnings "$dir/javascript.mjs"
  /usr/bin/python3 "$dir/python.py"
}
saw=$(
  printf '[profile work]\nregion = eu-west-1\n' > "$dir/config"
  printf '[work]\n%s\n' "$keys" > "$dir/credentials"
  try "keys in one file, region in the other"
  printf '[profile work]\n%s\nregion = eu-west-1\n' "$keys" > "$dir/config"
  printf '[other]\n%s\n' "$keys" > "$dir/credentials"
  try "all in the config file"
)
echo "$saw"
[ "$saw" = "keys in one file, region in the other
aws-lite: Unable to find AWS region via params, environment variables, or credential / config files
JavaScript v3: eu-west-1
botocore: eu-west-1
all in the config file
aws-lite: eu-west-1
JavaScript v3: eu-west-1
botocore: eu-west-1" ]
