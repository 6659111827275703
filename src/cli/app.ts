// The command line: spellings, commands, and what an error becomes.
import {
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  ExitCode,
  type FlagNotFoundError,
  formatMessageForArgumentScannerError,
  run,
  type StricliProcess,
  text_en,
} from "@stricli/core";
import { UpdstsError } from "../errors.ts";
import type { CodeSource } from "../ports.ts";
import { commands } from "./commands.ts";
import type { Connect, Context, McpDoor } from "./context.ts";
import { exitCodeOf, FAILURE, USAGE } from "./exit_codes.ts";
import {
  formatError,
  formatErrorJson,
  type LineSink,
  Output,
  type Screen,
  visible,
} from "./output.ts";

/** What the command line needs of the process it runs in. */
export interface Shell {
  readonly version: string;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
  readonly screen: Screen;
  readonly connect: Connect;
  readonly mcp: McpDoor;
  readonly stdinCodes: CodeSource;
  readonly completionScript: Context["completionScript"];
}

/** Runs a command line; the exit code. Never throws for what a user can cause. */
export async function runCli(
  args: readonly string[],
  { version, stdout, stderr, screen, ...doors }: Shell,
): Promise<number> {
  const output = new Output(stdout, stderr, screen);
  const json = args.includes("--json");
  const usageError = (state: string, hint: string) => {
    const error = new UpdstsError(
      "USAGE",
      `Cannot read the command line: ${state}`,
      { hint },
    );
    return json ? formatErrorJson(error) : visible(formatError(error, 0));
  };
  const failure = (error: unknown) =>
    json
      ? formatErrorJson(error)
      : visible(formatError(error, output.verbosity));
  const app = buildApplication<Context>(
    buildRouteMap({
      routes: commands,
      docs: {
        brief:
          "Trades a TOTP code for temporary AWS credentials, in your credentials file",
      },
    }),
    {
      name: "updsts",
      versionInfo: { currentVersion: version },
      scanner: { caseStyle: "allow-kebab-for-camel" },
      documentation: {
        caseStyle: "convert-camel-to-kebab",
        disableAnsiColor: true,
        onlyRequiredInUsageLine: true,
        useAliasInUsageLine: true,
      },
      determineExitCode: (error) =>
        error instanceof UpdstsError ? exitCodeOf(error.code) : FAILURE,
      localization: {
        text: {
          ...text_en,
          noCommandRegisteredForInput: ({ input, corrections }) =>
            usageError(
              `no command ${JSON.stringify(input)}`,
              corrections.length === 0
                ? "updsts --help shows the commands"
                : `did you mean ${corrections.join(" or ")}?`,
            ),
          exceptionWhileParsingArguments: (error) =>
            usageError(
              error instanceof ArgumentScannerError
                ? formatMessageForArgumentScannerError(error, {
                  FlagNotFoundError: unknownFlag,
                  AliasNotFoundError: ({ input }) => `No option -${input}`,
                })
                : String(error),
              "add --help to the command to see its options",
            ),
          exceptionWhileRunningCommand: failure,
          exceptionWhileRunningIntegrationFlag: ({ exception }) =>
            failure(exception),
        },
      },
    },
  );
  // With --json, a failure is an answer, too.
  const process: StricliProcess = { stdout, stderr: json ? stdout : stderr };
  const context: Context = { ...doors, process, output };
  const [command, separator, ...words] = args;
  if (command === "complete" && separator === "--") {
    const { complete } = await import("./complete.ts");
    stdout.write(`${await complete(app, words, context)}\n`);
    return 0;
  }
  try {
    await run(app, canonical(asFlags(args)), context);
    return exitCodeOfRun(process.exitCode);
  } catch (error) {
    // With --json, where the failure was to be written.
    stderr.write(`${failure(error)}\n`);
    return FAILURE;
  }
}

/** The parser's own words name the options as the code does. */
function unknownFlag({ input, corrections }: FlagNotFoundError): string {
  const options = corrections.map((name) =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  );
  const meant = options.length === 0
    ? ""
    : `, did you mean ${options.join(" or ")}?`;
  return `No option --${input}${meant}`;
}

/** Exit codes of our own pass; those of the parser are negative. */
function exitCodeOfRun(code: StricliProcess["exitCode"]): number {
  switch (code) {
    case ExitCode.InvalidArgument:
    case ExitCode.UnknownCommand:
      return USAGE;
    default:
      return typeof code === "number" && code >= 0 ? code : FAILURE;
  }
}

/** `help`, `help COMMAND` and `version`, as people type them, by the flags they mean. */
function asFlags([first, ...rest]: readonly string[]): string[] {
  switch (first) {
    case undefined:
      return [];
    case "help":
      return [...rest, "--help"];
    case "version":
      return ["--version", ...rest];
    default:
      return [first, ...rest];
  }
}

/** Spellings that the parser has no way to express, by the flag they mean. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["-sn", "--sts-profile-name"],
  ["--profile_name", "--profile"],
  ["--profile-name", "--profile"],
  ["--totp_token", "--totp-token"],
  ["--sts_profile_name", "--sts-profile-name"],
  ["--credential_file", "--credential-file"],
]);

/** `args` with the two-letter and the underscore spellings replaced. */
function canonical(args: readonly string[]): string[] {
  return args.map((arg) => {
    const [flag = "", ...value] = arg.split("=");
    return [SPELLINGS.get(flag) ?? flag, ...value].join("=");
  });
}
