// The three tools: names, descriptions, schemas and actions.
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

interface ToolCall {
  readonly backend: Backend;
  readonly client: ConnectedClient;
  readonly context: ServerContext;
}

interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: Parameters;
  readonly output: NonNullable<ToolDefinition["outputSchema"]>;
  readonly isReadOnly: boolean;
  run(given: Arguments, call: ToolCall): Promise<ToolAnswer>;
}

/** JSON Schema of an object; a property given as a description is text, or a number if named `…_seconds`. */
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
  aws_session_token:
    "Always a mask; only present if the profile holds a session",
  mfa_device_arn: "MFA device of a refresh, wherever it is configured",
  totp_secret_name:
    "Name under which a TOTP server such as mktotp knows the device's secret",
  expiration_datetime: "When the session expires, ISO 8601 with offset",
  managed_by: "Profile with the long-term key to which this session belongs",
  role_of: "Session from which this role takes its credentials",
  expires_in_seconds: "Seconds until the session expires; 0 if it has expired",
  cred_file: "File of the profile, if sessions are in a separate file",
}, ["profile_name"]);

const SESSION = object({
  status: {
    ...{ type: "string", enum: ["updated", "still_valid"] },
    description:
      "still_valid: min_remaining was met; no code was used and nothing was changed",
  },
  profile_name: "Profile that holds the long-term key",
  updated_profile_name:
    "Profile that holds the session: put this into AWS_PROFILE",
  role_profile_name:
    "Role that was named and uses the session: put this into AWS_PROFILE instead",
  aws_access_key_id: "Access key id of the session",
  aws_token_expiration: "When the session expires, ISO 8601 with offset",
  expires_in_seconds: "Seconds until the session expires",
  note: "Changes that the person has to make so that roles use the session",
  cred_file: "File that holds the session",
}, [
  ...["status", "profile_name", "updated_profile_name", "aws_access_key_id"],
  ...["aws_token_expiration", "expires_in_seconds", "cred_file"],
]);

const CRED_FILE: Parameter = {
  description: "Credentials file to use; leave out for the default one",
  optional: ["text"],
};

export const TOOLS: readonly Tool[] = [{
  name: "updsts_update_sts_credential",
  title: "Refresh an AWS session",
  description:
    "Trades a profile's long-term key and a TOTP code for temporary AWS credentials and writes them into the credentials file. Without totp_token a person types the code where you cannot see it; if that takes longer than a call may last, the answer says how to continue. Returns the name of the profile to use, and no secret.",
  parameters: {
    profile_name: {
      description:
        "Profile that holds the long-term key, or a role that uses its session",
    },
    totp_token: {
      description:
        "Six-digit TOTP code from a tool that generates them. Leave it out to have the person type it, so that you never see it",
      optional: ["text", "digits"],
    },
    sts_profile_name: {
      description:
        "Profile to which the session is written; default: profile_name with the suffix _sts",
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
  output: object({ result: SESSION }),
  isReadOnly: false,
  run: refresh,
}, {
  name: "updsts_get_credential_info",
  title: "Look up an AWS profile",
  description:
    "Shows one profile of the AWS credentials file: key id, MFA device, expiry. Secrets are masked. The result is null if the profile does not exist.",
  parameters: {
    profile_name: { description: "Name of the profile" },
    cred_file: CRED_FILE,
  },
  output: object({
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
    "Shows all profiles of the AWS credentials file: key id, MFA device, expiry. Secrets are masked.",
  parameters: { cred_file: CRED_FILE },
  output: object({
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
      // cred_file may name any file: other lines of it must not reach the model.
      result: views.filter(({ recognised }) => recognised)
        .map((view) => toProfileAnswer(view, now)),
    });
  },
}];

export const DEFINITIONS: ToolDefinition[] = TOOLS.map(
  ({ name, title, description, parameters, output, isReadOnly }) => ({
    ...{ name, title, description },
    inputSchema: inputSchema(parameters),
    outputSchema: output,
    annotations: {
      readOnlyHint: isReadOnly,
      destructiveHint: !isReadOnly,
      idempotentHint: isReadOnly,
      openWorldHint: !isReadOnly,
    },
  }),
);

/** Calls a tool with the arguments `value`; errors become results. */
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

/** Refreshes a session with the code in the arguments or one that a person types. */
async function refresh(
  given: Arguments,
  { backend, client, context }: ToolCall,
): Promise<ToolAnswer> {
  const files = await backend.open(given.text("cred_file"));
  const { ports, source, nonDefault } = files;
  const request = {
    profile: given.text("profile_name") ?? "",
    sessionProfile: given.text("sts_profile_name"),
    durationSeconds: given.seconds("duration"),
    minRemainingSeconds: given.seconds("min_remaining") || undefined,
  };
  const command = backend.commandFor(request, files);
  const toResult = (outcome: RefreshResult | UpdstsError): CallToolResult => {
    if (outcome instanceof UpdstsError) {
      if (outcome.code !== "CODE_MISSING") throw outcome;
      // The page could not be opened.
      throw new UpdstsError(outcome.code, outcome.message, {
        hint: `the person can run, in a terminal: ${command}`,
      });
    }
    const now = ports.clock.now();
    return success({ result: toRefreshAnswer(outcome, ports.file.path, now) });
  };
  const code = given.code("totp_token");
  if (code !== undefined) {
    const { signal } = context.mcpReq;
    return toResult(await backend.refresh(ports, { ...request, code }, signal));
  }
  const key = JSON.stringify({ ...request, file: source });
  return await backend.pages.answer({
    ...{ key, command, client, context, toResult },
    begin: () =>
      backend.pendingCodes.begin(
        key,
        { file: nonDefault, client: client.displayName(context) },
        (codes) => backend.refresh({ ...ports, codes }, request),
      ),
    isSatisfiedBy: ({ expiration }) => {
      const needed = (request.minRemainingSeconds ?? 0) * 1000;
      return expiration !== undefined &&
        expiration.getTime() > ports.clock.now().getTime() + needed;
    },
  });
}
