// What the operating system says of the credentials file, for `doctor`.
import type { FileFacts } from "../ports.ts";
import { credentialsPath } from "./credentials_file.ts";
import { isSamePath } from "./paths.ts";
import { isInProfile, modeOf, realPathOf } from "./place.ts";
import type { Environment } from "./environment.ts";

/** The file at `path`, and the one that the AWS CLI would read; undefined if there is none at `path`. */
export async function fileFacts(
  path: string,
  environment: Environment,
): Promise<FileFacts | undefined> {
  try {
    return await factsOf(path, environment);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function factsOf(
  path: string,
  environment: Environment,
): Promise<FileFacts> {
  // Windows minds neither case nor how the disk is written.
  const spelled = (real: string) => isSamePath(real, path) ? path : real;
  const realPath = spelled(realPathOf(path));
  const info = await Deno.stat(realPath);
  const { uid, nlink } = info;
  const home = await Promise.try(() => Deno.stat(environment.expandHome("~/")))
    .catch(() => undefined);
  const awsCliPath = await Promise.try(() =>
    spelled(realPathOf(credentialsPath(undefined, environment)))
  ).catch(() => undefined);
  const mode = modeOf(info);
  return {
    realPath,
    mode: mode === null ? undefined : mode & 0o7777,
    inProfile: mode === null ? isInProfile(realPath, environment) : undefined,
    own: home === undefined || uid === null ? undefined : home.uid === uid,
    names: nlink ?? 1,
    awsCliPath,
  };
}
