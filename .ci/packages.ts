// What package managers read to install a release: Homebrew, Scoop, winget and the AUR.
import { stringify } from "yaml";
import denoJson from "../deno.json" with { type: "json" };
import {
  archiveName,
  downloadUrl,
  offered,
  type Release,
} from "./archive_names.ts";
import { pkgbuild, srcinfo } from "./arch_package.ts";
import { AUTHOR, SUMMARY } from "./plugin.ts";

const { version, license } = denoJson;

/** The newest format of manifests that winget's own repository takes. */
const WINGET = "1.12.0";

/** The text of each file, by the name under which the release offers it. */
export function packageFiles(release: Release): Record<string, string> {
  const files = { ...wingetManifests(release) };
  files["updsts.rb"] = homebrewFormula(release);
  files["updsts.json"] = scoopManifest(release);
  files["PKGBUILD"] = pkgbuild(release);
  // GitHub renames what begins with a dot.
  files["SRCINFO"] = srcinfo(release);
  return files;
}

function homebrewFormula(release: Release): string {
  const block = (system: string, targets: Record<string, string>) =>
    [
      `  on_${system} do`,
      ...Object.entries(targets).flatMap(([processor, target]) => {
        const { url, sha256 } = offered(release, target);
        return [
          `    on_${processor} do`,
          `      url "${url}"`,
          `      sha256 "${sha256}"`,
          "    end",
        ];
      }),
      "  end",
    ].join("\n");
  return `class Updsts < Formula
  desc "${SUMMARY}"
  homepage "https://github.com/${release.repository}"
  version "${version}"
  license "${license}"

${
    block("macos", {
      arm: "aarch64-apple-darwin",
      intel: "x86_64-apple-darwin",
    })
  }

${
    block("linux", {
      arm: "aarch64-unknown-linux-gnu",
      intel: "x86_64-unknown-linux-gnu",
    })
  }

  def install
    bin.install "updsts"
    man1.install "updsts.1"
    bash_completion.install "completions/updsts.bash" => "updsts"
    zsh_completion.install "completions/_updsts"
    fish_completion.install "completions/updsts.fish"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/updsts --version").strip
  end
end
`;
}

function scoopManifest(release: Release): string {
  const targets = {
    "64bit": "x86_64-pc-windows-msvc",
    arm64: "aarch64-pc-windows-msvc",
  };
  const homepage = `https://github.com/${release.repository}`;
  const perProcessor = <T>(of: (target: string) => T) =>
    Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [name, of(target)]),
    );
  const manifest = {
    version,
    description: SUMMARY,
    homepage,
    license,
    architecture: perProcessor((target) => {
      const { url, sha256 } = offered(release, target);
      return { url, hash: sha256 };
    }),
    bin: "updsts.exe",
    checkver: { github: homepage },
    autoupdate: {
      architecture: perProcessor((target) => ({
        url: `${downloadUrl(release.repository, "$version")}/${
          archiveName(target, "$version")
        }`,
      })),
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}

function wingetManifests(release: Release): Record<string, string> {
  const { repository } = release;
  const identifier = repository.replace("/", ".");
  const url = `https://github.com/${repository}`;
  const common = { PackageIdentifier: identifier, PackageVersion: version };
  const installer = (architecture: string, target: string) => {
    const { url, sha256 } = offered(release, target);
    return {
      Architecture: architecture,
      InstallerUrl: url,
      InstallerSha256: sha256.toUpperCase(),
    };
  };
  const manifests = {
    version: { ...common, DefaultLocale: "en-US" },
    installer: {
      ...common,
      InstallerType: "zip",
      NestedInstallerType: "portable",
      NestedInstallerFiles: [
        { RelativeFilePath: "updsts.exe", PortableCommandAlias: "updsts" },
      ],
      Commands: ["updsts"],
      Installers: [
        installer("x64", "x86_64-pc-windows-msvc"),
        installer("arm64", "aarch64-pc-windows-msvc"),
      ],
    },
    defaultLocale: {
      ...common,
      PackageLocale: "en-US",
      Publisher: AUTHOR.name,
      PackageName: "updsts",
      PackageUrl: url,
      License: license,
      LicenseUrl: `${url}/blob/v${version}/LICENSE`,
      ShortDescription: SUMMARY,
      Moniker: "updsts",
      Tags: ["aws", "credentials", "mcp", "mfa", "sts", "totp"],
      ReleaseNotesUrl: `${url}/releases/tag/v${version}`,
    },
  };
  const suffixes = {
    version: "",
    installer: ".installer",
    defaultLocale: ".locale.en-US",
  };
  return Object.fromEntries(
    Object.entries(manifests).map(([type, manifest]) => {
      const suffix = suffixes[type as keyof typeof suffixes];
      const schema =
        `https://aka.ms/winget-manifest.${type}.${WINGET}.schema.json`;
      const text = stringify(
        { ...manifest, ManifestType: type, ManifestVersion: WINGET },
        { lineWidth: 0 },
      );
      return [
        `${identifier}${suffix}.yaml`,
        `# yaml-language-server: $schema=${schema}\n\n${text}`,
      ];
    }),
  );
}
