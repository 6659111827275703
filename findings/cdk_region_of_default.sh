#!/usr/bin/env bash
# npm aws-cdk 2.1148.1 (cdk, the command), beside @aws-sdk/client-sts 3.1177.0 (SDK
# for JavaScript v3, by which it asks AWS) and awscli 2.9.19 of Debian 12.
#
# AWS_PROFILE names a profile that has a key, and a region nowhere; [default] of the
# config file has one. The CDK gives its application the region of [default]
# (CDK_DEFAULT_REGION), and without that us-east-1. The SDK stops with «Region is
# missing», the AWS CLI with «You must specify a region».
#
# One would guess that settings of [default] are those of the profile «default», and
# that the CDK, which means to be like the CLI here, stops like the CLI. A session of
# another account, written under a name of its own, is easily such a profile: the
# stack goes where another profile works, and no message says so.
#
# Needs npm, apt-get and Debian's python3. STS is a closed port of 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" \
    aws-cdk@2.1148.1 @aws-sdk/client-sts@3.1177.0
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends awscli=2.9.19-1 | awk '/^Inst/ {print $2}')
  apt-get download awscli=2.9.19-1 $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

echo 'require("fs").writeFileSync("region", process.env.CDK_DEFAULT_REGION ?? "none")' > "$dir/app.cjs"
cat > "$dir/javascript.mjs" << 'END'
import { STSClient } from "@aws-sdk/client-sts";
console.log(await new STSClient({}).config.region().catch(({ message }) => message));
END
cd "$dir"
printf '[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' > credentials
unset AWS_REGION AWS_DEFAULT_REGION AMAZON_REGION AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" AWS_EC2_METADATA_DISABLED=true
export AWS_PROFILE=work AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 CDK_DISABLE_CLI_TELEMETRY=true no_proxy=127.0.0.1
export HOME="$dir" PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
try() {
  rm -f region
  node_modules/.bin/cdk synth --no-notices --app "node app.cjs" > log 2>&1 < /dev/null || true
  echo "CDK: $(cat region)"
  echo "JavaScript v3: $(node --no-warnings javascript.mjs)"
  echo "AWS CLI: $( (/usr/bin/python3 debian/usr/bin/aws ec2 describe-regions 2>&1 || true) | grep -o 'You must[^.]*')"
}
saw=$(
  printf '[default]\nregion = ap-southeast-2\n' > config
  echo "[default] has a region"
  try
  printf '[default]\noutput = json\n' > config
  echo "[default] has none"
  try
)
echo "$saw"
[ "$saw" = "[default] has a region
CDK: ap-southeast-2
JavaScript v3: Region is missing
AWS CLI: You must specify a region
[default] has none
CDK: us-east-1
JavaScript v3: Region is missing
AWS CLI: You must specify a region" ]
