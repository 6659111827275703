#!/usr/bin/env bash
# Debian 12: ansible 7.7.0 (collection amazon.aws 5.5.1) with ansible-core 2.14.18,
# beside python3-boto3 1.26.27, by which its modules and lookups ask AWS.
#
# The shell has the keys of one account in AWS_ACCESS_KEY_ID and its companion, and
# means a profile of another one.
# - AWS_PROFILE: module and lookup ask with the profile. boto3 alone asks with the
#   key of the shell, as the AWS CLI does.
# - The profile is named in the play: the module (profile=prod) asks with it, as
#   boto3 does with profile_name. The lookup aws_ssm (aws_profile='prod') asks with
#   the key of the shell.
#
# One would guess one order for all three, since all use boto3; at least that a
# profile which is named explicitly is used by the lookup as it is by the module
# in the next line of the same play. Instead, one play asks two accounts.
#
# Needs apt-get and Debian's python3. AWS is played by a server on 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download ansible=7.7.0+dfsg-3+deb12u1 ansible-core=2.14.18-0+deb12u2 python3-boto3=1.26.27+dfsg-1 \
    python3-botocore=1.29.27+repack-1 python3-s3transfer python3-jmespath python3-dateutil python3-urllib3 \
    python3-six python3-jinja2 python3-markupsafe python3-yaml libyaml-0-2 python3-packaging \
    python3-resolvelib python3-cryptography python3-cffi-backend
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/server.py" << 'END'
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
class Aws(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("signed", "w") as file:
            file.write(re.search("Credential=([^/]*)", self.headers["Authorization"]).group(1))
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()
server = HTTPServer(("127.0.0.1", 0), Aws)
print(server.server_port, flush=True)
server.serve_forever()
END
cat > "$dir/python.py" << 'END'
import os, sys, boto3
try:
    boto3.session.Session(profile_name=sys.argv[1] or None).client(
        "sts", "eu-west-1", endpoint_url=os.environ["AWS_URL"]).get_caller_identity()
except Exception:
    pass
END
cd "$dir"
/usr/bin/python3 server.py > port 2> requests & server=$!
until [ -s port ]; do sleep 0.1; done
packages=$dir/debian/usr/lib/python3/dist-packages
printf '[prod]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n' > credentials
touch config
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN EC2_ACCESS_KEY AWS_ACCESS_KEY AWS_CA_BUNDLE
export HOME="$dir" PYTHONPATH="$packages" ANSIBLE_COLLECTIONS_PATH="$packages" AWS_REGION=eu-west-1 no_proxy=127.0.0.1
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=AKIAOFTHESHELL AWS_SECRET_ACCESS_KEY=secret
AWS_URL=http://127.0.0.1:$(cat port); export AWS_URL
ansible() {
  /usr/bin/python3 debian/usr/bin/ansible localhost -e ansible_python_interpreter=/usr/bin/python3 "$@"
}
signed() { # NAME COMMAND ...
  echo "fails" > signed
  "${@:2}" > log 2>&1 < /dev/null || true
  echo "$1: $(cat signed)"
}
try() { # PROFILE
  signed module ansible -m amazon.aws.aws_caller_info -a "${1:+profile=$1}"
  signed lookup ansible -m debug -a "msg={{ lookup('amazon.aws.aws_ssm', 'name', region='eu-west-1', \
    endpoint='$AWS_URL'${1:+, aws_profile='$1'}) }}"
  signed boto3 /usr/bin/python3 python.py "$1"
}

saw=$(
  echo "AWS_PROFILE=prod"
  AWS_PROFILE=prod try ""
  echo "named"
  try prod
)
echo "$saw"
[ "$saw" = "AWS_PROFILE=prod
module: AKIAPROFILE
lookup: AKIAPROFILE
boto3: AKIAOFTHESHELL
named
module: AKIAPROFILE
lookup: AKIAOFTHESHELL
boto3: AKIAPROFILE" ]
