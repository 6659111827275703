#!/usr/bin/env bash
# Debian 12: python3-botocore 1.29.27 (of the AWS CLI and boto3), restic 0.14.0 and
# rclone 1.60.1.
#
# One line of a profile that nobody uses hides the profile below it from one
# program each. A value that begins with a double quote and has no second one, as
# a note may, takes all lines up to the next quote with it for rclone. A value that
# ends with a backslash, as a directory of Windows does, takes the next header with
# it for restic, which then sends its requests unsigned. The others read the profile
# below as if the line was not there.
#
# One would guess that a value ends with its line, as it does in the AWS CLI: there
# is no quoting, escaping or continuing of that kind in these files.
#
# Needs apt-get and Debian's python3. S3 is played by a server on 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download restic=0.14.0-1+b5 rclone=1.60.1+dfsg-2+b5 python3-botocore=1.29.27+repack-1 \
    python3-jmespath python3-dateutil python3-urllib3 python3-six
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/server.py" << 'END'
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
class Bucket(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("signed", "w") as file:
            file.write(re.search("Credential=([^/]*)|$", self.headers.get("Authorization", "")).group(1) or "unsigned")
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_HEAD = do_GET
server = HTTPServer(("127.0.0.1", 0), Bucket)
print(server.server_port, flush=True)
server.serve_forever()
END
cd "$dir"
python3 server.py > port 2> requests & server=$!
until [ -s port ]; do sleep 0.1; done
cat > python.py << 'END'
from botocore.session import Session
found = Session().get_credentials()
open("signed", "w").write(found.access_key)
END
touch rclone.conf config
export RESTIC_PASSWORD=password RCLONE_CONFIG_DIR="$dir" XDG_CACHE_HOME="$dir/cache" no_proxy=127.0.0.1
export AWS_CONFIG_FILE="$dir/config" AWS_EC2_METADATA_DISABLED=true PYTHONPATH="$dir/debian/usr/lib/python3/dist-packages"
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CA_BUNDLE
signed() { # NAME COMMAND ...
  echo "fails" > signed
  "${@:2}" > log 2>&1 < /dev/null || true
  echo "$1: $(cat signed)"
}
try() { # CASE
  echo "$1: $(each | paste -sd , | sed 's/,/, /g')"
}
each() {
  signed botocore /usr/bin/python3 python.py
  signed restic debian/usr/bin/restic -r "s3:http://127.0.0.1:$(cat port)/bucket" cat config
  signed rclone debian/usr/bin/rclone --config rclone.conf --retries 1 lsf \
    ":s3,provider=Other,env_auth=true,region=eu-west-1,endpoint='http://127.0.0.1:$(cat port)':bucket"
}

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials"
saw=$(
  while read -r line; do
    printf '[other]\n%s\n[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' \
      "$line" > credentials
    try "$line"
  done << 'END'
note = the key of alice
note = "the key of alice
home = C:\Users\alice\
END
)
echo "$saw"
[ "$saw" = 'note = the key of alice: botocore: AKIAIOSFODNN7EXAMPLE, restic: AKIAIOSFODNN7EXAMPLE, rclone: AKIAIOSFODNN7EXAMPLE
note = "the key of alice: botocore: AKIAIOSFODNN7EXAMPLE, restic: AKIAIOSFODNN7EXAMPLE, rclone: fails
home = C:\Users\alice\: botocore: AKIAIOSFODNN7EXAMPLE, restic: unsigned, rclone: AKIAIOSFODNN7EXAMPLE' ]
