#!/usr/bin/env bash
# Debian 12: python3-boto 2.49.0 and python3-django-storages-boto3 1.13.2.
#
# A session of another account stands in the shell's variables. boto 2 signs
# with the keys of the profile that AWS_PROFILE names, and django-storages with
# the keys of its settings, but both add the token of the environment to them, a
# pair that AWS refuses. boto 2 does so for AWS_SECURITY_TOKEN only.
#
# One would guess that keys named in a profile or in the settings leave the
# environment out of it, or that the environment wins as a whole: a token is
# good for one key only, so nothing is gained by looking for it elsewhere.
#
# Needs apt-get and Debian's python3.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download python3-boto=2.49.0-4.1 python3-six python3-urllib3 python3-dateutil \
    python3-django-storages=1.13.2-1+deb12u1 python3-django-storages-boto3=1.13.2-1+deb12u1 \
    python3-django python3-asgiref python3-sqlparse python3-tz \
    python3-boto3 python3-botocore python3-s3transfer python3-jmespath
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/credentials" << 'END'
[work]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret-of-the-profile
END
cat > "$dir/provider.py" << 'END'
from boto.provider import Provider
found = Provider("aws")
print("boto 2:", found.access_key, found.secret_key, found.security_token)
END
cat > "$dir/settings.py" << 'END'
from django.conf import settings
settings.configure(
    AWS_S3_ACCESS_KEY_ID="AKIAI44QH8DHBEXAMPLE",
    AWS_S3_SECRET_ACCESS_KEY="secret-of-the-settings",
    AWS_STORAGE_BUCKET_NAME="backup",
)
from storages.backends.s3boto3 import S3Boto3Storage
signer = S3Boto3Storage().connection.meta.client._request_signer
found = signer._credentials
print("django-storages:", found.access_key, found.secret_key, found.token)
END

mkdir "$dir/home"
export HOME="$dir/home" PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN
mkdir "$HOME/.aws"
cp "$dir/credentials" "$HOME/.aws/credentials" # boto 2 knows no other place
saw=$(
  AWS_PROFILE=work AWS_SECURITY_TOKEN=token-of-the-shell /usr/bin/python3 "$dir/provider.py"
  AWS_PROFILE=work AWS_SESSION_TOKEN=token-of-the-shell /usr/bin/python3 "$dir/provider.py"
  AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=secret-of-the-shell \
    AWS_SESSION_TOKEN=token-of-the-shell /usr/bin/python3 "$dir/settings.py"
)
echo "$saw"
[ "$saw" = "boto 2: AKIAIOSFODNN7EXAMPLE secret-of-the-profile token-of-the-shell
boto 2: AKIAIOSFODNN7EXAMPLE secret-of-the-profile None
django-storages: AKIAI44QH8DHBEXAMPLE secret-of-the-settings token-of-the-shell" ]
