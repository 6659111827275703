// Tool: one profile, without its secrets.
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { UpdstsError } from "../errors.ts";
import { getProfile } from "../sessions/profiles.ts";
import { toProfileAnswer } from "../sessions/answers.ts";
import {
  announced,
  credentialInfo,
  credFile,
  parseArguments,
} from "./schemas.ts";
import { failure, success } from "./tool_result.ts";
import { given, type ToolWorld } from "./world.ts";

const inputSchema = z.strictObject({
  profile_name: z.string().describe("Name of the profile"),
  cred_file: credFile,
});

/** Adds `updsts_get_credential_info` to `server`. */
export function addGetCredentialInfo(server: McpServer, world: ToolWorld) {
  server.registerTool("updsts_get_credential_info", {
    title: "Look up an AWS profile",
    description:
      "Shows one profile of the AWS credentials file: key id, MFA device, expiry. Secrets are masks. The result is null if there is no such profile.",
    inputSchema: announced(inputSchema),
    outputSchema: z.object({
      result: credentialInfo.nullable().describe("The profile, or null"),
      note: z.string().optional().describe(
        "If there is no such profile: which there are, the likeliest first",
      ),
    }),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
  }, async (args) => {
    try {
      const { profile_name, cred_file } = await parseArguments(
        inputSchema,
        args,
      );
      const ports = await world.connect(given(cred_file));
      const view = await getProfile(ports, profile_name);
      return view instanceof UpdstsError
        ? success({ result: null, note: `${view.message}; ${view.hint}` })
        : success({ result: toProfileAnswer(view, ports.clock.now()) });
    } catch (error) {
      return failure(error, world.log);
    }
  });
}
