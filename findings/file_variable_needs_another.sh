#!/usr/bin/env bash
# npm aws-sdk 2.1693.0 (SDK for JavaScript v2).
#
# AWS_SHARED_CREDENTIALS_FILE names a file with a session. The SDK does not look
# at it, and signs with the long-term key of ~/.aws/credentials, unless
# AWS_SDK_LOAD_CONFIG is set, too.
#
# One would guess that AWS_SDK_LOAD_CONFIG is about the config file, as its name
# says: the AWS CLI, boto3 and the SDK's own version 3 need no second variable for
# the credentials file. Where a session lies in a file of its own to keep programs
# from the long-term key, this one takes the key, and all looks well.
#
# Needs npm.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" aws-sdk@2.1693.0 > "$dir/log" 2>&1

mkdir -p "$dir/home/.aws"
cat > "$dir/home/.aws/credentials" << 'END'
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-key
END
touch "$dir/home/.aws/config"
cat > "$dir/session" << 'END'
[default]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-session
aws_session_token = token
END
cat > "$dir/ask.mjs" << 'END'
import AWS from "aws-sdk";
console.log((await new AWS.CredentialProviderChain().resolvePromise()).accessKeyId);
END

export HOME="$dir/home" AWS_SHARED_CREDENTIALS_FILE="$dir/session"
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CONFIG_FILE AWS_SDK_LOAD_CONFIG
alone=$(node "$dir/ask.mjs" 2> "$dir/log")
both=$(AWS_SDK_LOAD_CONFIG=1 node "$dir/ask.mjs" 2> "$dir/log")
echo "with AWS_SHARED_CREDENTIALS_FILE: $alone, and with AWS_SDK_LOAD_CONFIG, too: $both"
[ "$alone $both" = "AKIAIOSFODNN7EXAMPLE ASIAIOSFODNN7EXAMPLE" ]
