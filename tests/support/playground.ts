// An STS emulator to try updsts with: a credentials file, a new code every 30 s, and commands to type. Ends with Ctrl-C.
import { isOnPath } from "../../.ci/install_bundle.ts";
import { pinnedDeno } from "../../.ci/plugin.ts";
import { settingVariable } from "../../src/shell_quoted.ts";
import { Scenario } from "./scenario.ts";

const ended = Promise.withResolvers<void>();
const signals = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"] as const
  : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
for (const signal of signals) Deno.addSignalListener(signal, ended.resolve);
{
  await using scenario = await Scenario.start();
  const settings = {
    AWS_SHARED_CREDENTIALS_FILE: scenario.path,
    AWS_CONFIG_FILE: `${scenario.path}.config`,
    AWS_ENDPOINT_URL_STS: scenario.sts.url,
  };
  // Deno is the user's own, or npx put it on the PATH of this process only.
  const deno = isOnPath() ? "deno" : `npx --yes ${await pinnedDeno()}`;
  const commands = [
    "list",
    "get",
    "get --min-remaining 30m",
    "doctor",
    "get -t 000000",
    "remove default",
  ];
  console.log(
    `An STS emulator runs on this machine. In another terminal, in this directory, type:

  ${
      Object.entries(settings).map(([name, value]) =>
        settingVariable(name, value)
      ).join("\n  ")
    }
  ${
      commands.map((words) => `${deno} task --quiet updsts ${words}`)
        .join("\n  ")
    }

Each code works once. Ctrl-C ends this, and removes the file.
`,
  );
  const showCode = () => console.log(`The next code is ${scenario.code()}`);
  showCode();
  const timer = setInterval(showCode, 30_000);
  await ended.promise;
  clearInterval(timer);
}
console.log("\nNothing is left.");
Deno.exit(0);
