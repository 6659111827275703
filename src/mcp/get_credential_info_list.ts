// Tool: all profiles, without their secrets.
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { listProfiles } from "../sessions/list_profiles.ts";
import { toProfileAnswer } from "../sessions/answers.ts";
import {
  announced,
  credentialInfo,
  credFile,
  parseArguments,
} from "./schemas.ts";
import { failure, success } from "./tool_result.ts";
import { given, type ToolWorld } from "./world.ts";

const inputSchema = z.strictObject({ cred_file: credFile });

/** Adds `updsts_get_credential_info_list` to `server`. */
export function addGetCredentialInfoList(server: McpServer, world: ToolWorld) {
  server.registerTool("updsts_get_credential_info_list", {
    title: "List the AWS profiles",
    description:
      "Shows all profiles of the AWS credentials file: key id, MFA device, expiry. Secrets are masks.",
    inputSchema: announced(inputSchema),
    outputSchema: z.object({
      result: z.array(credentialInfo).describe("The profiles, in file order"),
    }),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
  }, async (args) => {
    try {
      const { cred_file } = await parseArguments(inputSchema, args);
      const ports = await world.connect(given(cred_file));
      const views = await listProfiles(ports);
      const now = ports.clock.now();
      return success({
        // Any file can be named: a line in brackets must not reach the model.
        result: views.filter(({ recognised }) => recognised)
          .map((view) =>
            toProfileAnswer({ ...view, name: view.shownName }, now)
          ),
      });
    } catch (error) {
      return failure(error, world.log);
    }
  });
}
