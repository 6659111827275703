// The fixtures as the AWS SDK reads them, before and after a refresh.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { ROOT } from "../support/command.ts";
import {
  DIFFERENCES,
  differencesIn,
  readAsSdk,
  readAsWeDo,
  withoutContinuations,
} from "../support/sdk_parser.ts";

const FIXTURES = new URL("tests/fixtures/refresh/", ROOT);

/** The fixtures that show a difference, all of an intended kind. */
const DIFFERENT = new Set([
  // A lone CR ends a line.
  "append_lone_cr/expected",
  "append_lone_cr/given",
  "refresh_lone_cr/expected",
  "refresh_lone_cr/given",
]);
