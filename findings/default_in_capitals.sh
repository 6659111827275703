#!/usr/bin/env bash
# Debian 12: python3-botocore 1.29.27 (of the AWS CLI and boto3), beside npm
# @aws-sdk/credential-providers 3.1175.0 (SDK for JavaScript v3).
#
# A session stands in the credentials file below [DEFAULT], in capitals. botocore has
# no such profile, under either spelling, but adds its lines to every other profile
# that lacks them: a profile with a long-term key of another account signs with that
# key and sends the session's token, which AWS refuses. To the SDK for JavaScript,
# [DEFAULT] is a profile of that name, and the other profile is as it is written.
#
# One would guess that the name's case matters or that it does not: that it is the
# default profile, or one more; and that no section reaches into another.
#
# Needs npm, apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" @aws-sdk/credential-providers@3.1175.0 > "$dir/log" 2>&1
(
  cd "$dir"
  apt-get download python3-botocore=1.29.27+repack-1 python3-jmespath \
    python3-dateutil python3-urllib3 python3-six
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/credentials" << 'END'
[DEFAULT]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-session
aws_session_token = token-of-the-session
[work]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = secret-of-work
END
cat > "$dir/python.py" << 'END'
import sys
from botocore.exceptions import ProfileNotFound
from botocore.session import Session
try:
    found = Session(profile=sys.argv[1]).get_credentials()
    print("botocore:", found.access_key, found.secret_key, found.token)
except ProfileNotFound:
    print("botocore: no such profile")
END
cat > "$dir/javascript.mjs" << 'END'
import { fromIni } from "@aws-sdk/credential-providers";
await fromIni({ profile: process.argv[2] })().then(
  (found) => console.log("JavaScript v3:", found.accessKeyId, found.secretAccessKey, found.sessionToken),
  () => console.log("JavaScript v3: no such profile"),
);
END
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null
export PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
saw=$(
  for profile in DEFAULT default work; do
    echo "$profile"
    /usr/bin/python3 "$dir/python.py" $profile
    node --no-warnings "$dir/javascript.mjs" $profile 2> "$dir/log"
  done
)
echo "$saw"
[ "$saw" = "DEFAULT
botocore: no such profile
JavaScript v3: ASIAIOSFODNN7EXAMPLE secret-of-the-session token-of-the-session
default
botocore: no such profile
JavaScript v3: no such profile
work
botocore: AKIAI44QH8DHBEXAMPLE secret-of-work token-of-the-session
JavaScript v3: AKIAI44QH8DHBEXAMPLE secret-of-work undefined" ]
