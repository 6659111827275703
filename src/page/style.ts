// How the page looks: light and dark, at any width and any size of letters.

/** The style sheet. Nothing in it is fetched. */
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
  --good: light-dark(#13703a, #6fd596);
  --good-ground: light-dark(#e6f5eb, #12301f);
  --warn: light-dark(#7a4b00, #f2c063);
  --warn-ground: light-dark(#fff3dc, #332710);
  font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh;
  display: grid; place-items: center; padding: 1.25rem;
  background: var(--ground); color: var(--ink);
}
main {
  width: 100%; max-width: 27rem; padding: 2rem;
  background: var(--sheet); border: 1px solid var(--line);
  border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 12px 32px rgb(0 0 0 / 8%);
}
.brand {
  display: flex; align-items: center; gap: .5rem; margin: 0 0 1.25rem;
  font-weight: 600; font-size: .9375rem; color: var(--soft);
}
.brand svg { width: 1.375rem; height: 1.375rem; flex: none; }
h1 { margin: 0 0 .375rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0; }
.soft { color: var(--soft); overflow-wrap: anywhere; }
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
  font-weight: 600; border-radius: .625rem; border: 1px solid transparent;
  background: var(--accent); color: var(--on-accent); cursor: pointer;
}
button:hover { filter: brightness(1.08); }
button.quiet {
  flex: 0 1 auto; background: transparent; color: var(--ink);
  border-color: var(--edge); font-weight: 500;
}
.error, .notice {
  padding: .75rem .875rem; border-radius: .625rem; margin-top: .75rem;
  font-size: .9375rem; overflow-wrap: anywhere;
}
.error { background: var(--bad-ground); border-left: 4px solid var(--bad); }
.error strong { color: var(--bad); }
.notice { background: var(--warn-ground); border-left: 4px solid var(--warn); }
.notice strong { color: var(--warn); display: block; }
.sign {
  display: grid; place-items: center; width: 3.25rem; height: 3.25rem;
  margin-bottom: 1rem; border-radius: 50%; font-size: 1.625rem; font-weight: 700;
}
.sign.good { background: var(--good-ground); color: var(--good); }
.sign.bad { background: var(--bad-ground); color: var(--bad); }
.sign.plain { background: var(--ground); color: var(--soft); }
dl {
  display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .375rem 1rem;
  margin: 1.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line);
  font-size: .9375rem;
}
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-weight: 500; }
dd code { font: .9375em ui-monospace, "SF Mono", Menlo, monospace; }
dd small { display: block; font-size: inherit; font-weight: 400; color: var(--soft); }
footer { margin-top: 1.25rem; font-size: .875rem; color: var(--soft); }
@media (max-width: 24rem) {
  body { padding: 0; place-items: stretch; }
  main { border: 0; border-radius: 0; box-shadow: none; padding: 1.25rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  button, button.quiet { flex: 1 1 100%; }
}
@media (forced-colors: active) { main, .error, .notice { border: 1px solid; } }
`;
