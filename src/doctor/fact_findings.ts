// What `doctor` finds of the credentials file from the outside: where it is, whose, and whether it can be replaced.
import type { ParsedFile } from "../credentials/parse.ts";
import type { CredentialsFile, FileFacts } from "../ports.ts";
import { settingVariable, shellQuoted } from "../shell_quoted.ts";
import { type Finding, ok, problemOf, warning } from "./finding.ts";

/** Whether the file could be replaced. */
export async function writingFinding(file: CredentialsFile): Promise<Finding> {
  try {
    await file.rehearse(() => []);
    return ok("writing", "the file can be replaced");
  } catch (error) {
    return problemOf("writing", error);
  }
}

/** What the system says of the file. */
export function factFindings(
  path: string,
  { text }: ParsedFile,
  { realPath, mode, inProfile, own, names, awsCliPath }: FileFacts,
): Finding[] {
  const place = realPath === path ? path : `${path}, which is ${realPath}`;
  const findings = [ok("file", `${place}, ${text.length} bytes`)];
  if (mode !== undefined) {
    const octal = mode.toString(8).padStart(3, "0");
    findings.push(
      (mode & 0o077) === 0 ? ok("mode", octal) : warning(
        "mode",
        `${octal}: other users of this machine can ${othersMay(mode)} the file`,
        `run chmod 600 ${shellQuoted(realPath)}`,
      ),
    );
  }
  if (inProfile !== undefined) {
    findings.push(
      inProfile ? ok("place", "in your user profile") : warning(
        "place",
        "the file is outside of your user profile, where other users of this machine may read it",
        "keep it below %USERPROFILE%",
      ),
    );
  }
  if (own === false) {
    findings.push(warning(
      "owner",
      "the file does not belong to the owner of the home directory",
      "check who else writes to it",
    ));
  }
  if (names > 1) {
    findings.push(warning(
      "links",
      `the file has ${names} hard links: the others keep the old content`,
      "make them symbolic links",
    ));
  }
  findings.push(
    awsCliPath === realPath ? ok("aws cli", "reads the same file") : warning(
      "aws cli",
      `reads another file: ${awsCliPath ?? "one that is not there"}`,
      `run ${settingVariable("AWS_SHARED_CREDENTIALS_FILE", realPath)}`,
    ),
  );
  return findings;
}

/** What others may do, as the permission bits have it. */
function othersMay(mode: number): string {
  const read = (mode & 0o044) !== 0;
  const write = (mode & 0o022) !== 0;
  if (read && write) return "read and write";
  if (write) return "write";
  return read ? "read" : "run";
}
