// The hosts that the program may talk to: those of STS in all of AWS, and no others.
import assert from "node:assert/strict";
import { allowedHosts, hostFor, partitions, withHosts } from "../.ci/hosts.ts";
import { partitionOf } from "../src/partitions.ts";
import { chooseRegion } from "../src/sessions/plan.ts";
import { shippedFlags, underShippedFlags } from "./support/command.ts";
import { NO_SETTINGS } from "./support/memory_ports.ts";

Deno.test("the flags allow what `deno task hosts` derives from the SDK, and nothing else", async () => {
  const hosts = await allowedHosts();
  const flag = `--allow-net=${hosts.join(",")}`;
  assert.deepEqual(
    shippedFlags().filter((word) => word.startsWith("--allow-net")),
    [flag],
    "run `deno task hosts`",
  );
  for (const host of hosts) {
    assert.match(
      host,
      /^(?:(?:sts|sts-fips|\*\.sts)\.[a-z0-9.-]+|localhost|127\.0\.0\.1|\[::1\])$/,
    );
  }
  assert.equal(withHosts('"--allow-net=a,b c"', ["d"]), '"--allow-net=d c"');
  assert.throws(() => withHosts("--allow-net=a --allow-net=b", []));
});

/** What the runtime says of each host, in a process under the shipped flags. */
async function statesOf(
  hosts: readonly string[],
): Promise<Map<string, string>> {
  const { stdout, stderr, code } = await underShippedFlags(
    `const states = [];
     for (const host of ${JSON.stringify(hosts)}) {
       states.push([host, (await Deno.permissions.query({ name: "net", host })).state]);
     }
     console.log(JSON.stringify(states));`,
  );
  assert.equal(code, 0, stderr);
  return new Map(JSON.parse(stdout));
}

Deno.test("every endpoint that the SDK resolves is within reach, for every region x FIPS x dual-stack", async () => {
  const resolved = (await partitions()).flatMap(({ regions }) =>
    Object.keys(regions).flatMap((region) =>
      [0, 1, 2, 3].map((bits) =>
        hostFor(region, { fips: bits >= 2, dualStack: bits % 2 === 1 })
      )
    )
  ).map((host) => `${host}:443`);
  const states = await statesOf([
    ...resolved,
    "vpce-0a1b-c2d3.sts.eu-west-1.vpce.amazonaws.com",
    "vpce-0a1b-c2d3-cn-north-1a.sts.cn-north-1.vpce.amazonaws.com.cn",
    "vpce-0a1b-c2d3.sts.eusc-de-east-1.vpce.amazonaws.eu",
    "sts.amazonaws.com",
    "localhost:5000",
    "127.0.0.1:80",
    "[::1]:80",
  ]);
  assert(states.size > 200);
  for (const [host, state] of states) assert.equal(state, "granted", host);
});

Deno.test("hosts of AWS that anybody can rent are out of reach", async () => {
  const states = await statesOf([
    "evil.s3.amazonaws.com",
    "sts.s3.amazonaws.com",
    "sts.s3-us-west-2.amazonaws.com",
    "x.execute-api.us-east-1.amazonaws.com",
    "x.execute-api.us-east-1.api.aws",
    "x.lambda-url.us-east-1.on.aws",
    "x.us-east-1.elb.amazonaws.com",
    "ec2-192-0-2-1.compute-1.amazonaws.com",
    "vpce-0.execute-api.us-east-1.vpce.amazonaws.com",
    "vpce-svc-0.us-east-1.vpce.amazonaws.com",
    "x.sts.us-east-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com.evil.example",
    "iam.amazonaws.com",
    "169.254.169.254",
  ]);
  assert.equal(states.size, 14);
  for (const [host, state] of states) assert.notEqual(state, "granted", host);
});

Deno.test("a device of any partition is asked for in a region of it", async () => {
  for (const { id, regions } of await partitions()) {
    const device = `arn:${id}:iam::123456789012:mfa/alice`;
    const { name } = chooseRegion(undefined, NO_SETTINGS, device);
    assert(Object.hasOwn(regions, name), `${id}: ${name}`);
    for (const region of Object.keys(regions)) {
      if (region.endsWith("-global")) continue;
      assert.equal(partitionOf(region).id, id, region);
    }
  }
});
