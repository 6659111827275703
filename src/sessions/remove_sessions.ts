// Use cases: take managed blocks out of the file, one by name or all that have expired.
import {
  type ManagedBlock,
  type ParsedFile,
  parseFile,
} from "../credentials/parse.ts";
import { findProfile } from "../credentials/profiles.ts";
import {
  assertBlocksWhole,
  assertProfileName,
} from "../credentials/refusals.ts";
import { removeEdits } from "../credentials/session_edits.ts";
import type { Edit } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { parseTimestamp } from "../timestamps.ts";

/** What the removing use cases need of the world. */
export type RemovePorts = Pick<Ports, "file" | "clock">;

/** A session that was, or would be, removed. */
export interface RemovedSession {
  /** The profile that the session was asked for. */
  readonly profile: string;
  /** The profile that held it; undefined for an empty block. */
  readonly sessionProfile: string | undefined;
}

/**
 * Takes out the block of `profile`, named itself or by its session's profile.
 *
 * @throws {UpdstsError} `BLOCK_NOT_FOUND`, `BLOCK_BROKEN`, …
 */
export async function removeSession(
  ports: RemovePorts,
  { profile, dryRun = false }: {
    readonly profile: string;
    readonly dryRun?: boolean;
  },
): Promise<RemovedSession[]> {
  assertProfileName(profile, "the profile name");
  const removed = await removeBlocks(
    ports,
    dryRun,
    // One name can be both, in a file for sessions: the source's comes first,
    // and the other session was not asked for.
    (file) =>
      file.blockOf(profile) === undefined
        ? (block) => block.sessionProfile === profile
        : (block) => block.profile === profile,
  );
  if (removed.length > 0) return removed;
  throw new UpdstsError(
    "BLOCK_NOT_FOUND",
    `Cannot remove the session of profile ${
      JSON.stringify(profile)
    }: updsts keeps no block for it`,
    { hint: "updsts list shows what is managed, and by which profile" },
  );
}

/** Takes out all blocks whose session has expired. */
export function pruneSessions(
  ports: RemovePorts,
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<RemovedSession[]> {
  const now = ports.clock.now();
  return removeBlocks(ports, dryRun, (file) => ({ sessionProfile }) => {
    if (sessionProfile === undefined) return false;
    const profile = findProfile(file, sessionProfile);
    const expiration = parseTimestamp(profile?.value("expiration_datetime"));
    return expiration !== undefined && expiration <= now;
  });
}

async function removeBlocks(
  { file }: RemovePorts,
  dryRun: boolean,
  matcher: (file: ParsedFile) => (block: ManagedBlock) => boolean,
): Promise<RemovedSession[]> {
  let removed: RemovedSession[] = [];
  const change = (text: string): Edit[] => {
    const parsed = parseFile(text);
    assertBlocksWhole(parsed);
    const blocks = parsed.blocks.filter(matcher(parsed));
    removed = blocks.map(({ profile, sessionProfile }) => ({
      profile,
      sessionProfile,
    }));
    return blocks.flatMap((block) => removeEdits(parsed, block));
  };
  // What is there now tells half a file later, while the lock is waited for.
  await file.read();
  await (dryRun ? file.rehearse(change) : file.update(change));
  return removed;
}
