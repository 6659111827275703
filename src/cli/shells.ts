// The shells that can be taught to complete.

/** The shells that can be taught to complete. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type ShellName = typeof SHELLS[number];
