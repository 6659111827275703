// The credentials file and a new one beside it, while nobody else of our kind is at work there.
import { withDirectoryLock } from "./directory_lock.ts";
import { busy } from "./file_failures.ts";
import { onceReleased } from "./held_file.ts";
import type { MissingDirectories } from "./missing_directories.ts";
import { leadsTo, locate } from "./place.ts";
import { Target } from "./target.ts";
import {
  findHolder,
  removeLeftovers,
  TemporaryFile,
} from "./temporary_file.ts";
import { REAL_TIME, type Timepiece } from "./timepiece.ts";

/** How often to start over when the links of the path are changed. */
const MAX_ATTEMPTS = 20;

/** What a {@linkcode FileReplacement} may be told besides its path. */
export interface ReplacementOptions {
  /** Whether there need be no file yet: then it is made, mode 0600, and its directory, mode 0700. */
  readonly create?: boolean;
  /** See `LockOptions.lockDirectories`. */
  readonly lockDirectories?: boolean;
  readonly time?: Timepiece;
  /** The name of the next temporary file. */
  readonly nextName?: () => string;
}

/** Where the file is, and how long to wait for the lock, in milliseconds. */
export interface Wanted {
  readonly path: string;
  readonly options: ReplacementOptions;
  readonly patience: number;
  /** What directories have been made for it. */
  readonly made: MissingDirectories;
}

/**
 * Runs `action` under the lock of the file's directory, with a new file that
 * does not outlive it. The target is open until `kept` is disposed of.
 */
export async function withLockedTarget<T>(
  wanted: Wanted,
  kept: DisposableStack,
  action: (target: Target, temporary: TemporaryFile) => Promise<T>,
): Promise<T> {
  const { path, options, made } = wanted;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      if (options.create) made.make(path);
      const done = await tryLockedTarget(wanted, kept, action);
      if (done !== undefined) return done.result;
    } catch (error) {
      // Another updsts had made the directory for practice, and removed it.
      const isGone = options.create && error instanceof Deno.errors.NotFound;
      if (!isGone || attempt === MAX_ATTEMPTS) throw error;
    }
    // At odd intervals, so that nobody is too late each time.
    await (options.time ?? REAL_TIME).sleep(10 * attempt * Math.random());
  }
  throw busy(path);
}

/** The same once; undefined if the path leads elsewhere by now. */
async function tryLockedTarget<T>(
  { path, options, patience }: Wanted,
  kept: DisposableStack,
  action: (target: Target, temporary: TemporaryFile) => Promise<T>,
): Promise<{ readonly result: T } | undefined> {
  const create = options.create ?? false;
  const { directory } = locate(path, create);
  const { dev, ino } = Deno.statSync(directory);
  const lock = {
    ...options,
    patience,
    findHolder: () => findHolder(directory),
  };
  return await withDirectoryLock(directory, lock, async () => {
    // What was locked may have been removed, and made anew by somebody else.
    const now = Deno.statSync(directory);
    if (now.dev !== dev || now.ino !== ino) return undefined;
    // Made first, so that its name tells those who wait whom they wait for.
    await using temporary = await TemporaryFile.create(
      directory,
      options.nextName,
    );
    const place = locate(path, create);
    if (place.directory !== directory) return undefined;
    removeLeftovers(place, temporary);
    const target = kept.use(
      await onceReleased(() => new Target(place, path), {
        ...options,
        patience,
      }),
    );
    if (!leadsTo(path, target.info, temporary.uid)) return undefined;
    return { result: await action(target, temporary) };
  });
}
