// Tool: refreshes the session of a profile.
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { toRefreshAnswer } from "../sessions/answers.ts";
import { parseDuration } from "../durations.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource, SessionIssuer } from "../ports.ts";
import { Secret } from "../secret.ts";
import { shellQuoted } from "../shell_quoted.ts";
import { DEFAULT_DURATION_SECONDS } from "../sessions/refresh_request.ts";
import { refreshSession } from "../sessions/refresh_session.ts";
import { type CodeElicitation, QuestionRequired } from "./code_elicitation.ts";
import {
  announced,
  credFile,
  optionalCode,
  optionalSeconds,
  optionalText,
  parseArguments,
} from "./schemas.ts";
import { failure, success } from "./tool_result.ts";
import { given, type ToolWorld } from "./world.ts";

const inputSchema = z.object({
  profile_name: z.string().describe(
    "Profile that holds the long-term key",
  ),
  totp_token: optionalCode.describe(
    "Six-digit TOTP code. Leave it out to have the person asked, so that you never see it",
  ),
  sts_profile_name: optionalText.describe(
    "Profile to write the session to; default: profile_name with _sts behind it",
  ),
  cred_file: credFile,
  duration: optionalSeconds.default(DEFAULT_DURATION_SECONDS).describe(
    "How long the session lasts, in seconds, 900 to 129600; default: 3600",
  ),
  min_remaining: optionalSeconds.describe(
    "Do nothing if the session in the file stays valid for this many seconds",
  ),
});

const outputSchema = z.object({
  result: z.object({
    status: z.enum(["updated", "still_valid"]).describe(
      "still_valid: min_remaining was met, nothing was asked or changed",
    ),
    profile_name: z.string().describe("Profile that holds the long-term key"),
    updated_profile_name: z.string().describe(
      "Profile that holds the session: put this into AWS_PROFILE",
    ),
    aws_access_key_id: z.string().describe("Access key id of the session"),
    aws_token_expiration: z.string().describe(
      "When the session expires, ISO 8601 with offset",
    ),
    expires_in_seconds: z.number().describe("The same, from now"),
    cred_file: z.string().describe("The file that holds it"),
  }),
});

/** Adds `updsts_update_sts_credential` to `server`. */
export function addUpdateStsCredential(
  server: McpServer,
  world: ToolWorld,
  elicitation: CodeElicitation,
) {
  server.registerTool("updsts_update_sts_credential", {
    title: "Refresh an AWS session",
    description:
      "Trades a profile's long-term key and a TOTP code for temporary AWS credentials and writes them into the credentials file. Returns the name of the profile to use, and no secret.",
    inputSchema: announced(inputSchema),
    outputSchema,
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    },
  }, async (given, context) => {
    try {
      const args = parseArguments(inputSchema, given);
      const codes = elicitation.sourceFor(context, {
        call: JSON.stringify(args),
        command: commandFor(args),
      });
      const { signal } = context.mcpReq;
      return await world.track(update(args, world, codes, signal));
    } catch (error) {
      return error instanceof QuestionRequired
        ? error.question
        : failure(error, world.log);
    }
  });
}

async function update(
  args: z.infer<typeof inputSchema>,
  world: ToolWorld,
  codes: CodeSource,
  signal: AbortSignal,
) {
  const ports = await world.connect(given(args.cred_file));
  const issuer = unlessCancelled(ports.issuer, signal);
  const result = await refreshSession({ ...ports, codes, issuer }, {
    profile: args.profile_name,
    code: parseCode(args.totp_token),
    sessionProfile: given(args.sts_profile_name),
    durationSeconds: parseSeconds(args.duration, "duration"),
    minRemainingSeconds: parseSeconds(args.min_remaining, "min_remaining"),
  });
  const { file, clock } = ports;
  return success({ result: toRefreshAnswer(result, file.path, clock.now()) });
}

/** Asks STS only if the client still wants it: until then, nothing is spent. */
function unlessCancelled(
  issuer: SessionIssuer,
  signal: AbortSignal,
): SessionIssuer {
  return {
    rehearse: (target) => issuer.rehearse(target),
    issue: (request) => {
      if (!signal.aborted) return issuer.issue(request);
      throw new UpdstsError(
        "CANCELLED",
        "Cannot get a session: the call was cancelled",
        { hint: "nothing was sent to AWS, and nothing was changed" },
      );
    },
  };
}

/** What a person types in a terminal for the same. */
function commandFor(args: z.infer<typeof inputSchema>): string {
  const options = [
    ["-n", args.profile_name],
    ["-sn", given(args.sts_profile_name)],
    ["-c", given(args.cred_file)],
  ].flatMap(([flag = "", value]) =>
    value === undefined ? [] : [flag, shellQuoted(value)]
  );
  return ["updsts get", ...options].join(" ");
}

/** As a number, a code has lost the zeros that it began with. */
function parseCode(value: number | string | null | undefined) {
  const code = typeof value === "number"
    ? String(value).padStart(6, "0")
    : given(value?.trim());
  return code === undefined ? undefined : new Secret(code);
}

/** Some clients send numbers as text, and the empty one for the default. */
function parseSeconds(
  value: number | string | null | undefined,
  parameter: string,
): number | undefined {
  if (typeof value === "string" && value.trim() === "") return undefined;
  if (value === undefined || value === null) return undefined;
  return typeof value === "number" ? value : parseDuration(value, parameter);
}
