// One call of the tool that refreshes: what it takes, asks for and answers.
import type {
  CallToolResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { parseDuration } from "../durations.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { Secret } from "../secret.ts";
import { toRefreshAnswer } from "../sessions/answers.ts";
import type { RefreshRequest } from "../sessions/refresh_session.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { shellQuoted } from "../shell_quoted.ts";
import {
  credFile,
  optionalCode,
  optionalSeconds,
  optionalText,
} from "./schemas.ts";
import { success } from "./tool_result.ts";
import { given, sourceOf, type ToolWorld } from "./world.ts";

/** The parameters. */
export const inputSchema = z.strictObject({
  profile_name: z.string().describe(
    "Profile that holds the long-term key",
  ),
  totp_token: optionalCode.describe(
    "Six-digit TOTP code of a tool that makes them. Leave it out to have the person type it, so that you never see it",
  ),
  sts_profile_name: optionalText.describe(
    "Profile to write the session to; default: profile_name with _sts behind it",
  ),
  cred_file: credFile,
  duration: optionalSeconds.describe(
    "How long the session lasts, in seconds, 900 to 129600; default: the profile's duration_seconds, else 3600",
  ),
  min_remaining: optionalSeconds.describe(
    "Do nothing if the session in the file stays valid for this many seconds; 0 is the same as leaving it out",
  ),
});

/** One call of the tool. */
export class UpdateCall {
  readonly ports: Ports;
  readonly request: RefreshRequest;
  /** The file, if it is not the usual one. */
  readonly file: string | undefined;
  readonly #world: ToolWorld;

  private constructor(
    world: ToolWorld,
    ports: Ports,
    request: RefreshRequest,
    file: string | undefined,
  ) {
    this.#world = world;
    this.ports = ports;
    this.request = request;
    this.file = file;
  }

  static async of(
    args: z.infer<typeof inputSchema>,
    world: ToolWorld,
  ): Promise<UpdateCall> {
    const ports = await world.connect(given(args.cred_file));
    const usual = await world.connect(undefined);
    const { path } = sourceOf(ports);
    return new UpdateCall(world, ports, {
      profile: args.profile_name,
      code: codeOf(args.totp_token),
      sessionProfile: given(args.sts_profile_name),
      durationSeconds: parseSeconds(args.duration, "duration"),
      minRemainingSeconds: parseSeconds(args.min_remaining, "min_remaining") ||
        undefined,
    }, path === sourceOf(usual).path ? undefined : path);
  }

  /** All that is asked for: the same for the same. */
  get key(): string {
    const { code: _, ...rest } = this.request;
    const { path } = sourceOf(this.ports);
    return JSON.stringify({ ...rest, file: path });
  }

  /** What a person types in a terminal for the same. */
  get command(): string {
    const { profile, sessionProfile, durationSeconds } = this.request;
    const named = this.file !== undefined ||
      this.#world.credentialFile !== undefined;
    const options = [
      ["-n", profile],
      ["-sn", sessionProfile],
      ["-d", durationSeconds?.toString()],
      ["-c", named ? sourceOf(this.ports).path : undefined],
      ["-o", this.ports.keys === undefined ? undefined : this.ports.file.path],
    ].flatMap(([flag = "", value]) =>
      value === undefined ? [] : [flag, shellQuoted(value)]
    );
    return [this.#world.getCommand, ...options].join(" ");
  }

  /** The outcome with the code that came with the call. */
  withCode(context: ServerContext): Promise<RefreshResult> {
    const { signal } = context.mcpReq;
    return this.#world.refresh(this.ports, this.request, signal);
  }

  /** Whether as much of the session remains as is asked for, and more than none. */
  isMetBy({ expiration }: RefreshResult): boolean {
    const { minRemainingSeconds = 0 } = this.request;
    const now = this.ports.clock.now().getTime();
    return expiration !== undefined &&
      expiration.getTime() > now + minRemainingSeconds * 1000;
  }

  answer(outcome: RefreshResult | UpdstsError): CallToolResult {
    if (outcome instanceof UpdstsError) throw outcome;
    const { file, clock } = this.ports;
    return success({
      result: toRefreshAnswer(outcome, file.path, clock.now()),
    });
  }
}

/** As a number, a code has lost the zeros that it began with. */
function codeOf(value: number | string | null | undefined) {
  const code = typeof value === "number"
    ? String(value).padStart(6, "0")
    : given(value?.trim());
  return code === undefined ? undefined : new Secret(code);
}

/** Some clients send numbers as text. */
function parseSeconds(
  value: number | string | null | undefined,
  parameter: string,
): number | undefined {
  const seconds = given(typeof value === "string" ? value.trim() : value);
  return typeof seconds === "string"
    ? parseDuration(seconds, parameter)
    : seconds;
}
