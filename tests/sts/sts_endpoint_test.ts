// stsEndpoint() and the request, beside those of the AWS SDK.
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import assert from "node:assert/strict";
import { AwsSessionIssuer } from "../../src/sts/session_issuer.ts";
import { chooseEndpoint, stsEndpoint } from "../../src/sts/sts_endpoint.ts";
import { createEnvironment } from "../../src/adapters/environment.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { Secret } from "../../src/secret.ts";
import { ALICE } from "../support/scenario.ts";
import { StsEmulator } from "../support/sts_emulator.ts";

const REGIONS = [
  ...["us-east-1", "us-west-2", "eu-central-1", "ap-northeast-1", "sa-east-1"],
  ...["me-south-1", "af-south-1", "il-central-1", "mx-central-1", "ca-west-1"],
  ...["cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1"],
  ...["eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"],
  ...["eu-isoe-west-1", "us-isof-south-1", "xx-nowhere-9"],
];

Deno.test("stsEndpoint() is that of the AWS SDK, in every partition", () => {
  const { endpointProvider } = new STSClient({ region: "us-east-1" }).config;
  for (const region of REGIONS) {
    for (const fips of [false, true]) {
      for (const dualStack of [false, true]) {
        const { url } = endpointProvider({
          Region: region,
          UseFIPS: fips,
          UseDualStack: dualStack,
          UseGlobalEndpoint: false,
        });
        assert.equal(
          stsEndpoint(region, { fips, dualStack }).origin,
          url.origin,
          `${region}, FIPS ${fips}, dual-stack ${dualStack}`,
        );
      }
    }
  }
});

Deno.test("chooseEndpoint() takes the one that is configured, and refuses what none can be", () => {
  const choose = (
    endpoint: string | undefined,
    wanted: { readonly fips?: string; readonly dualStack?: string } = {},
  ) =>
    chooseEndpoint({
      ...{ region: "eu-west-1", endpoint },
      ...{ fips: undefined, dualStack: undefined, ...wanted },
    }).href;
  assert.equal(choose("http://127.0.0.1:5000"), "http://127.0.0.1:5000/");
  assert.equal(
    choose(undefined, { fips: "TRUE" }),
    "https://sts-fips.eu-west-1.amazonaws.com/",
  );
  for (
    const url of [
      "127.0.0.1:5000",
      "ftp://x",
      "nonsense",
      "//x",
      "http://a:b@c/",
    ]
  ) {
    assert.throws(() => choose(url), url);
  }
  for (const name of ["fips", "dualStack"]) {
    // As the AWS CLI does: an emulator may be asked although FIPS is the rule.
    for (const value of ["true", "yes"]) {
      assert.equal(
        choose("http://127.0.0.1", { [name]: value }),
        "http://127.0.0.1/",
      );
    }
    assert.throws(
      () => choose(undefined, { [name]: "yes" }),
      /^SyntaxError: use_\w+_endpoint is neither true nor false$/,
    );
  }
});

/** What the SDK would send for the same session. */
async function requestOfSdk(endpoint: string): Promise<string> {
  let sent: Request | undefined;
  const client = new STSClient({
    region: "eu-west-1",
    endpoint,
    credentials: { ...ALICE },
    requestHandler: new FetchHttpHandler({
      customFetch: (input) => {
        sent = new Request(input);
        return Promise.reject(new Error("Not to be sent"));
      },
    }),
  });
  const command = new GetSessionTokenCommand({
    DurationSeconds: 900,
    SerialNumber: ALICE.device,
    TokenCode: "123456",
  });
  await assert.rejects(client.send(command), /Not to be sent/);
  client.destroy();
  return await sent?.text() ?? "";
}

Deno.test("the request is that of the AWS SDK, and its signature holds", async () => {
  await using sts = new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
  });
  const issuer = new AwsSessionIssuer(
    createEnvironment(() => undefined),
    { now: () => new Date() },
    new MemoryLog(),
    { userAgent: "updsts/1.2.3" },
  );
  await issuer.issue({
    profile: "default",
    accessKeyId: ALICE.accessKeyId,
    secretAccessKey: new Secret(ALICE.secretAccessKey),
    device: ALICE.device,
    code: new Secret(sts.nextCode(ALICE.device)),
    durationSeconds: 900,
    region: "eu-west-1",
    endpoint: sts.url,
    ...{ fips: undefined, dualStack: undefined },
  });
  const [request] = sts.requests;
  assert.equal(request?.outcome, "issued");
  assert.equal(request.headers["user-agent"], "updsts/1.2.3");
  assert.equal(request.region, "eu-west-1");
  const fields = (form: string) =>
    Object.fromEntries([...new URLSearchParams(form)].sort());
  const { action, serial, duration } = request;
  assert.deepEqual(
    { action, serial, duration },
    (({ Action, SerialNumber, DurationSeconds }) => ({
      action: Action,
      serial: SerialNumber,
      duration: DurationSeconds,
    }))(fields(await requestOfSdk(sts.url))),
  );
});
