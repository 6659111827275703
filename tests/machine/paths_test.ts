// Paths of each system, beside the runtime's own module for them; and where links lead.
import assert from "node:assert/strict";
import { join, posix, win32 } from "node:path";
import { createEnvironment } from "../../src/machine/environment.ts";
import { Paths } from "../../src/machine/paths.ts";
import { isSameFile, locate } from "../../src/machine/place.ts";
import { failsWith } from "../support/errors.ts";
import { testIn } from "../support/in_directory.ts";
import { links, unless, unlessWindows } from "../support/skipping.ts";

const LINUX = new Paths("linux");
const WINDOWS = new Paths("windows");

Deno.test("directoryOf() and join() are what the runtime says, on every system", () => {
  for (
    const path of ["/a/b/c", "/a", "/a/b.c", "/日本/x y", "/a\\b/c", "//a/b"]
  ) assert.equal(LINUX.directoryOf(path), posix.dirname(path));
  for (
    const path of [
      "C:\\Users\\alice\\.aws\\credentials",
      "C:\\credentials",
      "c:/Users/alice/credentials",
      "D:\\a/b\\c",
      "\\\\server\\share\\a\\b",
    ]
  ) assert.equal(WINDOWS.directoryOf(path), win32.dirname(path));
  for (const home of ["/home/alice", "/home/alice/", "/", "/日本"]) {
    assert.equal(LINUX.join(home, ".aws"), posix.join(home, ".aws"));
  }
  for (
    const home of ["C:\\Users\\alice", "C:\\Users\\alice\\", "C:\\", "\\\\s\\x"]
  ) assert.equal(WINDOWS.join(home, ".aws"), win32.join(home, ".aws"));
});

Deno.test("only Windows takes both separators, and either case", () => {
  assert.equal(WINDOWS.normalizeSeparators("C:\\a/b/c"), "C:\\a\\b\\c");
  assert.equal(LINUX.normalizeSeparators("/a\\b/c"), "/a\\b/c");
  assert(WINDOWS.isSame("c:\\users\\A/x", "C:\\Users\\a\\x"));
  assert(!WINDOWS.isSame("C:\\a\\x", "C:\\a\\y"));
  assert(!LINUX.isSame("/a/X", "/a/x"));
});

Deno.test("isBelow() takes no directory for one that only begins like it", () => {
  assert(WINDOWS.isBelow("C:\\Users\\alice\\.aws\\c", "c:\\users\\Alice\\"));
  assert(!WINDOWS.isBelow("C:\\Users\\alice2\\c", "C:\\Users\\alice"));
  assert(LINUX.isBelow("/home/a/c", "/home/a"));
  assert(!LINUX.isBelow("/home/ab/c", "/home/a"));
});

Deno.test("isNetwork() knows a server however it is written, and no device", () => {
  for (
    const path of [
      "\\\\server\\share\\x",
      "//server/share/x",
      "\\\\?\\UNC\\server\\share\\x",
    ]
  ) assert(WINDOWS.isNetwork(path), path);
  for (
    const path of ["C:\\x", "\\\\?\\C:\\x", "\\\\.\\pipe\\x", "\\x", "x"]
  ) assert(!WINDOWS.isNetwork(path), path);
  assert(!LINUX.isNetwork("//server/share"));
});

Deno.test("absolute() counts relative paths from a directory", () => {
  const posix = (path: string) => LINUX.absolute(path, "/home/alice");
  assert.equal(posix("/etc/x"), "/etc/x");
  assert.equal(posix("x"), "/home/alice/x");
  assert.equal(posix("./x"), "/home/alice/x");
  assert.equal(posix("../x"), "/home/alice/../x");
  assert.equal(posix("C:x"), "/home/alice/C:x");
  const windows = (path: string) => WINDOWS.absolute(path, "C:\\Users\\a");
  assert.equal(windows("D:\\x"), "D:\\x");
  assert.equal(windows("\\\\server\\x"), "\\\\server\\x");
  assert.equal(windows(".\\x"), "C:\\Users\\a\\x");
});

Deno.test("credentialsPath() is -c, the variable, then the usual place; ~ is the home of the system", async () => {
  const variables = new Map([["HOME", "/home/alice"]]);
  const get = (name: string) => variables.get(name);
  const env = createEnvironment(get, "linux");
  assert.equal(env.credentialsPath(), "/home/alice/.aws/credentials");
  variables.set("AWS_SHARED_CREDENTIALS_FILE", "~/keys");
  assert.equal(env.credentialsPath(), "/home/alice/keys");
  assert.equal(env.credentialsPath(""), "/home/alice/keys");
  assert.equal(env.credentialsPath("~/other"), "/home/alice/other");
  assert.equal(env.credentialsPath("rel/ative"), "rel/ative");
  variables.set("USERPROFILE", "C:\\alice");
  const windows = createEnvironment(get, "windows");
  assert.equal(windows.expandHome("~/x/y"), "C:\\alice\\x\\y");
  assert.equal(env.expandHome("~/x"), "/home/alice/x");
  variables.clear();
  const error = await failsWith("FILE_NOT_FOUND", () => env.expandHome("~/x"));
  assert.match(error.message, /HOME is not set/);
});

testIn(
  "locate() finds what the system finds, whatever links and dots lead there",
  async (directory) => {
    for (const path of ["a/b/c", "x"]) {
      await Deno.mkdir(join(directory, path), { recursive: true });
      await Deno.writeTextFile(join(directory, path[0] ?? "", "file"), "");
    }
    for (
      const [name, to] of [
        ["deep", "a/b"],
        ["x/up", "../deep"],
        ["a/abs", join(directory, "x")],
        ["twice", "x/up/../abs"],
      ] as const
    ) await Deno.symlink(to, join(directory, name));
    for (
      const path of [
        ...["a/file", "deep/../file", "x/up/../file", "twice/file"],
        ...["twice/../a/./b//../file", "a/abs/up/c/../../abs/file", "deep/.."],
        ...["x/../deep/../../x/file", "a/b/../../x/up/../abs/../a/file"],
      ]
    ) {
      // The system's own reading, which the runtime would not ask for.
      const { stdout } = await new Deno.Command("readlink", {
        args: ["-e", `${directory}/${path}`],
      }).output();
      const found = locate(`${directory}/${path}`);
      assert.equal(found.path, new TextDecoder().decode(stdout).trim(), path);
      assert(found.exists);
    }
    assert(isSameFile(`${directory}/deep/../file`, `${directory}/a/file`));
    assert(!isSameFile(`${directory}/deep/../file`, `${directory}/x/file`));
    const { path, exists, missing } = locate(`${directory}/deep/n/./m/new`);
    assert.equal(path, `${directory}/a/b/n/m/new`);
    assert(!exists);
    const made = [`${directory}/a/b/n`, `${directory}/a/b/n/m`];
    assert.deepEqual(missing, made);
    for (const path of ["a/file/../b", "no/../a/file", "no/"]) {
      assert.throws(() => locate(`${directory}/${path}`), path);
    }
  },
  links.ignore
    ? links
    : unlessWindows("links are followed by the system alone there"),
);

testIn(
  "locate() follows no link of a neighbour in a sticky directory, also to what is not there yet",
  async (directory) => {
    const shared = join(directory, "shared");
    await Deno.mkdir(join(directory, "mine"));
    await Deno.mkdir(shared);
    await Deno.chmod(shared, 0o1777);
    const link = join(shared, "link");
    await Deno.symlink(join(directory, "mine"), link);
    await new Deno.Command("chown", { args: ["-h", "1234", link] }).output();
    for (const path of ["", "/new", "/new/deep"]) {
      // Only who writes minds.
      locate(link + path);
      const error = await failsWith(
        "FILE_UNWRITABLE",
        () => locate(link + path, 0),
      );
      assert.match(error.message, /link of another user/);
      // Who has put it there may.
      locate(link + path, 1234);
    }
    await Deno.chmod(shared, 0o755);
    locate(`${link}/new`, 0);
  },
  unless(
    Deno.build.os !== "windows" && Deno.uid() === 0,
    "only root can make files of somebody else",
  ),
);
