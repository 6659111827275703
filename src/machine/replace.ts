// Reads, rehearses and replaces the credentials file without losing a byte.
import { applyEdits, type Edit } from "../credentials/text.ts";
import type {
  Change,
  CredentialsFile,
  FileFacts,
  Log,
  UpdateOptions,
} from "../ports.ts";
import { shellQuoted } from "../shell_quoted.ts";
import type { Environment } from "./environment.ts";
import { withLock } from "./lock.ts";
import { PATHS } from "./paths.ts";
import { locate, type Place } from "./place.ts";
import { assertSize, openRegularFile, readRegularFile } from "./read.ts";
import {
  busy,
  CREDENTIALS_FILE,
  isMissing,
  maxWait,
  onceReleased,
  readError,
  REAL_SYSTEM,
  type System,
  writeError,
} from "./system.ts";
import {
  accessAfter,
  assertNotAppendOnly,
  assertReplaceable,
  ChangeMonitor,
  type FileSnapshot,
} from "./snapshot.ts";
import {
  type Access,
  accessOf,
  createTemporaryFile,
  isSameAccess,
  makeDirectories,
  removeLeftovers,
  type TemporaryFile,
} from "./temporary.ts";

/** A longer wait is explained to the person, in milliseconds. */
const NOTE_AFTER = 1_000;

/** How long to watch the replaced file for late writes, in milliseconds; longer if another program had changed it. */
const WATCH_TIME = 5;
const LONG_WATCH_TIME = 1_000;

export interface FileContext {
  readonly environment: Environment;
  readonly log: Log;
  /** Whether a missing file is created, mode 0600, and its directory, mode 0700. */
  readonly create?: boolean;
  readonly system?: System;
}

interface Task {
  readonly change: Change;
  readonly rehearsal: boolean;
  readonly monitor: ChangeMonitor;
  /** Removes created directories that are still empty. */
  readonly made: DisposableStack;
}

/** Wait before the next attempt, in milliseconds; undefined if none is needed. */
type Wait = number | undefined;

export class LocalCredentialsFile implements CredentialsFile {
  readonly path: string;
  readonly #context: Required<FileContext>;
  /** The text at the last read, to detect changes by other programs. */
  #baseline: string | undefined;
  /** The access of the file at its rehearsal. */
  #rehearsed: Access | undefined;
  #watched: Promise<void> = Promise.resolve();
  /** Whether the person was told about the wait. */
  #hasNoted = false;

  constructor(path: string, context: FileContext) {
    this.path = path;
    this.#context = { create: false, system: REAL_SYSTEM, ...context };
  }

  async read(): Promise<string> {
    const { create, system } = this.#context;
    const read = () => {
      try {
        return readRegularFile(this.path, CREDENTIALS_FILE);
      } catch (error) {
        if (create && isMissing(error)) return "";
        throw error;
      }
    };
    // With a baseline, a file that is half written is not accepted.
    const monitor = new ChangeMonitor(system, this.#baseline, false);
    let text = "";
    await this.#untilDone(monitor, async () => {
      text = await onceReleased(read, system);
      const wait = monitor.wait(text, false);
      return wait === 0 || monitor.isOver ? undefined : wait;
    });
    return this.#baseline = text;
  }

  rehearse(change: Change): Promise<void> {
    return this.#write(change, true, false);
  }

  update(change: Change, { spent = false }: UpdateOptions = {}): Promise<void> {
    return this.#write(change, false, spent);
  }

  settled(): Promise<void> {
    return this.#watched;
  }

  /** Facts about the file for a diagnosis; undefined if it does not exist. */
  facts(): FileFacts | undefined {
    const { environment } = this.#context;
    const find = (path: () => string) => {
      try {
        const place = locate(path());
        return place.exists ? place.path : undefined;
      } catch {
        // Reading the file will report the error.
        return undefined;
      }
    };
    // Windows paths may differ in case and separators.
    const spelled = (path: string | undefined) =>
      path !== undefined && PATHS.isSame(path, this.path) ? this.path : path;
    const realPath = spelled(find(() => this.path));
    if (realPath === undefined) return undefined;
    const home = find(() => environment.expandHome("~/"));
    const isWindows = Deno.build.os === "windows";
    const { uid, nlink, mode } = Deno.statSync(realPath);
    return {
      realPath,
      mode: isWindows || mode === null ? undefined : mode & 0o7777,
      inProfile: isWindows && home !== undefined
        ? PATHS.isBelow(realPath, home)
        : undefined,
      own: home === undefined || uid === null
        ? undefined
        : Deno.statSync(home).uid === uid,
      names: nlink ?? 1,
      awsCliPath: spelled(find(() => environment.credentialsPath())),
    };
  }

  async #write(
    change: Change,
    rehearsal: boolean,
    spent: boolean,
  ): Promise<void> {
    using made = new DisposableStack();
    const monitor = new ChangeMonitor(
      this.#context.system,
      this.#baseline,
      spent,
    );
    const task = { change, rehearsal, monitor, made };
    try {
      await this.#untilDone(monitor, () => this.#attempt(task));
    } catch (error) {
      throw writeError(error, this.path);
    }
  }

  /** Repeats `attempt`, with the waits that it returns, until it returns undefined. */
  async #untilDone(
    monitor: ChangeMonitor,
    attempt: () => Promise<Wait>,
  ): Promise<void> {
    const { create, log } = this.#context;
    for (;;) {
      let wait: Wait;
      try {
        wait = await attempt();
      } catch (error) {
        if (!isMissing(error)) throw error;
        if (create && error instanceof Deno.errors.NotFound) {
          // Another updsts created the directory for a rehearsal and removed it.
          wait = this.#startOver(monitor);
        } else {
          // Some programs remove the file before they write the new one.
          wait = monitor.wait("", true);
          if (wait === 0 || monitor.isOver) throw error;
        }
      }
      if (wait === undefined) return;
      if (wait > NOTE_AFTER && !this.#hasNoted) {
        this.#hasNoted = true;
        log.note(
          `Another program seems to be writing ${this.path}: waiting until it is done`,
        );
      }
      await monitor.pause(wait);
    }
  }

  /** Tries `task` once, with the lock of the directory. */
  async #attempt(task: Task): Promise<Wait> {
    const { log, system } = this.#context;
    const { spent } = task.monitor;
    const place = this.#locate();
    makeDirectories(place, task.made);
    const { directory } = place;
    if (!spent) await assertNotAppendOnly(place);
    return await withLock(directory, system, spent, async (locked) => {
      if (!locked) {
        log.warn(
          `another program keeps ${directory} locked: the session is written without that lock`,
        );
      }
      return await this.#attemptIn(directory, locked, task);
    });
  }

  async #attemptIn(
    directory: string,
    locked: boolean,
    { change, rehearsal, monitor }: Task,
  ): Promise<Wait> {
    const { system } = this.#context;
    // Before all else: its name tells waiting processes who holds the lock.
    await using temporary = await createTemporaryFile(directory, system);
    const place = this.#locate(temporary.access.uid);
    if (place.directory !== directory) return this.#startOver(monitor);
    if (locked) removeLeftovers(place, temporary);
    using kept = new DisposableStack();
    const snapshot = await this.#open(place, monitor.spent, kept);

    const edits = this.#settledEdits(snapshot.text, change, monitor);
    if (typeof edits === "number") return edits;
    this.#baseline = snapshot.text;
    const text = applyEdits(snapshot.text, edits);
    assertSize(text.length, this.path, CREDENTIALS_FILE);
    if (!rehearsal && text === snapshot.text && place.exists) {
      this.#warnOfExposure(snapshot);
      return undefined;
    }
    if (rehearsal) await assertReplaceable(snapshot, temporary.access, system);
    const access = accessAfter(
      snapshot,
      temporary.access,
      rehearsal ? undefined : this.#rehearsed,
    );
    await using written = await temporary.for(access);
    await written.write(text, access);
    if (rehearsal) {
      if (!written.isAt(written.path)) throw busy(this.path);
      await written.tryRemoval();
      this.#rehearsed = access;
      return undefined;
    }
    if (system.os === "windows") kept.dispose();
    const since = await this.#putInPlace(snapshot, written, monitor.spent);
    if (since === undefined) return this.#startOver(monitor);
    if (!kept.disposed) {
      const end = since +
        (monitor.hasSeenChange ? LONG_WATCH_TIME : WATCH_TIME);
      this.#watched = this.#watchReplaced(snapshot, kept.move(), end)
        .catch(() => {});
    }
    this.#warnOfExposure(snapshot);
    return undefined;
  }

  #locate(own: number | null = null): Place {
    try {
      const place = locate(this.path, own);
      if (place.exists || this.#context.create) return place;
      throw new Deno.errors.NotFound();
    } catch (error) {
      throw readError(error, this.path, CREDENTIALS_FILE);
    }
  }

  /** Reads the file; disposing of `kept` closes it. */
  #open(
    place: Place,
    spent: boolean,
    kept: DisposableStack,
  ): Promise<FileSnapshot> {
    const open = () => {
      if (!place.exists) return { place, text: "" };
      const opened = openRegularFile(this.path, CREDENTIALS_FILE, place.path);
      kept.use(opened.file);
      return { place, ...opened };
    };
    return onceReleased(open, this.#context.system, maxWait(spent));
  }

  /** The wait after another program was faster. @throws {UpdstsError} `FILE_BUSY` */
  #startOver(monitor: ChangeMonitor): Wait {
    if (monitor.isOver && !monitor.spent) throw busy(this.path);
    this.#context.log.info("The file was changed meanwhile: starting over");
    return monitor.afterCollision();
  }

  /** The edits, or the wait in milliseconds until the file may be complete. */
  #settledEdits(
    text: string,
    change: Change,
    monitor: ChangeMonitor,
  ): readonly Edit[] | number {
    let edits: readonly Edit[] | undefined;
    let refusal: unknown;
    try {
      edits = change(text);
    } catch (error) {
      refusal = error;
    }
    const wait = monitor.wait(text, edits === undefined);
    if (wait > 0 && !monitor.isOver) return wait;
    if (edits === undefined) throw refusal;
    if (wait > 0) {
      if (!monitor.spent) throw busy(this.path);
      this.#context.log.warn(
        `other programs kept changing ${this.path} for a minute, and the session was written into the content at that time: check what is missing (updsts list)`,
      );
    }
    return edits;
  }

  /** Replaces the file by `written`; returns the time just before, or undefined if another program was faster. */
  async #putInPlace(
    snapshot: FileSnapshot,
    written: TemporaryFile,
    spent: boolean,
  ): Promise<number | undefined> {
    const { system } = this.#context;
    const { path, directory, exists } = snapshot.place;
    const unchanged = await this.#isUnchanged(snapshot, written, spent) &&
      // Another user may have replaced the temporary file.
      written.isAt(written.path);
    if (!unchanged) return undefined;
    const since = system.now();
    try {
      // A rename would replace a file that another program has created meanwhile.
      if (!exists) system.link(written.path, path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      // Some file systems do not support hard links, and say so first.
      if (this.#locate().exists) return undefined;
    }
    if (exists || !written.isAt(path)) {
      try {
        await onceReleased(
          () => system.rename(written.path, path),
          system,
          maxWait(spent),
          true,
        );
      } catch (error) {
        // Windows only denied access; this reports whether the file is open elsewhere.
        if (system.os === "windows") system.rename(path, path);
        throw error;
      }
    }
    if (system.os !== "windows") {
      using open = Deno.openSync(directory);
      // The new file is in place; some file systems cannot sync a directory.
      await open.sync().catch(() => {});
    }
    return written.isAt(path) ? since : undefined;
  }

  /** Whether text, path and access of the file are as they were read. */
  async #isUnchanged(
    { place, text, info }: FileSnapshot,
    { access }: TemporaryFile,
    spent: boolean,
  ): Promise<boolean> {
    using kept = new DisposableStack();
    try {
      const now = await this.#open(this.#locate(access.uid), spent, kept);
      return now.place.path === place.path && now.text === text &&
        (info === undefined || now.info === undefined
          ? info === now.info
          : isSameAccess(accessOf(now.info), accessOf(info)));
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Warns if a program writes to the replaced file, which has no name any more, before `end`. */
  async #watchReplaced(
    { file, info }: FileSnapshot,
    kept: DisposableStack,
    end: number,
  ): Promise<void> {
    const { log, system } = this.#context;
    using _kept = kept;
    for (;;) {
      const now = file?.statSync();
      if (
        now?.size !== info?.size ||
        now?.mtime?.getTime() !== info?.mtime?.getTime()
      ) break;
      const left = file === undefined ? 0 : end - system.now();
      if (left <= 0) return;
      await system.sleep(Math.min(left, WATCH_TIME));
    }
    log.warn(
      `another program was still writing to ${this.path} when it was replaced, and what it wrote last is lost: check what is missing (updsts list), and let that program write it again`,
    );
  }

  /** Warns if other users can read the file, or other hard links keep the old content. */
  #warnOfExposure({ info }: FileSnapshot): void {
    if (info === undefined) return;
    const { path } = this;
    const { log } = this.#context;
    if (Deno.build.os === "windows" && this.facts()?.inProfile === false) {
      log.warn(
        `${path} is outside your user profile, where other users of this machine may read it`,
      );
    }
    if ((accessOf(info).mode & 0o077) !== 0) {
      log.warn(
        `${path} can be read by other users of this machine: run chmod 600 ${
          shellQuoted(path)
        }`,
      );
    }
    if (info.nlink !== null && info.nlink > 1) {
      log.warn(`${path} had other hard links, which keep the old content`);
    }
  }
}
