#!/usr/bin/env bash
# awscli 2.9.19 of Debian 12 (aws configure set; AWS CLI 1.45.11 does the same).
#
# For a profile whose name has a dot, say «my.dev», «aws configure set
# profile.my.dev.region eu-west-1» ends with 0 and makes a section for a profile
# «my», with a nested «dev» in it. «aws configure get profile.my.dev.region» reads
# the region back from there, so all looks well. A session token set in that way
# goes into the config file, in clear beside the region, where no reader finds it.
# With «--profile my.dev» both land where they belong.
#
# One would guess that the profile's name is looked up, since it is there, or that
# a name of more parts than the command knows is refused.
#
# Needs apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends awscli=2.9.19-1 | awk '/^Inst/ {print $2}')
  apt-get download awscli=2.9.19-1 $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config"
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION
printf '[my.dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n' > "$AWS_SHARED_CREDENTIALS_FILE"
printf '[profile my.dev]\nregion = us-east-1\n' > "$AWS_CONFIG_FILE"
aws() { PYTHONPATH=$dir/debian/usr/lib/python3/dist-packages /usr/bin/python3 "$dir/debian/usr/bin/aws" "$@"; }

aws configure set profile.my.dev.region eu-west-1
aws configure set profile.my.dev.aws_session_token token
read_back="$(aws configure get profile.my.dev.region), with --profile $(aws configure get region --profile my.dev)"
cat "$AWS_CONFIG_FILE"
echo "read back: $read_back"
[ "$read_back" = "eu-west-1, with --profile us-east-1" ]
[ "$(cat "$AWS_CONFIG_FILE")" = "[profile my.dev]
region = us-east-1
[profile my]
dev =
    region = eu-west-1
    aws_session_token = token" ]
[ "$(wc -l < "$AWS_SHARED_CREDENTIALS_FILE")" = 2 ]

aws configure set aws_session_token token --profile my.dev
[ "$(tail -n 1 "$AWS_SHARED_CREDENTIALS_FILE")" = "aws_session_token = token" ]
