// Which files a command line names.
import { UpdstsError } from "../errors.ts";
import type { NamedFiles } from "../ports.ts";
import type { Given } from "./options.ts";

/**
 * The files to work on.
 *
 * @throws {UpdstsError} `USAGE` if stdin is to be written, or read for two things
 */
export function filesOf(given: Given): NamedFiles {
  const credentials = given.text("credentialFile");
  const sessions = given.text("sessionFile");
  if (sessions === "-") {
    throw new UpdstsError(
      "USAGE",
      "Cannot write sessions to stdout: they would be shown",
      { hint: "name a file for them: -o FILE" },
    );
  }
  if (credentials === "-" && sessions === undefined) {
    throw new UpdstsError(
      "USAGE",
      "Cannot work on stdin: it cannot be written",
      {
        hint:
          "with updsts get, name a file for the session: -c - -o FILE; a file of that name is ./-",
      },
    );
  }
  if (credentials === "-" && given.text("totpToken") === "-") {
    throw new UpdstsError(
      "USAGE",
      "Cannot read both the credentials and the code from stdin",
      { hint: "give the code behind -t, or type it at the terminal" },
    );
  }
  if (credentials === "-" && given.has("mcpServer")) {
    throw new UpdstsError(
      "USAGE",
      "Cannot read the credentials from stdin: it carries the protocol",
      { hint: "name their file: -c FILE" },
    );
  }
  return { credentials, sessions };
}
