// Holds a file open as other programs on Windows do: so that nobody else may read, write or replace it.

/** What others may do with the file meanwhile. */
export interface Sharing {
  readonly read: boolean;
  readonly write: boolean;
  readonly remove: boolean;
}

const GENERIC_READ = 0x8000_0000;
const OPEN_EXISTING = 3;

/** Opens the file at `path`, on Windows, until it is disposed of. */
export function hold(path: string, sharing: Sharing): Disposable {
  const kernel = Deno.dlopen("kernel32.dll", {
    CreateFileW: {
      parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
      result: "pointer",
    },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  });
  const { CreateFileW, CloseHandle } = kernel.symbols;
  const wide = Uint16Array.from(
    `${path}\0`,
    (unit) => unit.charCodeAt(0),
  );
  const mode = (sharing.read ? 1 : 0) | (sharing.write ? 2 : 0) |
    (sharing.remove ? 4 : 0);
  const handle = CreateFileW(
    new Uint8Array(wide.buffer),
    GENERIC_READ,
    mode,
    null,
    OPEN_EXISTING,
    0,
    null,
  );
  // The runtime shows what stands for an error, -1, as a pointer like any other.
  if (Deno.UnsafePointer.value(handle) === 0xffff_ffff_ffff_ffffn) {
    kernel.close();
    throw new Error(`Cannot hold ${path}`);
  }
  return {
    [Symbol.dispose]: () => {
      CloseHandle(handle);
      kernel.close();
    },
  };
}

/** Whether this is no Windows, but Wine, which replaces no file that anybody has open. */
export function isWine(): boolean {
  try {
    Deno.dlopen("ntdll.dll", {
      wine_get_version: { parameters: [], result: "pointer" },
    }).close();
    return true;
  } catch {
    return false;
  }
}
