// What is taken back if the process ends in the middle of something.
const undoing = new Set<() => void>();

globalThis.addEventListener("unload", () => {
  // The latest first: a directory can go when its file has gone.
  for (const undo of [...undoing].reverse()) undo();
});

/** Calls `undo`, which must not throw, should the process exit before this is disposed of. */
export function atExit(undo: () => void): Disposable {
  undoing.add(undo);
  return { [Symbol.dispose]: () => void undoing.delete(undo) };
}
