// Tests in a directory of their own.

/** A test in a new, empty directory; skipped where `skipping` says so. */
export function testIn(
  name: string,
  test: (directory: string) => Promise<void>,
  skipping = { note: "", ignore: false },
): void {
  Deno.test({
    name: name + skipping.note,
    ignore: skipping.ignore,
    fn: async () => {
      const directory = await Deno.realPath(await Deno.makeTempDir());
      try {
        await test(directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

/** What is in a directory, in order. */
export function namesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}
