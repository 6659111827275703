// The session that the fixtures and the properties write.
import type { SessionValues } from "../../src/credentials/session_edits.ts";
import { Secret } from "../../src/secret.ts";
import session from "../fixtures/session.json" with { type: "json" };

export const EXAMPLE_SESSION: SessionValues = {
  ...session,
  secretAccessKey: new Secret(session.secretAccessKey),
  sessionToken: new Secret(session.sessionToken),
};
