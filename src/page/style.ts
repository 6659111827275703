// The style sheet of the page: light and dark, for any width and font size.

/** The style sheet; it loads no other resources. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f5f7, #101318);
  --sheet: light-dark(#ffffff, #191e26);
  --ink: light-dark(#14181f, #e8ecf2);
  --soft: light-dark(#525c6b, #a3adbb);
  --line: light-dark(#dde1e7, #2e3641);
  --edge: light-dark(#7b8797, #77828f);
  --accent: light-dark(#0b5cad, #7cb8ff);
  --on-accent: light-dark(#ffffff, #07203c);
  --bad: light-dark(#b3261e, #ff9a91);
  --bad-ground: light-dark(#fdeceb, #33191a);
  font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100dvh; display: grid; place-items: center;
  padding: 1.25rem; background: var(--ground); color: var(--ink);
}
main {
  width: 100%; max-width: 27rem; padding: 2rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere;
}
.brand {
  display: flex; align-items: center; gap: .5rem; margin-bottom: 1.25rem;
  font-weight: 600; color: var(--soft);
}
.brand svg { width: 1.375rem; flex: none; }
h1 { margin: 0 0 .375rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0; }
.soft, dt, footer { color: var(--soft); }
form { margin-top: 1.5rem; }
label { display: block; font-weight: 600; }
input {
  display: block; width: 100%; margin-top: .5rem; padding: .625rem .875rem;
  font: 500 1.75rem/1.3 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, monospace;
  letter-spacing: .18em; color: inherit; background: var(--sheet);
  border: 1px solid var(--edge); border-radius: .625rem;
}
input[aria-invalid] { border-color: var(--bad); border-width: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.actions { display: flex; flex-wrap: wrap; gap: .625rem; margin-top: 1rem; }
button {
  flex: 1 1 auto; min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit;
  font-weight: 600; border: 1px solid transparent; border-radius: .625rem;
  background: var(--accent); color: var(--on-accent); cursor: pointer;
}
button.quiet {
  flex: 0 1 auto; border-color: var(--edge);
  background: transparent; color: var(--ink);
}
.notice {
  padding: .75rem .875rem; margin-top: .75rem; border-left: 4px solid var(--bad);
  border-radius: .625rem; background: var(--bad-ground);
}
.notice strong { color: var(--bad); }
.sign { font-size: 2.5rem; line-height: 1.25; color: var(--accent); }
dl {
  display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .375rem 1rem;
  margin: 1.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line);
}
dd { margin: 0; font-weight: 500; }
footer { margin-top: 1.25rem; font-size: .875rem; }
@media (max-width: 24rem) {
  body { padding: 0; place-items: stretch; }
  main { border: 0; border-radius: 0; padding: 1.25rem; }
  dl { grid-template-columns: 1fr; }
}
@media (forced-colors: active) { .notice { border: 1px solid; } }
`;
