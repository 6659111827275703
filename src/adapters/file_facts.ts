// What the operating system says of the credentials file, for `doctor`.
import type { FileFacts } from "../ports.ts";
import { credentialsPath } from "./credentials_file.ts";
import { isBelow, isSamePath } from "./paths.ts";
import type { Environment } from "./environment.ts";

/** The file at `path`, and the one that the AWS CLI would read. */
export async function fileFacts(
  path: string,
  environment: Environment,
): Promise<FileFacts> {
  // Windows minds neither case nor how the disk is written.
  const spelled = (real: string) => isSamePath(real, path) ? path : real;
  const realPath = spelled(await Deno.realPath(path));
  const { mode, uid, nlink } = await Deno.stat(realPath);
  const homePath = await Promise.try(() =>
    Deno.realPath(environment.expandHome("~/"))
  ).catch(() => undefined);
  const home = homePath === undefined ? undefined : await Deno.stat(homePath);
  const awsCliPath = await Promise.try(async () =>
    spelled(await Deno.realPath(credentialsPath(undefined, environment)))
  ).catch(() => undefined);
  // It makes up a mode there, which says what the read-only attribute does.
  const hasModes = Deno.build.os !== "windows" && mode !== null;
  return {
    realPath,
    mode: hasModes ? mode & 0o7777 : undefined,
    inProfile: hasModes || homePath === undefined
      ? undefined
      : isBelow(realPath, homePath),
    own: home === undefined || uid === null ? undefined : home.uid === uid,
    names: nlink ?? 1,
    awsCliPath,
  };
}
