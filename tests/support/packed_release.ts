// A release of stand-ins: what `deno task release pack` makes of scripts that only say their version.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { binaryPath, TARGETS } from "../../.ci/compile.ts";
import { ROOT, run } from "./command.ts";

/** The repository that the release says it is of. */
export const REPOSITORY = "alice/updsts";

/** What stands in for the binary of `target`. */
export function standIn(target: string): string {
  return `#!/bin/sh\n# ${target}\necho ${denoJson.version}\n`;
}

/** The directory of a release, gone with the object. */
export class PackedRelease implements AsyncDisposable {
  private constructor(
    /** Where everything is. */
    readonly directory: string,
    /** What people download. */
    readonly output: string,
  ) {}

  /** Packs as the workflow does it. */
  static async make(): Promise<PackedRelease> {
    const directory = await Deno.makeTempDir({ prefix: "updsts-release-" });
    for (const target of TARGETS) {
      await Deno.mkdir(join(directory, target));
      await Deno.writeTextFile(binaryPath(directory, target), standIn(target));
    }
    const packed = await run(Deno.execPath(), [
      ...["task", "--quiet", "--cwd", fileURLToPath(ROOT)],
      ...["release", "pack", REPOSITORY, directory],
    ]);
    assert.equal(packed.code, 0, packed.stderr);
    return new PackedRelease(directory, join(directory, "release"));
  }

  /** The text of the file `name` of the release. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(join(this.output, name));
  }

  /** Each file's SHA-256 by its name, as SHA256SUMS has them. */
  async sums(): Promise<Map<string, string>> {
    const lines = (await this.read("SHA256SUMS")).trimEnd().split("\n");
    return new Map(lines.map((line) => {
      const [sum = "", name = ""] = line.split("  ");
      return [name, sum];
    }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.directory, { recursive: true });
  }
}
