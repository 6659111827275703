#!/usr/bin/env bash
# Debian 12: awscli 2.9.19, golang-github-aws-aws-sdk-go-v2-dev 1.17.1 (SDK for Go
# v2) and golang-github-aws-aws-sdk-go-dev 1.44.133 (v1); npm @aws-sdk/client-sts
# 3.1177.0 (SDK for JavaScript v3).
#
# The config file has [default], as the AWS CLI writes it, and [profile default],
# as every other profile there is written, with two regions. Go v1 takes the
# region of [default], Go v2 and JavaScript that of [profile default], wherever
# they stand; the AWS CLI takes the one that comes later. So by the order of the
# two, the CLI agrees with one half of the SDKs or with the other.
#
# One would guess that the two are one profile, as each reader knows them to be,
# so that a line of the same name in both is found by one rule.
#
# Needs npm, apt-get and Debian's python3. Go comes with it, for this alone.
set -euo pipefail

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" @aws-sdk/client-sts@3.1177.0 > "$dir/log" 2>&1
(
  cd "$dir"
  missing=$(apt-get -s install --no-install-recommends awscli=2.9.19-1 | awk '/^Inst/ {print $2}')
  apt-get download golang-1.19-go golang-1.19-src golang-github-aws-aws-sdk-go-dev=1.44.133-1 \
    golang-github-aws-aws-sdk-go-v2-dev=1.17.1-3 golang-github-aws-smithy-go-dev \
    golang-github-jmespath-go-jmespath-dev awscli=2.9.19-1 $missing
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

cat > "$dir/region.go" << 'END'
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go/aws/session"
)

func main() {
	v1 := session.Must(session.NewSession())
	v2, _ := config.LoadDefaultConfig(context.TODO())
	fmt.Printf("Go v1: %s\nGo v2: %s\n", *v1.Config.Region, v2.Region)
}
END
cat > "$dir/region.mjs" << 'END'
import { STSClient } from "@aws-sdk/client-sts";
console.log("JavaScript v3:", await new STSClient({}).config.region());
END
GOROOT="$dir/debian/usr/lib/go-1.19" GOPATH="$dir/debian/usr/share/gocode" GO111MODULE=off GOFLAGS= \
  GOCACHE="$dir/cache" CGO_ENABLED=0 "$dir/debian/usr/lib/go-1.19/bin/go" build -o "$dir/region" "$dir/region.go"

printf '[profile default]\nregion = eu-west-1\n' > "$dir/profile"
printf '[default]\nregion = us-west-2\n' > "$dir/plain"
touch "$dir/credentials"
export AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE="$dir/config" AWS_SDK_LOAD_CONFIG=1
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION
saw=$(
  for order in "profile plain" "plain profile"; do
    (cd "$dir" && cat $order) > "$dir/config"
    echo "$(grep -F '[' "$dir/config" | paste -sd ' ')"
    "$dir/region"
    echo "AWS CLI: $(PYTHONPATH=$dir/debian/usr/lib/python3/dist-packages /usr/bin/python3 \
      "$dir/debian/usr/bin/aws" configure list | awk '/region/ {print $2}')"
    node --no-warnings "$dir/region.mjs"
  done
)
echo "$saw"
[ "$saw" = "[profile default] [default]
Go v1: us-west-2
Go v2: eu-west-1
AWS CLI: us-west-2
JavaScript v3: eu-west-1
[default] [profile default]
Go v1: us-west-2
Go v2: eu-west-1
AWS CLI: eu-west-1
JavaScript v3: eu-west-1" ]
