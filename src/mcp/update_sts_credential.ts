// Tool: refreshes the session of a profile.
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import { UpdstsError } from "../errors.ts";
import type { RefreshResult } from "../sessions/refresh_session.ts";
import { FormQuestions, NobodyThere } from "./ask_by_form.ts";
import { PageQuestions } from "./ask_by_page.ts";
import type { ConnectedClient } from "./client.ts";
import { cannotAsk, QuestionRequired } from "./code_needed.ts";
import type { Codes } from "./next_step.ts";
import { announced, parseArguments } from "./schemas.ts";
import { failure } from "./tool_result.ts";
import { inputSchema, UpdateCall } from "./update_call.ts";
import type { CarriedState, ToolWorld } from "./world.ts";

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
  client: ConnectedClient,
) {
  const pages = new PageQuestions(world, client);
  const forms = new FormQuestions(world, client);
  server.registerTool("updsts_update_sts_credential", {
    title: "Refresh an AWS session",
    description:
      "Trades a profile's long-term key and a TOTP code for temporary AWS credentials and writes them into the credentials file. Without totp_token a person types the code where you cannot see it; if that takes longer than a call may, the answer says how to go on. Returns the name of the profile to use, and no secret.",
    inputSchema: announced(inputSchema),
    outputSchema,
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    },
  }, async (args, context) => {
    let codes: Codes = "none";
    try {
      const parsed = await parseArguments(inputSchema, args);
      const call = await UpdateCall.of(parsed, world);
      if (call.request.code !== undefined) {
        codes = "given";
        return call.answer(await call.withCode(context));
      }
      codes = "typed";
      const outcome = await typed(call, context);
      // No page could be opened.
      const nobody = outcome instanceof UpdstsError &&
        outcome.code === "CODE_MISSING";
      return call.answer(nobody ? cannotAsk(call.command) : outcome);
    } catch (error) {
      return error instanceof QuestionRequired
        ? error.question
        : failure(error, world.log, codes);
    }
  });

  /** The outcome with a code that a person types, in the way that the client can. */
  async function typed(
    call: UpdateCall,
    context: ServerContext,
  ): Promise<RefreshResult | UpdstsError> {
    const { url, form } = client.abilities(context);
    const request = { file: call.file, client: client.name(context) };
    const byPage = {
      key: call.key,
      command: call.command,
      isMetBy: (result: RefreshResult) => call.isMetBy(result),
      begin: () =>
        world.pendingCodes.begin(
          call.key,
          request,
          (codes) => world.refresh({ ...call.ports, codes }, call.request),
        ),
    };
    if (!world.forms || !form) {
      const state = context.mcpReq.requestState<CarriedState>();
      return await pages.outcome({ ...byPage, byClient: url }, context, state);
    }
    try {
      const codes = forms.sourceFor({ key: call.key, request }, context);
      const { signal } = context.mcpReq;
      return await world.refresh(
        { ...call.ports, codes },
        call.request,
        signal,
      );
    } catch (error) {
      if (!(error instanceof NobodyThere)) throw error;
      const anew = { ...byPage, byClient: false };
      return await pages.outcome(anew, context, undefined);
    }
  }
}
