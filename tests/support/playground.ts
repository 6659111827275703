// An STS to play with on this machine: a file, codes as they change, and lines to try. Ends with Ctrl-C.
import { isOnPath } from "../../.ci/install_bundle.ts";
import { pinnedDeno } from "../../.ci/plugin.ts";
import { settingVariable } from "../../src/shell_quoted.ts";
import { ALICE, Scenario } from "./scenario.ts";
import { totp } from "./totp.ts";

/** What the authenticator app of Alice knows. */
const TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/** A code lasts as long, in milliseconds. */
const STEP = 30_000;

const GIVEN = `[default]
aws_access_key_id = ${ALICE.accessKeyId}
aws_secret_access_key = ${ALICE.secretAccessKey}
mfa_device_arn = ${ALICE.device}
`;

/** Resolves when the person has had enough. */
function interrupted(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, resolve);
  return promise;
}

/** How the person started this: with a Deno of their own, or one that npx put on the PATH of this process only. */
async function denoCommand(): Promise<string> {
  return isOnPath() ? "deno" : `npx --yes ${await pinnedDeno()}`;
}

function showCode(): void {
  const now = Date.now();
  const left = Math.ceil((STEP - now % STEP) / 1000);
  console.log(`The code is ${totp(TOTP_SECRET, new Date(now))} for ${left} s`);
}

const end = interrupted();
{
  await using scenario = await Scenario.start({
    given: GIVEN,
    accounts: [{
      ...ALICE,
      devices: [{ serial: ALICE.device, totpSecret: TOTP_SECRET }],
    }],
  });
  const settings = {
    AWS_SHARED_CREDENTIALS_FILE: scenario.path,
    AWS_CONFIG_FILE: `${scenario.path}.config`,
    AWS_ENDPOINT_URL_STS: scenario.sts.url,
  };
  const updsts = `${await denoCommand()} task --quiet updsts`;
  console.log([
    "An STS emulator of this machine's own is at your service.",
    "In another terminal, in this directory:",
    "",
    ...Object.entries(settings).map(([name, value]) =>
      `  ${settingVariable(name, value)}`
    ),
    `  ${updsts} list`,
    `  ${updsts} get`,
    `  ${updsts} get --min-remaining 30m`,
    `  ${updsts} doctor`,
    `  ${updsts} get -t 000000`,
    `  ${updsts} remove default`,
    "",
    "Each code works once. Ctrl-C ends this, and takes the file with it.",
    "",
  ].join("\n"));
  showCode();
  let ticking: ReturnType<typeof setInterval> | undefined;
  const wait = setTimeout(() => {
    showCode();
    ticking = setInterval(showCode, STEP);
  }, STEP - Date.now() % STEP);
  await end;
  clearTimeout(wait);
  clearInterval(ticking);
}
console.log("\nNothing is left.");
Deno.exit(0);
