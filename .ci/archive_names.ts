// How the archives of a release are named, and where they are served.
import denoJson from "../deno.json" with { type: "json" };

const { version } = denoJson;

/** A release: whose it is, and the SHA-256 of each archive by its target. */
export interface Release {
  readonly repository: string;
  readonly sums: ReadonlyMap<string, string>;
}

/** The archive for `target`, of the kind that people of that system expect. */
export function archiveName(target: string, ofVersion = version): string {
  const kind = target.includes("windows") ? "zip" : "tar.gz";
  return `updsts-${ofVersion}-${target}.${kind}`;
}

/** Where a release's files are served. */
export function downloadUrl(repository: string, ofVersion = version): string {
  return `https://github.com/${repository}/releases/download/v${ofVersion}`;
}

/** The URL and the hash of the archive for `target`. */
export function offered({ repository, sums }: Release, target: string) {
  const sha256 = sums.get(target);
  if (sha256 === undefined) throw new Error(`There is no archive of ${target}`);
  return {
    url: `${downloadUrl(repository)}/${archiveName(target)}`,
    sha256,
  };
}
