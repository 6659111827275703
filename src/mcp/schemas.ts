// Schemas that more than one tool uses, and how arguments are checked against them.
import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import * as z from "zod";
import { UpdstsError } from "../errors.ts";
import { KNOWN_CLIENTS } from "./clients.ts";
import { meantParameter } from "./meant_parameter.ts";

/**
 * `schema` as it is announced, with nothing refused: what does not match is
 * refused by {@linkcode parseArguments}, in words that an agent can act on.
 */
export function announced<T extends z.ZodObject>(
  schema: T,
): StandardSchemaWithJSON<z.input<T>, unknown> {
  const standard = schema["~standard"];
  return {
    "~standard": { ...standard, validate: (value) => ({ value }) },
  };
}

/** The arguments of a call. @throws {UpdstsError} `USAGE` */
export async function parseArguments<T extends z.ZodObject>(
  schema: T,
  value: unknown,
): Promise<z.output<T>> {
  const { data, error } = schema.safeParse(withoutAdded(value));
  if (data !== undefined) return data;
  const unknown =
    error?.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys" ? issue.keys : []
    ) ?? [];
  const known = Object.keys(schema.shape);
  if (unknown.length > 0) throw await unknownParameters(unknown, known);
  const names = error?.issues.map(({ path }) => path.join("."));
  throw new UpdstsError(
    "USAGE",
    `Cannot use the arguments: ${
      names?.join(", ")
    }: missing, or not of the type that the tool takes`,
    { hint: `the parameters are: ${known.join(", ")}` },
  );
}

/** `value` without what clients add to it by themselves. */
function withoutAdded(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const added = KNOWN_CLIENTS.flatMap(({ addsParameters = [] }) =>
    addsParameters
  );
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !added.includes(name)),
  );
}

/** What is misspelt would be ignored, and another thing done than was meant. */
async function unknownParameters(
  unknown: readonly string[],
  known: readonly string[],
): Promise<UpdstsError> {
  // They may be long, and many.
  const shown = unknown.slice(0, 3).map((name) => name.slice(0, 40));
  const meant = new Set<string>();
  for (const name of shown) {
    const parameter = await meantParameter(name, known);
    if (parameter !== undefined) meant.add(parameter);
  }
  const parameters = `parameters are: ${known.join(", ")}`;
  return new UpdstsError(
    "USAGE",
    `Cannot use the arguments: the tool has no parameter ${
      shown.map((name) => JSON.stringify(name)).join(", ")
    }`,
    {
      hint: meant.size === 0
        ? `the ${parameters}`
        : `did you mean ${[...meant].join(", ")}? The ${parameters}`,
    },
  );
}

/*
 * Nullable parameters are spelled as branches with a description each: else
 * they become `"type": ["string", "null"]`, which not every client can map.
 */
const theDefault = z.null().describe("The default");
const text = z.string().describe("The value; empty for the default");
const number = z.number().describe("Seconds");

/** A text that may be left out, null or empty. */
export const optionalText = z.union([text, theDefault]).optional();

/** A code that may be left out, null, empty, or come as a number. */
export const optionalCode = z.union([
  text,
  z.number().describe("The digits as a number"),
  theDefault,
]).optional();

/** Seconds that may be left out, null, empty, or come as text. */
export const optionalSeconds = z.union([number, text, theDefault]).optional();

/** The parameter that all tools share. */
export const credFile = optionalText.describe(
  "Credentials file to work on; leave out for the usual one",
);

/** A profile as the reads return it. */
export const credentialInfo = z.object({
  profile_name: z.string().describe("Name of the profile"),
  aws_access_key_id: z.string().optional().describe("Access key id"),
  aws_secret_access_key: z.string().optional().describe("Always a mask"),
  aws_session_token: z.string().optional().describe(
    "Always a mask; there only if the profile holds a session",
  ),
  mfa_device_arn: z.string().optional().describe(
    "MFA device that a refresh asks, wherever it is configured",
  ),
  totp_secret_name: z.string().optional().describe(
    "Name under which a TOTP server such as mktotp knows the device's secret",
  ),
  expiration_datetime: z.string().optional().describe(
    "When the session expires, ISO 8601 with offset",
  ),
  managed_by: z.string().optional().describe(
    "The profile with the long-term key that this session belongs to",
  ),
  expires_in_seconds: z.number().optional().describe(
    "Seconds that the session is still valid; 0 if it has expired",
  ),
  cred_file: z.string().optional().describe(
    "The file that it stands in, where sessions have one of their own",
  ),
});
