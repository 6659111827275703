// The session that the fixtures and the properties write.
import type { SessionValues } from "../../src/credentials/refresh_edits.ts";
import { Secret } from "../../src/secret.ts";

export const EXAMPLE_SESSION: SessionValues = {
  accessKeyId: "ASIAEXAMPLESESSION00",
  secretAccessKey: new Secret("session+secret/EXAMPLE"),
  sessionToken: new Secret("session//token+EXAMPLE=="),
  expiration: "2026-01-02T12:04:05+09:00",
};
