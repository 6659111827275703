#!/usr/bin/env bash
# Debian 12: awscli 2.9.19 (AWS CLI v2) and python3-botocore 1.29.27 (of boto3, and
# of the AWS CLI v1, where 1.45.11 with botocore 1.43.11 does the same).
#
# AWS_PROFILE and AWS_DEFAULT_PROFILE name two profiles. The AWS CLI v2 takes the
# one of AWS_PROFILE, botocore the one of AWS_DEFAULT_PROFILE. So a script in
# Python and the «aws» beside it, in one shell, work in two accounts.
#
# One would guess one order for both, as the CLI v2 was made from the code of v1
# and botocore; and, as «default» says, that AWS_DEFAULT_PROFILE is what is taken
# where nothing else is named.
#
# Needs apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends awscli=2.9.19-1 | awk '/^Inst/ {print $2}')
  apt-get download awscli=2.9.19-1 python3-botocore=1.29.27+repack-1 python3-jmespath \
    python3-dateutil python3-urllib3 python3-six $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

for profile in first second; do
  printf '[%s]\naws_access_key_id = AKIA%sEXAMPLE\naws_secret_access_key = secret\n' $profile ${profile^^}
done > "$dir/credentials"
touch "$dir/config"
cat > "$dir/session.py" << 'END'
from botocore.session import Session
print("AWS_ACCESS_KEY_ID=" + Session().get_credentials().access_key)
END

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config"
export PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
export AWS_PROFILE=first AWS_DEFAULT_PROFILE=second
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
saw=$(
  echo "AWS CLI v2: $(/usr/bin/python3 "$dir/debian/usr/bin/aws" configure export-credentials --format env-no-export | head -n 1)"
  echo "botocore: $(/usr/bin/python3 "$dir/session.py")"
)
echo "$saw"
[ "$saw" = "AWS CLI v2: AWS_ACCESS_KEY_ID=AKIAFIRSTEXAMPLE
botocore: AWS_ACCESS_KEY_ID=AKIASECONDEXAMPLE" ]
