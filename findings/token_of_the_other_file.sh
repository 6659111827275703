#!/usr/bin/env bash
# npm @aws-sdk/credential-providers 3.1175.0 (SDK for JavaScript v3) and
# aws-sdk 2.1693.0 (v2, with AWS_SDK_LOAD_CONFIG), beside python3-botocore
# 1.29.27 of Debian 12.
#
# One profile stands in both files: a long-term key in the credentials file, a
# session (key, secret, token) in the config file. Both SDKs for JavaScript
# merge the two sections line by line. They sign with the long-term key and send
# the session's token with it, a pair that AWS refuses. botocore takes the
# long-term key alone.
#
# One would guess that the three lines of a session belong together: the
# credentials file wins, so its set is taken whole, as botocore does it. Nothing
# in the long-term key's section says that it has a token.
#
# Needs npm, apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @aws-sdk/credential-providers@3.1175.0 aws-sdk@2.1693.0 > "$dir/log" 2>&1
(
  cd "$dir"
  apt-get download python3-botocore=1.29.27+repack-1 python3-jmespath \
    python3-dateutil python3-urllib3 python3-six
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/credentials" << 'END'
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-key
END
cat > "$dir/config" << 'END'
[default]
region = eu-west-1
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-session
aws_session_token = token-of-the-session
END

cat > "$dir/v3.mjs" << 'END'
import { fromIni } from "@aws-sdk/credential-providers";
const { accessKeyId, secretAccessKey, sessionToken } = await fromIni()();
console.log("JavaScript v3:", accessKeyId, secretAccessKey, sessionToken);
END
cat > "$dir/v2.mjs" << 'END'
import AWS from "aws-sdk";
const found = new AWS.SharedIniFileCredentials();
await found.getPromise();
console.log("JavaScript v2:", found.accessKeyId, found.secretAccessKey, found.sessionToken);
END
cat > "$dir/python.py" << 'END'
from botocore.session import Session
found = Session().get_credentials()
print("botocore:", found.access_key, found.secret_key, found.token)
END

saw=$(
  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config"
  node "$dir/v3.mjs" 2> "$dir/log"
  AWS_SDK_LOAD_CONFIG=1 node "$dir/v2.mjs" 2> "$dir/log"
  PYTHONPATH=$dir/debian/usr/lib/python3/dist-packages /usr/bin/python3 "$dir/python.py"
)
echo "$saw"
[ "$saw" = "JavaScript v3: AKIAIOSFODNN7EXAMPLE secret-of-the-key token-of-the-session
JavaScript v2: AKIAIOSFODNN7EXAMPLE secret-of-the-key token-of-the-session
botocore: AKIAIOSFODNN7EXAMPLE secret-of-the-key None" ]
