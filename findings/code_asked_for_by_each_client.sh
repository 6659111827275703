#!/usr/bin/env bash
# npm @aws-sdk/credential-providers 3.1175.0 and @aws-sdk/client-sts 3.1177.0
# (SDK for JavaScript v3).
#
# One credential provider for a role with MFA, made once by fromIni with an
# mfaCodeProvider, is given to two clients. The person is asked for a code twice,
# and twice at the same moment if both clients start together. A code is good
# once, so the second answer has to wait for the next one, or is refused.
#
# One would guess that the provider, being one object, keeps the credentials that
# it has got: with one client, that is what is seen, since it is each client that
# keeps its own.
#
# Needs npm. STS is played by a server on 127.0.0.1.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --silent --no-audit --no-fund --prefix "$dir" \
  @aws-sdk/credential-providers@3.1175.0 @aws-sdk/client-sts@3.1177.0 > "$dir/log" 2>&1

cat > "$dir/credentials" << 'END'
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
[role]
role_arn = arn:aws:iam::123456789012:role/Deploy
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/alice
region = eu-west-1
END
cat > "$dir/clients.mjs" << 'END'
import { createServer } from "node:http";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const action = new URLSearchParams(body).get("Action");
  response.end(`<${action}Response><${action}Result><Credentials>
    <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
    <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
    </Credentials></${action}Result></${action}Response>`);
}).listen(0, "127.0.0.1");
await new Promise((ready) => server.once("listening", ready));
const endpoint = `http://127.0.0.1:${server.address().port}`;

for (const count of [1, 2]) {
  let asked = 0;
  const mfaCodeProvider = () => Promise.resolve(String(100000 + ++asked));
  const credentials = fromIni({ profile: "role", mfaCodeProvider, clientConfig: { endpoint } });
  const clients = Array.from({ length: count }, () => new STSClient({ region: "eu-west-1", endpoint, credentials }));
  const calls = () => clients.map((client) => client.send(new GetCallerIdentityCommand({})));
  await Promise.all([...calls(), ...calls()]);
  await Promise.all(calls());
  console.log(`clients: ${count}, calls: ${3 * count}, codes asked for: ${asked}`);
}
server.close();
process.exit();
END
saw=$(
  AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_CONFIG_FILE=/dev/null \
    node "$dir/clients.mjs" 2> "$dir/log"
)
echo "$saw"
[ "$saw" = "clients: 1, calls: 3, codes asked for: 1
clients: 2, calls: 6, codes asked for: 2" ]
