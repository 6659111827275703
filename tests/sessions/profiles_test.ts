// The profile that is chosen if none is named, and the order in which others are suggested for an unknown name.
import assert from "node:assert/strict";
import { byCloseness, closestNames } from "../../src/near_names.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import { findSession, sourceOf } from "../../src/sessions/session_files.ts";
import { chooseProfile, unknownProfile } from "../../src/sessions/profiles.ts";
import { failsWith } from "../support/errors.ts";
import {
  MemoryConfig,
  MemoryFile,
  MemoryLog,
} from "../support/memory_ports.ts";

Deno.test("byCloseness() puts the likeliest name first, whatever its case", () => {
  assert.deepEqual(byCloseness("PRDO", ["default", "prod", "dev"]), [
    "prod",
    "dev",
    "default",
  ]);
  assert.deepEqual(byCloseness("x", []), []);
});

Deno.test("closestNames() forgives a slip in three letters: one left out, added, wrong or swapped", () => {
  for (const typed of ["lst", "lisst", "lost", "lsit", "LIST"]) {
    assert.deepEqual(closestNames(typed, ["get", "list", "mcp"]), ["list"]);
  }
  assert.deepEqual(closestNames("gt", ["get", "got"]), ["get", "got"]);
  for (const typed of ["", "ls", "tl", "lixyzt"]) {
    assert.deepEqual(closestNames(typed, ["get", "list", "mcp"]), []);
  }
});

Deno.test("unknownProfile() counts the names that would be too many", () => {
  const names = [..."0123456789ab"]
    .map((end) => ({ name: `p${end}`, recognised: true }));
  const { hint } = unknownProfile("p3", names, "path");
  assert.match(hint ?? "", /^the profiles are: "p3", .*, and 7 more$/);
  assert.match(unknownProfile("x", [], "path").hint ?? "", /no profiles yet/);
});

Deno.test("chooseProfile() takes the only key that sessions are asked for with, and quotes nothing of stdin", async () => {
  const key = (name: string) =>
    `[${name}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n` +
    "mfa_serial = GAHT12345678\n";
  const begin = "# ${{{ key=a [auto update by updsts]\n";
  const keyInBlock = `${begin}${key("a_sts")}# $}}} [auto update by updsts]\n`;
  const choose = (text: string, path?: string) =>
    chooseProfile({
      keys: { path, read: () => Promise.resolve(text) },
      file: new MemoryFile(key("stray")),
      ...{ config: new MemoryConfig(), log: new MemoryLog() },
    });
  assert.equal(await choose(key("a") + block("a", "a_sts"), "path"), "a");
  // Regression: a key within tags was passed over, and the other one used.
  await failsWith("USAGE", () => choose(key("a") + keyInBlock, "path"));
  const two = key("a") + key("hunter2");
  const named = await failsWith("USAGE", () => choose(two, "path"));
  assert.match(named.hint ?? "", /: "a", "hunter2"$/);
  const { message, hint } = await failsWith("USAGE", () => choose(two));
  assert.doesNotMatch(message + hint, /hunter2|"a"/);
});

const SESSION = "aws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = x\n" +
  "aws_session_token = x\nexpiration_datetime = 2030-01-02T03:04:05Z\n";

/** A managed block for `key`. */
function block(key: string, name: string): string {
  const marker = "[auto update by updsts]";
  return `# \${{{ key=${key} ${marker}\n[${name}]\n${SESSION}# $}}} ${marker}\n`;
}

Deno.test("sourceOf() names the profile of a session, in the file with the keys first", () => {
  const source = (name: string, sessions: string, keys = sessions) => {
    const files = { keys: parseFile(keys), sessions: parseFile(sessions) };
    return sourceOf({ ...files, config: new Map() }, name);
  };
  assert.equal(source("a_sts", block("a", "a_sts")), "a");
  assert.equal(source("today", block("today", "today")), "today");
  // Without a tag, nothing names the source of a session called otherwise.
  assert.equal(source("a_sts", `[a_sts]\n${SESSION}`), "a");
  assert.equal(source("today", `[today]\n${SESSION}`), undefined);
  assert.equal(source("a", block("b", "a"), "[a]\nregion = x\n"), undefined);
  assert.equal(source("a", block("b", "a"), "[c]\nregion = x\n"), "b");
});

Deno.test("findSession() finds the session of this profile alone", () => {
  const find = (text: string, profile: string, name: string) =>
    findSession(parseFile(text), profile, name)?.accessKeyId;
  const both = block("a", "today") + block("b", "b_sts");
  assert.equal(find(both, "a", "today"), "ASIAEXAMPLE");
  assert.equal(find(both, "b", "today"), undefined);
  assert.equal(find(both, "a", "b_sts"), undefined);
});
