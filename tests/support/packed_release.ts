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

let packed: Promise<PackedRelease> | undefined;

/** A release, packed once for all tests of a file, which only read it. */
export class PackedRelease {
  private constructor(
    /** Where everything is. */
    readonly directory: string,
    /** What people download. */
    readonly output: string,
  ) {}

  /** The release, gone when the tests of the file are over. */
  static get(): Promise<PackedRelease> {
    return packed ??= PackedRelease.pack();
  }

  /** Packs as the workflow does it. */
  private static async pack(): Promise<PackedRelease> {
    const directory = await Deno.makeTempDir({ prefix: "updsts-release-" });
    globalThis.addEventListener("unload", () => {
      Deno.removeSync(directory, { recursive: true });
    });
    for (const target of TARGETS) {
      await Deno.mkdir(join(directory, target));
      await Deno.writeTextFile(binaryPath(directory, target), standIn(target));
    }
    const { code, stderr } = await run(Deno.execPath(), [
      ...["task", "--quiet", "--cwd", fileURLToPath(ROOT)],
      ...["release", "pack", REPOSITORY, directory],
    ]);
    assert.equal(code, 0, stderr);
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
}
