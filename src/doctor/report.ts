// The report of `doctor`: each check, and each cause once.
import { type ErrorCode, UpdstsError } from "../errors.ts";

/** One thing that was looked at. Holds no secret. */
export interface Finding {
  /** The subject: `file`, `profile default`, `clock`. */
  readonly check: string;
  /** A problem keeps something from working; a warning does not yet. */
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The error that a refresh would end with, if it would. */
  readonly code?: ErrorCode;
}

/** The findings so far. */
export class Report {
  readonly findings: Finding[] = [];
  /** The text of a warning or problem. */
  readonly #said = new Set<string>();

  /** `check` is in order. */
  ok(check: string, message: string): void {
    this.findings.push({ check, status: "ok", message });
  }

  /** `check` works, and should be changed as `hint` says. */
  warn(check: string, message: string, hint?: string): void {
    this.#said.add(message);
    this.findings.push({ check, status: "warning", message, hint });
  }

  /** The problem that `error` tells of, once; throws on what is not an {@linkcode UpdstsError}. */
  fail(check: string, error: unknown, hint?: string): void {
    if (!(error instanceof UpdstsError)) throw error;
    const { code, message } = error;
    if (this.has(message)) return;
    this.#said.add(message);
    // Nothing was to be changed, and no code was sent.
    hint ??= error.hint?.replace(
      /; (?:nothing was changed|the code is not spent)$/,
      "",
    );
    this.findings.push({ check, status: "problem", message, hint, code });
  }

  /** Looks at `check`: what `look` throws is a problem. */
  async attempt<T>(
    check: string,
    look: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      this.fail(check, error);
      return undefined;
    }
  }

  /** Makes warnings of those problems so far that `isOne` does not confirm. */
  confirm(isOne: (problem: Finding) => boolean): void {
    for (const [index, finding] of this.findings.entries()) {
      const { code, ...rest } = finding;
      if (code === undefined || isOne(finding)) continue;
      this.findings[index] = { ...rest, status: "warning" };
    }
  }

  /** Whether a warning or a problem says `message` already. */
  has(message: string): boolean {
    return this.#said.has(message);
  }
}
