// Where a session is asked for, and with what: the request as it leaves, for every kind of endpoint.
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import assert from "node:assert/strict";
import { createEnvironment } from "../../src/machine/environment.ts";
import type { SessionIssuer, SessionRequest } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { createIssuer } from "../../src/sts/issuer.ts";
import { locateSts } from "../../src/sts/client.ts";
import { MemoryLog } from "../support/memory_ports.ts";
import { ALICE } from "../support/scenario.ts";
import { StsEmulator } from "../support/sts_emulator.ts";

/** By hand, from the service's documents: regions, domain, dual-stack domain. */
const PARTITIONS = [
  [
    "us-east-1 us-west-2 eu-central-1 ap-northeast-1 sa-east-1 me-south-1 af-south-1 il-central-1 mx-central-1 ca-west-1 aa-nowhere-9",
    "amazonaws.com",
    "api.aws",
  ],
  [
    "cn-north-1 cn-northwest-1",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
  ],
  ["us-gov-west-1 us-gov-east-1", "amazonaws.com", "api.aws"],
  ["eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"],
  ["us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"],
  ["us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"],
  ["eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  ["us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"],
] as const;

const KINDS = [false, true].flatMap((fips) =>
  [false, true].map((dualStack) => ({ fips, dualStack }))
);

/** Takes the place of the network while it is in use, and answers nothing. */
class CapturedFetch implements Disposable {
  readonly requests: Request[] = [];
  readonly #genuine = globalThis.fetch;

  constructor() {
    globalThis.fetch = (input, init) => {
      this.requests.push(new Request(input, init));
      return Promise.resolve(new Response("", { status: 503 }));
    };
  }

  [Symbol.dispose](): void {
    globalThis.fetch = this.#genuine;
  }
}

function issuer(): SessionIssuer {
  return createIssuer(
    createEnvironment(() => undefined),
    { now: () => new Date() },
    new MemoryLog(),
    "updsts/1.2.3",
  );
}

function requestFor(target: Partial<SessionRequest>): SessionRequest {
  return {
    profile: "default",
    accessKeyId: ALICE.accessKeyId,
    secretAccessKey: new Secret(ALICE.secretAccessKey),
    device: ALICE.device,
    code: new Secret("123456"),
    durationSeconds: 900,
    region: "eu-west-1",
    endpoint: undefined,
    fips: undefined,
    dualStack: undefined,
    ...target,
  };
}

Deno.test("a session is asked for once, at the right host and for the right region, in 20 regions x FIPS x dual-stack", async () => {
  let asked = 0;
  for (const [regions, domain, dualStackDomain] of PARTITIONS) {
    for (const region of regions.split(" ")) {
      for (const { fips, dualStack } of KINDS) {
        // The endpoints of GovCloud are FIPS endpoints, without saying so.
        const plain = !fips || (!dualStack && region.startsWith("us-gov-"));
        const host = `sts${plain ? "" : "-fips"}.${region}.${
          dualStack ? dualStackDomain : domain
        }`;
        using network = new CapturedFetch();
        await assert.rejects(
          issuer().issue(requestFor({
            region,
            fips: String(fips),
            dualStack: String(dualStack),
          })),
          { code: "STS_FAILED" },
        );
        const [request, ...more] = network.requests;
        assert.deepEqual(more, []);
        assert.equal(request?.method, "POST");
        assert.equal(request.url, `https://${host}/`);
        assert.match(
          request.headers.get("authorization") ?? "",
          new RegExp(`/${region}/sts/aws4_request, `),
        );
        assert.deepEqual(
          Object.fromEntries(new URLSearchParams(await request.text())),
          {
            Action: "GetSessionToken",
            Version: "2011-06-15",
            DurationSeconds: "900",
            SerialNumber: ALICE.device,
            TokenCode: "123456",
          },
        );
        asked++;
      }
    }
  }
  assert.equal(asked, 80);
});

Deno.test("the global endpoint is asked as the SDK's rules say", async () => {
  using network = new CapturedFetch();
  await assert.rejects(issuer().issue(requestFor({ region: "aws-global" })));
  const [request] = network.requests;
  assert.equal(request?.url, "https://sts.amazonaws.com/");
  const authorization = request.headers.get("authorization") ?? "";
  assert.match(authorization, /\/us-east-1\/sts\/aws4_request, /);
});

Deno.test("the request tells nobody more than STS has to know", async () => {
  using network = new CapturedFetch();
  await assert.rejects(issuer().issue(requestFor({})));
  const [request] = network.requests;
  assert.deepEqual([...request?.headers.keys() ?? []].sort(), [
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "content-type",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
  ]);
  assert.equal(request?.headers.get("user-agent"), "updsts/1.2.3");
  assert.equal(request?.redirect, "manual");
});

/** Where STS is asked with `wanted`. */
function place(wanted: Partial<SessionRequest>): string {
  const environment = createEnvironment(() => undefined);
  return locateSts(requestFor(wanted), environment).endpoint.href;
}

Deno.test("an endpoint that is configured is taken as it is, and refused if it is not one", () => {
  assert.equal(
    place({ fips: "TRUE" }),
    "https://sts-fips.eu-west-1.amazonaws.com/",
  );
  for (
    const endpoint of [
      ...["127.0.0.1:5000", "ftp://x", "nonsense", "//x", "http://a:b@c/"],
      // Once a pattern without its first letter bound took these.
      ...["xhttp://x", "httpsx://x", "http://a@c/"],
      // The SDK would ask there without the rest.
      ...["http://c/?a=1", "http://c/#a"],
    ]
  ) {
    assert.throws(
      () => place({ endpoint }),
      { code: "STS_UNREACHABLE", message: /the configured endpoint is not/ },
      endpoint,
    );
  }
  for (const name of ["fips", "dualStack"]) {
    // As the AWS CLI does: an emulator may be asked although FIPS is the rule.
    for (const value of ["true", "yes"]) {
      const endpoint = "http://127.0.0.1/";
      assert.equal(place({ endpoint, [name]: value }), endpoint);
    }
    assert.throws(
      () => place({ [name]: "yes" }),
      { message: /use_\w+_endpoint must be true or false$/ },
    );
  }
});

Deno.test("http: is for this machine alone, also where all hosts are allowed", () => {
  for (
    const host of [
      ...["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"],
      ...["evil-127.0.0.1.example", "evillocalhost", "128.0.0.1", "[::2]"],
      ...["[::ffff:127.0.0.1]", "127.evil.example", "sts.amazonaws.com"],
    ]
  ) {
    assert.throws(
      () => place({ endpoint: `http://${host}/` }),
      { code: "HOST_FORBIDDEN", message: /is not encrypted$/ },
      host,
    );
  }
  for (const host of ["127.0.0.1:5000", "127.9.9.9", "localhost", "[::1]:5"]) {
    const endpoint = `http://${host}/`;
    assert.equal(place({ endpoint }), endpoint);
  }
});

Deno.test("an endpoint with a port and a path is asked there", async () => {
  for (
    const endpoint of [
      "http://127.0.0.1:5000/",
      "http://127.0.0.1:5000/sts/",
      "http://[::1]:5000/",
      "https://vpce-0.sts.eu-west-1.vpce.amazonaws.com/",
    ]
  ) {
    using network = new CapturedFetch();
    await assert.rejects(issuer().issue(requestFor({ endpoint })));
    assert.deepEqual(network.requests.map(({ url }) => url), [endpoint]);
  }
});

/** The form that the SDK sends for the same session when it is left alone. */
async function formOfSdk(endpoint: string): Promise<string> {
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

Deno.test("the emulator takes the signature, and the form is that of the SDK left alone", async () => {
  await using sts = new StsEmulator({
    accounts: [{ ...ALICE, devices: [{ serial: ALICE.device }] }],
  });
  const endpoint = sts.url;
  const code = new Secret(sts.nextCode(ALICE.device));
  await issuer().issue(requestFor({ endpoint, code }));
  const [request] = sts.requests;
  assert.equal(request?.outcome, "issued");
  assert.equal(request.region, "eu-west-1");
  using network = new CapturedFetch();
  await assert.rejects(issuer().issue(requestFor({ endpoint })));
  assert.equal(await network.requests[0]?.text(), await formOfSdk(endpoint));
});
