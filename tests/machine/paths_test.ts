// below() and directoryOf(), beside the runtime's own module for paths.
import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import {
  absolute,
  below,
  directoryOf,
  isBelow,
  isNetworkPath,
  isSamePath,
  withinReach,
  withOneSeparator,
} from "../../src/machine/paths.ts";

Deno.test("directoryOf() is what the runtime says, on every system", () => {
  for (
    const path of ["/a/b/c", "/a", "/a/b.c", "/日本/x y", "/a\\b/c", "//a/b"]
  ) {
    assert.equal(directoryOf(path, "linux"), posix.dirname(path));
  }
  for (
    const path of [
      "C:\\Users\\alice\\.aws\\credentials",
      "C:\\credentials",
      "c:/Users/alice/credentials",
      "D:\\a/b\\c",
      "\\\\server\\share\\a\\b",
    ]
  ) assert.equal(directoryOf(path, "windows"), win32.dirname(path));
});

Deno.test("below() is what the runtime says, on every system", () => {
  const names = [".aws", "credentials"];
  for (const home of ["/home/alice", "/home/alice/", "/", "/日本"]) {
    assert.equal(below(home, names, "linux"), posix.join(home, ...names));
  }
  for (
    const home of ["C:\\Users\\alice", "C:\\Users\\alice\\", "C:\\", "\\\\s\\x"]
  ) assert.equal(below(home, names, "windows"), win32.join(home, ...names));
});

Deno.test("withOneSeparator() touches paths of Windows only", () => {
  assert.equal(withOneSeparator("C:\\a/b/c", "windows"), "C:\\a\\b\\c");
  assert.equal(withOneSeparator("/a\\b/c", "linux"), "/a\\b/c");
});

Deno.test("isSamePath() minds neither case nor separator on Windows", () => {
  assert(isSamePath("c:\\users\\A/x", "C:\\Users\\a\\x", "windows"));
  assert(!isSamePath("C:\\a\\x", "C:\\a\\y", "windows"));
  assert(!isSamePath("/a/X", "/a/x", "linux"));
});

Deno.test("isBelow() takes no directory for one that only begins like it", () => {
  assert(isBelow("C:\\Users\\alice\\.aws\\c", "c:\\users\\Alice\\", "windows"));
  assert(!isBelow("C:\\Users\\alice2\\c", "C:\\Users\\alice", "windows"));
  assert(isBelow("/home/a/c", "/home/a", "linux"));
  assert(!isBelow("/home/ab/c", "/home/a", "linux"));
});

Deno.test("isNetworkPath() knows a server however it is written, and no device", () => {
  for (
    const path of [
      "\\\\server\\share\\x",
      "//server/share/x",
      "\\\\?\\UNC\\server\\share\\x",
    ]
  ) assert(isNetworkPath(path, "windows"), path);
  for (
    const path of ["C:\\x", "\\\\?\\C:\\x", "\\\\.\\pipe\\x", "\\x", "x"]
  ) assert(!isNetworkPath(path, "windows"), path);
  assert(!isNetworkPath("//server/share", "linux"));
});

Deno.test("withinReach() keeps the drive letter of a share, by which the sandbox opens it", () => {
  const server = "\\\\server\\share\\.aws\\credentials";
  const mapped = "X:\\.aws\\credentials";
  assert.equal(withinReach(server, mapped, "windows"), mapped);
  assert.equal(withinReach(server, server, "windows"), server);
  assert.equal(withinReach("C:\\y", "C:\\x", "windows"), "C:\\y");
  assert.equal(withinReach("/y", "/x", "linux"), "/y");
});

Deno.test("absolute() counts relative paths from a directory", () => {
  const posix = (path: string) => absolute(path, "/home/alice", "linux");
  assert.equal(posix("/etc/x"), "/etc/x");
  assert.equal(posix("x"), "/home/alice/x");
  assert.equal(posix("./x"), "/home/alice/x");
  assert.equal(posix("../x"), "/home/alice/../x");
  assert.equal(posix("C:x"), "/home/alice/C:x");
  const windows = (path: string) => absolute(path, "C:\\Users\\a", "windows");
  assert.equal(windows("D:\\x"), "D:\\x");
  assert.equal(windows("\\\\server\\x"), "\\\\server\\x");
  assert.equal(windows(".\\x"), "C:\\Users\\a\\x");
});
