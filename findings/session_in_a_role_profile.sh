#!/usr/bin/env bash
# Debian 12: python3-botocore 1.29.27 (of the AWS CLI and boto3), restic 0.14.0 and
# rclone 1.60.1; npm @aws-sdk/credential-providers 3.1175.0 (SDK for JavaScript v3).
#
# The credentials file holds a session of a profile; the config file has role_arn
# for the same profile, and no source_profile. The SDK for JavaScript and restic sign
# with the session. botocore fails: to it, a profile with a role is that role's.
# rclone (SDK for Go v1) takes the session to be the source that is not named, and
# assumes the role with it; it asks its S3 server to do so, since «endpoint» is that
# of STS, too. With mfa_serial it fails as well, as nobody is there to give a code.
#
# One would guess that a session that is there is used, or that a role without a
# source is passed over, since nobody could assume it; and that an endpoint for S3
# gets no requests for STS.
#
# Needs npm, apt-get and Debian's python3. S3 is played by a server on 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" @aws-sdk/credential-providers@3.1175.0 > "$dir/log" 2>&1
(
  cd "$dir"
  apt-get download restic=0.14.0-1+b5 rclone=1.60.1+dfsg-2+b5 python3-botocore=1.29.27+repack-1 \
    python3-jmespath python3-dateutil python3-urllib3 python3-six
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/server.py" << 'END'
import re
from urllib.parse import parse_qs
from http.server import BaseHTTPRequestHandler, HTTPServer
class Bucket(BaseHTTPRequestHandler):
    def do_GET(self, asked=""):
        with open("signed", "w") as file:
            key = re.search("Credential=([^/]*)|$", self.headers.get("Authorization", "")).group(1) or "unsigned"
            file.write(asked + key)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_HEAD = do_GET
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.do_GET(parse_qs(body)["Action"][0] + " with ")
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
cat > javascript.mjs << 'END'
import { writeFileSync } from "node:fs";
import { fromIni } from "@aws-sdk/credential-providers";
writeFileSync("signed", (await fromIni()()).accessKeyId);
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
  signed "JavaScript v3" node javascript.mjs
  signed restic debian/usr/bin/restic -r "s3:http://127.0.0.1:$(cat port)/bucket" cat config
  signed rclone debian/usr/bin/rclone --config rclone.conf --retries 1 lsf \
    ":s3,provider=Other,env_auth=true,region=eu-west-1,endpoint='http://127.0.0.1:$(cat port)':bucket"
}

export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_PROFILE=deploy
cat > credentials << 'END'
[deploy]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
aws_session_token = token
END
saw=$(
  for line in "" "mfa_serial = arn:aws:iam::123456789012:mfa/alice"; do
    printf '[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/Deploy\n%s\n' "$line" > config
    try "role_arn${line:+, mfa_serial}"
  done
)
echo "$saw"
[ "$saw" = "role_arn: botocore: fails, JavaScript v3: ASIAIOSFODNN7EXAMPLE, restic: ASIAIOSFODNN7EXAMPLE, rclone: AssumeRole with ASIAIOSFODNN7EXAMPLE
role_arn, mfa_serial: botocore: fails, JavaScript v3: ASIAIOSFODNN7EXAMPLE, restic: ASIAIOSFODNN7EXAMPLE, rclone: fails" ]
