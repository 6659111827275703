// What the operating system says of the credentials file, for `doctor`.
import type { FileFacts } from "../ports.ts";
import { credentialsPath } from "./credentials_file.ts";
import type { Environment } from "./environment.ts";

/** The file at `path`, and the one that the AWS CLI would read. */
export async function fileFacts(
  path: string,
  environment: Environment,
): Promise<FileFacts> {
  const realPath = await Deno.realPath(path);
  const { mode, uid, nlink } = await Deno.stat(realPath);
  const home = await Promise.try(() => Deno.stat(environment.expandHome("~/")))
    .catch(() => undefined);
  const awsCliPath = await Promise.try(() =>
    Deno.realPath(credentialsPath(undefined, environment))
  ).catch(() => undefined);
  return {
    realPath,
    mode: mode === null ? undefined : mode & 0o7777,
    own: home === undefined || uid === null ? undefined : home.uid === uid,
    names: nlink ?? 1,
    awsCliPath,
  };
}
