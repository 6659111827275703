// Replaces the credentials file so that no byte is lost, whatever happens.
import { applyEdits, type Edit } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Change, Log, SeenBefore } from "../ports.ts";
import type { Environment } from "./environment.ts";
import { busy, writeError } from "./file_failures.ts";
import { type HeldOptions, onceReleased } from "./held_file.ts";
import {
  type ReplacementOptions,
  type Wanted,
  withLockedTarget,
} from "./locked_target.ts";
import { MissingDirectories } from "./missing_directories.ts";
import { type Access, locate } from "./place.ts";
import { putInPlace } from "./rename.ts";
import { lookBack, warnOfExposure } from "./replaced_file.ts";
import { Stillness } from "./stillness.ts";
import { accessFor, accessOf, assertReplaceable, Target } from "./target.ts";
import type { TemporaryFile } from "./temporary_file.ts";
import {
  LAST_PATIENCE,
  PATIENCE,
  REAL_TIME,
  type Timepiece,
} from "./timepiece.ts";

/** How often to start over when other programs keep changing the file. */
const MAX_ATTEMPTS = 20;

/** How often to look at a file that is being written. */
const LOOK_EVERY = 100;

/** From how long on a person is told why, in milliseconds. */
const WORTH_A_WORD = 1_000;

/** The file that has been replaced, still open, and the moment just before that. */
interface Replaced {
  readonly old: Target;
  readonly since: number;
}

/** The writing side of a credentials file: see the port of that name. */
export class FileReplacement {
  readonly path: string;
  readonly #environment: Environment;
  readonly #log: Log;
  readonly #options: ReplacementOptions;
  readonly #time: Timepiece;
  /** Whose the file was when it was rehearsed on. */
  #rehearsed: Access | undefined;
  /** Whether the person knows that this takes a while. */
  #said = false;

  /** The file at `path`; nothing is touched yet. */
  constructor(
    path: string,
    environment: Environment,
    log: Log,
    options: ReplacementOptions,
  ) {
    this.path = path;
    this.#environment = environment;
    this.#log = log;
    this.#options = options;
    this.#time = options.time ?? REAL_TIME;
  }

  /** See {@linkcode CredentialsFile.rehearse}. */
  rehearse(change: Change): Promise<void> {
    return this.#inWords(async () => {
      using kept = new DisposableStack();
      const made = kept.use(new MissingDirectories());
      const wanted = { patience: PATIENCE, made };
      await this.#locked(wanted, kept, async (target, temporary) => {
        const text = applyEdits(target.text, change(target.text));
        await assertReplaceable(target, temporary, this.#time);
        await temporary.write(text, accessOf(target));
        if (!temporary.isAt(temporary.path)) throw busy(this.path);
        this.#rehearsed = accessOf(target);
      });
    });
  }

  /** See {@linkcode CredentialsFile.update}. */
  update(change: Change, seen?: SeenBefore): Promise<void> {
    return this.#inWords(async () => {
      using made = new MissingDirectories();
      const stillness = seen && new Stillness(seen, this.#time);
      for (let attempt = 0; attempt < MAX_ATTEMPTS;) {
        const wait = await this.#tryUpdate(change, stillness, made);
        if (wait === undefined) return made.keep();
        if (wait === 0) attempt++;
        else await this.#pause(wait);
      }
      throw busy(this.path);
    });
  }

  async #pause(wait: number): Promise<void> {
    if (wait > WORTH_A_WORD && !this.#said) {
      this.#said = true;
      this.#log.note(
        `Another program seems to be writing ${this.path}: waiting until it is done`,
      );
    }
    await this.#time.sleep(Math.min(wait, LOOK_EVERY));
  }

  /**
   * Replaces the file, unless it must be left alone for now: then returns for
   * how long, in milliseconds, which is 0 if another program was faster.
   */
  async #tryUpdate(
    change: Change,
    stillness: Stillness | undefined,
    made: MissingDirectories,
  ): Promise<number | undefined> {
    using kept = new DisposableStack();
    const patience = stillness === undefined ? PATIENCE : LAST_PATIENCE;
    try {
      const outcome = await this.#locked(
        { patience, made },
        kept,
        (target, temporary) =>
          this.#replace(target, temporary, change, stillness),
      );
      if (typeof outcome === "number") return outcome;
      if (outcome !== undefined) {
        const { old, since } = outcome;
        const others = stillness?.disturbed ?? false;
        await lookBack(old, since, others, this.path, this.#log, this.#time);
      }
      return undefined;
    } catch (error) {
      // Some programs remove the file before they write the new one.
      const gone = error instanceof UpdstsError &&
        error.code === "FILE_NOT_FOUND";
      const wait = gone ? stillness?.wait("", true) : undefined;
      if (wait === undefined || wait === 0) throw error;
      return wait;
    }
  }

  /** What was replaced; undefined if there is nothing to change; or how long to wait. */
  async #replace(
    target: Target,
    temporary: TemporaryFile,
    change: Change,
    stillness: Stillness | undefined,
  ): Promise<Replaced | number | undefined> {
    const edits = this.#settledEdits(target.text, change, stillness);
    if (typeof edits === "number") return edits;
    const text = applyEdits(target.text, edits);
    let since = 0;
    if (text !== target.text || !target.place.exists) {
      await temporary.write(text, accessFor(target, this.#rehearsed));
      const { path } = target.place;
      const held = {
        patience: stillness === undefined ? PATIENCE : LAST_PATIENCE,
        time: this.#time,
      };
      // Windows replaces nothing that is open, be it to ourselves.
      if (Deno.build.os === "windows") target[Symbol.dispose]();
      const stands = await this.#stands(target, held) &&
        // A neighbour may have given its name to a file of their own.
        temporary.isAt(temporary.path);
      since = this.#time.now();
      const inPlace = stands &&
        await putInPlace(temporary.path, target.place, held) &&
        temporary.isAt(path);
      if (!inPlace) {
        this.#log.info("The file was changed meanwhile: starting over");
        return 0;
      }
    }
    warnOfExposure(target, this.path, this.#environment, this.#log);
    return text === target.text ? undefined : { old: target, since };
  }

  /** What to change; or how long to wait until the file can be taken for whole. */
  #settledEdits(
    text: string,
    change: Change,
    stillness: Stillness | undefined,
  ): readonly Edit[] | number {
    let edits: readonly Edit[] | undefined;
    let refusal: unknown;
    try {
      edits = change(text);
    } catch (error) {
      refusal = error;
    }
    const refused = edits === undefined;
    const wait = stillness === undefined ? 0 : stillness.wait(text, refused);
    if (wait !== undefined && wait > 0) return wait;
    if (edits === undefined) throw refusal;
    if (wait === undefined) throw busy(this.path);
    return edits;
  }

  /** Whether the file is what it was when it was read. */
  async #stands(target: Target, held: HeldOptions): Promise<boolean> {
    try {
      const place = locate(this.path, this.#options.create ?? false);
      using now = await onceReleased(() => new Target(place, this.path), held);
      return now.equals(target);
    } catch (error) {
      if (error instanceof UpdstsError && error.code === "FILE_NOT_FOUND") {
        return false;
      }
      throw error;
    }
  }

  #locked<T>(
    wanted: Pick<Wanted, "patience" | "made">,
    kept: DisposableStack,
    action: (target: Target, temporary: TemporaryFile) => Promise<T>,
  ): Promise<T> {
    return withLockedTarget(
      { path: this.path, options: this.#options, ...wanted },
      kept,
      action,
    );
  }

  /** Runs `action`, and says in our own words why the system refused. */
  async #inWords(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw writeError(error, this.path);
    }
  }
}
