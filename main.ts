/**
 * The program `updsts`: builds the real adapters, runs the command line, exits.
 *
 * @module
 */
import denoJson from "./deno.json" with { type: "json" };
import type { Connect } from "./src/cli/context.ts";
import { runCli } from "./src/cli/app.ts";
import { writeAll } from "./src/adapters/streams.ts";

/** Loads the adapters when a command runs, so that `--help` does not wait for them. */
const connect: Connect = async (credentialFile, log) => {
  const [{ createEnvironment }, { credentialsPath, LocalCredentialsFile }, {
    LocalAwsConfig,
  }] = await Promise.all([
    import("./src/adapters/environment.ts"),
    import("./src/adapters/credentials_file.ts"),
    import("./src/adapters/aws_config.ts"),
  ]);
  const environment = createEnvironment();
  const clock = { now: () => new Date() };
  return {
    file: new LocalCredentialsFile(
      credentialsPath(credentialFile, environment),
      environment,
      log,
    ),
    config: new LocalAwsConfig(environment),
    issuer: {
      issue: async (request) => {
        const { AwsSessionIssuer } = await import("./src/adapters/sts.ts");
        return await new AwsSessionIssuer(environment, clock, log).issue(
          request,
        );
      },
    },
    clock,
    log,
  };
};

if (import.meta.main) {
  Deno.exit(
    await runCli(Deno.args, {
      version: denoJson.version,
      stdout: { write: (text) => writeAll(Deno.stdout, text) },
      stderr: { write: (text) => writeAll(Deno.stderr, text) },
      connect,
    }),
  );
}
