// The package of Arch Linux's user repository: PKGBUILD and .SRCINFO.
import denoJson from "../deno.json" with { type: "json" };
import { offered, type Release } from "./archive_names.ts";
import { AUTHOR, SUMMARY } from "./plugin.ts";

const { version, license } = denoJson;

/** What the AUR's two files say, each in its own form. */
function archPackage(release: Release) {
  const processors = ["x86_64", "aarch64"] as const;
  return {
    fields: {
      pkgdesc: SUMMARY,
      pkgver: version,
      pkgrel: "1",
      url: `https://github.com/${release.repository}`,
      license,
      provides: `updsts=${version}`,
      conflicts: "updsts",
    },
    processors,
    depends: ["glibc", "gcc-libs"],
    // Stripping would cut the program off its runtime.
    options: ["!strip", "!debug"],
    sources: processors.map((processor) => {
      const found = offered(release, `${processor}-unknown-linux-gnu`);
      return { processor, ...found };
    }),
  };
}

/** The recipe that makepkg builds the package by. */
export function pkgbuild(release: Release): string {
  const { fields, processors, depends, options, sources } = archPackage(
    release,
  );
  const list = (words: readonly string[]) =>
    `(${words.map((word) => `'${word}'`).join(" ")})`;
  return `# Maintainer: ${AUTHOR.name}
pkgname=updsts-bin
pkgver=${fields.pkgver}
pkgrel=${fields.pkgrel}
pkgdesc='${fields.pkgdesc}'
arch=${list(processors)}
url='${fields.url}'
license=${list([fields.license])}
depends=${list(depends)}
provides=${list([fields.provides])}
conflicts=${list([fields.conflicts])}
options=${list(options)}
${
    sources.map(({ processor, url, sha256 }) =>
      `source_${processor}=('${url}')\nsha256sums_${processor}=('${sha256}')`
    ).join("\n")
  }

package() {
  install -Dm755 updsts "$pkgdir/usr/bin/updsts"
  install -Dm644 LICENSE "$pkgdir/usr/share/licenses/$pkgname/LICENSE"
  install -Dm644 README.md "$pkgdir/usr/share/doc/$pkgname/README.md"
  install -Dm644 updsts.1 "$pkgdir/usr/share/man/man1/updsts.1"
  install -Dm644 completions/updsts.bash "$pkgdir/usr/share/bash-completion/completions/updsts"
  install -Dm644 completions/_updsts "$pkgdir/usr/share/zsh/site-functions/_updsts"
  install -Dm644 completions/updsts.fish "$pkgdir/usr/share/fish/vendor_completions.d/updsts.fish"
}
`;
}

/** The same for the AUR's own pages, as `makepkg --printsrcinfo` prints it. */
export function srcinfo(release: Release): string {
  const { fields, processors, depends, options, sources } = archPackage(
    release,
  );
  const lines = [
    ["pkgdesc", fields.pkgdesc],
    ["pkgver", fields.pkgver],
    ["pkgrel", fields.pkgrel],
    ["url", fields.url],
    ...processors.map((processor) => ["arch", processor]),
    ["license", fields.license],
    ...depends.map((name) => ["depends", name]),
    ["provides", fields.provides],
    ["conflicts", fields.conflicts],
    ...options.map((option) => ["options", option]),
    ...sources.flatMap(({ processor, url, sha256 }) => [
      [`source_${processor}`, url],
      [`sha256sums_${processor}`, sha256],
    ]),
  ];
  return [
    "pkgbase = updsts-bin",
    ...lines.map(([name, value]) => `\t${name} = ${value}`),
    "",
    "pkgname = updsts-bin",
    "",
  ].join("\n");
}
