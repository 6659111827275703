// The three tools, as data: their announcement, and their call.
import type {
  CallToolResult,
  ServerContext,
  Tool as ToolDefinition,
} from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import { toProfileAnswer, toRefreshAnswer } from "../sessions/answers.ts";
import { getProfile, viewProfiles } from "../sessions/profiles.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { type CodeOrigin, failure, success } from "./answers.ts";
import {
  Arguments,
  inputSchema,
  type Parameter,
  type Parameters,
} from "./arguments.ts";
import type { ToolAnswer } from "./ask_by_page.ts";
import type { Backend } from "./backend.ts";
import type { ConnectedClient } from "./clients.ts";

/** The context of a call. */
export interface ToolCall {
  readonly backend: Backend;
  readonly client: ConnectedClient;
  readonly context: ServerContext;
}

/** A tool. */
interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: Parameters;
  /** The JSON Schema of its answer. */
  readonly answer: NonNullable<ToolDefinition["outputSchema"]>;
  readonly isReadOnly: boolean;
  run(given: Arguments, call: ToolCall): Promise<ToolAnswer>;
}

/** The JSON Schema of an object; what is described alone is a text, or a number if its name is one of seconds. */
function object(
  properties: Readonly<Record<string, string | object>>,
  required: readonly string[] = Object.keys(properties),
) {
  const schemas = Object.entries(properties).map(([name, described]) => [
    name,
    typeof described !== "string" ? described : {
      type: name.endsWith("_seconds") ? "number" : "string",
      description: described,
    },
  ]);
  return {
    type: "object" as const,
    properties: Object.fromEntries(schemas),
    ...{ required, additionalProperties: false },
  };
}

const PROFILE = object({
  profile_name: "Name of the profile",
  aws_access_key_id: "Access key id",
  aws_secret_access_key: "Always a mask",
  aws_session_token: "Always a mask; there only if the profile holds a session",
  mfa_device_arn: "MFA device that a refresh asks, wherever it is configured",
  totp_secret_name:
    "Name under which a TOTP server such as mktotp knows the device's secret",
  expiration_datetime: "When the session expires, ISO 8601 with offset",
  managed_by: "The profile with the long-term key that this session belongs to",
  role_of: "The session that this role takes its credentials from",
  expires_in_seconds:
    "Seconds that the session is still valid; 0 if it has expired",
  cred_file: "The file of the profile, if sessions are in a file of their own",
}, ["profile_name"]);

const SESSION = object({
  status: {
    ...{ type: "string", enum: ["updated", "still_valid"] },
    description:
      "still_valid: min_remaining was met, nothing was asked or changed",
  },
  profile_name: "Profile that holds the long-term key",
  updated_profile_name:
    "Profile that holds the session: put this into AWS_PROFILE",
  role_profile_name:
    "The role that was named, which uses the session: put this into AWS_PROFILE instead",
  aws_access_key_id: "Access key id of the session",
  aws_token_expiration: "When the session expires, ISO 8601 with offset",
  expires_in_seconds: "The same, from now",
  note: "Changes for the person to make, so that roles use the session",
  cred_file: "The file that holds it",
}, [
  ...["status", "profile_name", "updated_profile_name", "aws_access_key_id"],
  ...["aws_token_expiration", "expires_in_seconds", "cred_file"],
]);

const CRED_FILE: Parameter = {
  description: "Credentials file to work on; leave out for the usual one",
  optional: ["text"],
};

/** All tools, in the order in which they are listed. */
export const TOOLS: readonly Tool[] = [{
  name: "updsts_update_sts_credential",
  title: "Refresh an AWS session",
  description:
    "Trades a profile's long-term key and a TOTP code for temporary AWS credentials and writes them into the credentials file. Without totp_token a person types the code where you cannot see it; if that takes longer than a call may, the answer says how to go on. Returns the name of the profile to use, and no secret.",
  parameters: {
    profile_name: {
      description:
        "Profile that holds the long-term key, or a role that uses its session",
    },
    totp_token: {
      description:
        "Six-digit TOTP code of a tool that makes them. Leave it out to have the person type it, so that you never see it",
      optional: ["text", "digits"],
    },
    sts_profile_name: {
      description:
        "Profile to write the session to; default: profile_name and _sts",
      optional: ["text"],
    },
    cred_file: CRED_FILE,
    duration: {
      description:
        "How long the session lasts, in seconds, 900 to 129600; default: the profile's duration_seconds, else 3600",
      optional: ["seconds", "text"],
    },
    min_remaining: {
      description:
        "Do nothing if the session in the file stays valid for this many seconds; 0 is the same as leaving it out",
      optional: ["seconds", "text"],
    },
  },
  answer: object({ result: SESSION }),
  isReadOnly: false,
  run: refresh,
}, {
  name: "updsts_get_credential_info",
  title: "Look up an AWS profile",
  description:
    "Shows one profile of the AWS credentials file: key id, MFA device, expiry. Secrets are masks. The result is null if the profile does not exist.",
  parameters: {
    profile_name: { description: "Name of the profile" },
    cred_file: CRED_FILE,
  },
  answer: object({
    result: {
      description: "The profile, or null",
      anyOf: [PROFILE, { type: "null" }],
    },
    note:
      "If the profile does not exist: the existing ones, the likeliest first",
  }, ["result"]),
  isReadOnly: true,
  run: async (given, { backend }) => {
    const { ports } = await backend.open(given.text("cred_file"));
    const view = await getProfile(ports, given.text("profile_name") ?? "");
    return view instanceof UpdstsError
      ? success({ result: null, note: `${view.message}; ${view.hint}` })
      : success({ result: toProfileAnswer(view, ports.clock.now()) });
  },
}, {
  name: "updsts_get_credential_info_list",
  title: "List the AWS profiles",
  description:
    "Shows all profiles of the AWS credentials file: key id, MFA device, expiry. Secrets are masks.",
  parameters: { cred_file: CRED_FILE },
  answer: object({
    result: {
      ...{ type: "array", items: PROFILE },
      description: "The profiles, in file order",
    },
  }),
  isReadOnly: true,
  run: async (given, { backend }) => {
    const { ports } = await backend.open(given.text("cred_file"));
    const views = await viewProfiles(ports);
    const now = ports.clock.now();
    return success({
      // Any file can be named: a line of another kind must not reach the model.
      result: views.filter(({ recognised }) => recognised)
        .map((view) => toProfileAnswer(view, now)),
    });
  },
}];

/** The tools as the server announces them. */
export const DEFINITIONS: ToolDefinition[] = TOOLS.map(
  ({ name, title, description, parameters, answer, isReadOnly }) => ({
    ...{ name, title, description },
    inputSchema: inputSchema(parameters),
    outputSchema: answer,
    annotations: {
      readOnlyHint: isReadOnly,
      destructiveHint: !isReadOnly,
      idempotentHint: isReadOnly,
      openWorldHint: !isReadOnly,
    },
  }),
);

/** Calls a tool with the arguments `value`. */
export async function callTool(
  { parameters, run }: Tool,
  value: unknown,
  call: ToolCall,
): Promise<ToolAnswer> {
  let origin: CodeOrigin = "typed";
  try {
    const given = new Arguments(parameters, value);
    if (given.text("totp_token") !== undefined) origin = "given";
    return await run(given, call);
  } catch (error) {
    return failure(error, call.backend.log, origin);
  }
}

/** Refreshes a session, with the code of the call or one that a person types. */
async function refresh(
  given: Arguments,
  { backend, client, context }: ToolCall,
): Promise<ToolAnswer> {
  const files = await backend.open(given.text("cred_file"));
  const { ports, source, unusual } = files;
  const request = {
    profile: given.text("profile_name") ?? "",
    sessionProfile: given.text("sts_profile_name"),
    durationSeconds: given.seconds("duration"),
    minRemainingSeconds: given.seconds("min_remaining") || undefined,
  };
  const command = backend.commandFor(request, files);
  const answer = (outcome: RefreshResult | UpdstsError): CallToolResult => {
    if (outcome instanceof UpdstsError) {
      // No page could be opened.
      const isAsked = outcome.code !== "CODE_MISSING";
      throw isAsked ? outcome : new UpdstsError(outcome.code, outcome.message, {
        hint: `the person can run, in a terminal: ${command}`,
      });
    }
    const now = ports.clock.now();
    return success({ result: toRefreshAnswer(outcome, ports.file.path, now) });
  };
  const code = given.code("totp_token");
  if (code !== undefined) {
    const { signal } = context.mcpReq;
    return answer(await backend.refresh(ports, { ...request, code }, signal));
  }
  // Identical requests share one page.
  const key = JSON.stringify({ ...request, file: source });
  return await backend.pages.answer({
    ...{ key, command, client, context, answer },
    begin: () =>
      backend.pendingCodes.begin(
        key,
        { file: unusual, client: client.displayName(context) },
        (codes) => backend.refresh({ ...ports, codes }, request),
      ),
    isMetBy: ({ expiration }) => {
      const needed = (request.minRemainingSeconds ?? 0) * 1000;
      return expiration !== undefined &&
        expiration.getTime() > ports.clock.now().getTime() + needed;
    },
  });
}
