// Makes the pictures of the README: what real runs show on an 80-column terminal, as SVG.
import { eastAsianWidth } from "get-east-asian-width";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toLocalIso } from "../../src/timestamps.ts";
import { BROWSER } from "./browser.ts";
import { ROOT } from "./command.ts";
import { takePagePictures } from "./page_pictures.ts";
import { GIVEN, Scenario } from "./scenario.ts";
import { steady, TmuxTerminal } from "./terminal.ts";

const COLUMNS = 80;
/** Of a character, in pixels. */
const WIDTH = 8.4;
const HEIGHT = 19;
const MARGIN = 16;

/** The colours of the pictures, by the codes that terminals know them under. */
const COLORS: ReadonlyMap<string, string> = new Map([
  ["31", "#ff7b72"],
  ["32", "#7ee787"],
  ["33", "#f2cc60"],
]);
const FOREGROUND = "#e6edf3";
const BACKGROUND = "#161b22";

/** Where the pictures are kept. */
export const PICTURES = fileURLToPath(new URL("docs/pictures/", ROOT));

/** `screen`, as tmux captured it with its styles, as a picture. */
export function toSvg(screen: string, title: string): string {
  const lines = screen.trimEnd().split("\n");
  const width = Math.ceil(COLUMNS * WIDTH + 2 * MARGIN);
  const height = lines.length * HEIGHT + 2 * MARGIN;
  let color = FOREGROUND;
  const texts = lines.flatMap((line, row) => {
    const y = MARGIN + (row + 0.75) * HEIGHT;
    let column = 0;
    // What is between two escapes has one colour.
    return line.split(`${ESCAPE}[`).flatMap((part, index) => {
      const [, code, text = part] = index === 0
        ? []
        : /^([\d;]*)m(.*)$/.exec(part) ?? [];
      if (code !== undefined) color = COLORS.get(code) ?? FOREGROUND;
      const x = MARGIN + column * WIDTH;
      column += widthOf(text);
      if (text.trim() === "") return [];
      const length = (widthOf(text) * WIDTH).toFixed(1);
      return [
        `<text x="${
          x.toFixed(1)
        }" y="${y}" fill="${color}" textLength="${length}">${
          escapeXml(text)
        }</text>`,
      ];
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

const ESCAPE = "\x1b";

function widthOf(text: string): number {
  return Array.from(text).reduce(
    (sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0),
    0,
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The pictures by name, from one run of the story. */
export async function takePictures(): Promise<Map<string, string>> {
  const expired = toLocalIso(new Date(Date.now() - 3.5 * 3_600_000), 0);
  await using scenario = await Scenario.start({
    seed: "pictures",
    given: [
      GIVEN.replaceAll("[other]\nregion = eu-west-1", "").trimEnd(),
      "",
      "[work]",
      "aws_access_key_id = AKIAI44QH8DHBEXAMPLE",
      `aws_secret_access_key = ${"x".repeat(40)}`,
      "mfa_device_arn = arn:aws:iam::111122223333:mfa/alice",
      "region = eu-west-1",
      "",
      "# ${{{ key=work [auto update by updsts]",
      "[work_sts]",
      "aws_access_key_id = ASIAIOSFODNN7EXAMPLE",
      "aws_secret_access_key = x",
      "aws_session_token = x",
      `expiration_datetime = ${expired}`,
      "# $}}} [auto update by updsts]",
      "",
    ].join("\n"),
  });
  await using terminal = await TmuxTerminal.open(scenario, {
    columns: COLUMNS,
    rows: 40,
  });
  const take = async (
    command: string,
    answer?: { readonly to: string; readonly text: string },
  ) =>
    steady(
      await terminal.run(command, {
        styled: true,
        answers: answer === undefined ? [] : [answer],
      }),
      scenario,
    ).replaceAll(/\/home\/alice\/x*/g, "/home/alice");
  const get = await take("updsts get default", {
    to: "TOTP code:",
    text: scenario.code(),
  });
  await Deno.chmod(scenario.path, 0o644);
  const doctor = await take("updsts doctor");
  return new Map([
    ["get", toSvg(get, "updsts get")],
    ["doctor", toSvg(doctor, "updsts doctor")],
  ]);
}

if (import.meta.main) {
  await Deno.mkdir(PICTURES, { recursive: true });
  for (const [name, svg] of await takePictures()) {
    await Deno.writeTextFile(join(PICTURES, `${name}.svg`), svg);
    console.log(`docs/pictures/${name}.svg`);
  }
  if (BROWSER === undefined) {
    console.log("no chromium: the page stays as it is");
  } else {
    for (const [name, png] of await takePagePictures()) {
      await Deno.writeFile(join(PICTURES, `${name}.png`), png);
      console.log(`docs/pictures/${name}.png`);
    }
  }
}
