#!/usr/bin/env bash
# Debian 12: rclone 1.60.1.
#
# Where AWS_CA_BUNDLE is set, as the AWS CLI and SDKs need it behind a proxy that
# inspects TLS, rclone with env_auth opens no S3 remote at all: it ends with
# LoadCustomCABundleError, whether or not the endpoint has TLS and the bundle is
# good. The SDK in it wants to put the bundle into an HTTP transport of its own
# kind, and rclone gives it another.
#
# One would guess that the variable is heeded or passed over: it is one of the
# SDK that rclone takes its credentials with. The way that works is to take it
# away for rclone alone and to name the bundle by --ca-cert.
#
# Needs apt-get, ca-certificates and python3. S3 is played by a server on 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download rclone=1.60.1+dfsg-2+b5
  dpkg -x rclone*.deb debian
) > "$dir/log" 2>&1

cat > "$dir/server.py" << 'END'
from http.server import BaseHTTPRequestHandler, HTTPServer
class Bucket(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<ListBucketResult><CommonPrefixes><Prefix>found/</Prefix></CommonPrefixes></ListBucketResult>")
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Bucket)
print(server.server_port, flush=True)
server.serve_forever()
END
python3 "$dir/server.py" > "$dir/port" & server=$!
until [ -s "$dir/port" ]; do sleep 0.1; done

printf '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n' > "$dir/credentials"
touch "$dir/config" "$dir/rclone.conf"
list() { # OPTION ...
  "$dir/debian/usr/bin/rclone" --config "$dir/rclone.conf" --retries 1 "$@" lsf \
    ":s3,provider=Other,env_auth=true,region=eu-west-1,endpoint='http://127.0.0.1:$(cat "$dir/port")':bucket" 2>&1 |
    grep -o 'LoadCustomCABundleError\|found/' | head -n 1
}
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" no_proxy=127.0.0.1
export RCLONE_CONFIG_DIR="$dir"
unset AWS_PROFILE AWS_CA_BUNDLE
bundle=/etc/ssl/certs/ca-certificates.crt
saw="with AWS_CA_BUNDLE $(AWS_CA_BUNDLE=$bundle list), without $(list), with --ca-cert $(list --ca-cert $bundle)"
echo "$saw"
[ "$saw" = "with AWS_CA_BUNDLE LoadCustomCABundleError, without found/, with --ca-cert found/" ]
