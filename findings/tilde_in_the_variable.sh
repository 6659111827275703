#!/usr/bin/env bash
# Debian 12: restic 0.14.0 and rclone 1.60.1, beside python3-botocore 1.29.27 (of
# the AWS CLI and boto3).
#
# AWS_SHARED_CREDENTIALS_FILE begins with «~/», as it comes from a .env file, from
# JSON or from YAML, where no shell has made a path of it. botocore, and so the AWS
# CLI, puts the home in its place. restic and rclone look for a directory
# named «~»: rclone ends with an error, and restic, with AWS keys nowhere, sends
# its requests unsigned and speaks of a repository that is not there.
#
# One would guess that none of them knows the tilde, which is the shell's, or,
# once the AWS CLI is seen to take it, that it is a part of the variable.
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

mkdir home
export HOME="$dir/home"
printf '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' > home/session
saw=$(
  for file in '~/session' "$HOME/session"; do
    AWS_SHARED_CREDENTIALS_FILE=$file try "${file/#$HOME/the whole path of the home}"
  done
)
echo "$saw"
[ "$saw" = "~/session: botocore: AKIAIOSFODNN7EXAMPLE, restic: unsigned, rclone: fails
the whole path of the home/session: botocore: AKIAIOSFODNN7EXAMPLE, restic: AKIAIOSFODNN7EXAMPLE, rclone: AKIAIOSFODNN7EXAMPLE" ]
