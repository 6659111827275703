// The texts of the page in each language.

export type Language = "en" | "ja";

const ENGLISH = {
  title: (profile: string) => `MFA code for ${profile}`,
  heading: "Type the MFA code",
  someClient: "A program",
  asks: (client: string, profile: string) =>
    `${client} asks for temporary AWS credentials for the profile ${profile}.`,
  label: "Six-digit code",
  where: "Your MFA device shows it. Spaces are fine.",
  send: "Continue",
  decline: "Decline",
  error: "Error",
  malformed:
    "This is not a six-digit code. Nothing was sent to AWS; type the code again.",
  refused: (attemptsLeft: number, seconds: number) =>
    `AWS refused this code: it was mistyped, has expired, or was used before. ` +
    `You can try ${attemptsLeft} more. ` +
    `Wait for the next code: it appears in ${seconds} s.`,
  profile: "Profile",
  device: "MFA device",
  unusualFile: "This is not your usual credentials file:",
  privacy:
    "The code is sent to AWS only. The program that asks for it does not see it.",
  succeeded: "Your session is ready",
  stillValid: "Your session is still valid",
  validUntil: "Valid until",
  sessionProfile: "Profile to use",
  failed: "Could not get a session",
  allRefused: "AWS refused all three codes.",
  declined: "You declined",
  nothingChanged: "Nothing was changed.",
  expired: "This page has expired",
  askAgain: "Ask for the session again to get a new page.",
  closePage: "You can close this page.",
};

export type PageTexts = typeof ENGLISH;

const JAPANESE: PageTexts = {
  title: (profile) => `${profile} の MFA コード`,
  heading: "MFA コードを入力してください",
  someClient: "プログラム",
  asks: (client, profile) =>
    `${client} が、プロファイル ${profile} で使う AWS の一時的な認証情報を必要としています。`,
  label: "6 桁のコード",
  where: "MFA デバイスに表示されています。空白が入っていても構いません。",
  send: "続ける",
  decline: "断る",
  error: "エラー",
  malformed:
    "6 桁のコードではありません。AWS には何も送信していません。もう一度入力してください。",
  refused: (attemptsLeft, seconds) =>
    `AWS がこのコードを拒否しました。入力の誤り、期限切れ、または使用済みです。` +
    `あと ${attemptsLeft} 回入力できます。` +
    `${seconds} 秒後に表示される次のコードをお待ちください。`,
  profile: "プロファイル",
  device: "MFA デバイス",
  unusualFile: "いつもの認証情報ファイルではありません:",
  privacy:
    "コードは AWS だけに送信されます。要求元のプログラムには渡りません。",
  succeeded: "セッションの準備ができました",
  stillValid: "セッションはまだ有効です",
  validUntil: "有効期限",
  sessionProfile: "使うプロファイル",
  failed: "セッションを取得できませんでした",
  allRefused: "AWS は 3 つのコードをすべて拒否しました。",
  declined: "入力を断りました",
  nothingChanged: "何も変更していません。",
  expired: "このページは期限切れです",
  askAgain: "もう一度セッションを要求すると、新しいページが開きます。",
  closePage: "このページを閉じて構いません。",
};

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = {
  en: ENGLISH,
  ja: JAPANESE,
};

/** The language that `acceptLanguage` prefers, the first of equals; English by default. */
export function chooseLanguage(acceptLanguage: string | null): Language {
  let [chosen, best]: [Language, number] = ["en", 0];
  for (const range of (acceptLanguage ?? "").slice(0, 1000).split(",")) {
    const [tag = "", ...parameters] = range.toLowerCase().split(";")
      .map((part) => part.trim());
    const [language] = tag.split("-");
    if (language !== "en" && language !== "ja") continue;
    const quality = parameters.find((part) => part.startsWith("q="))?.slice(2);
    const weight = quality === undefined ? 1 : Number(quality) || 0;
    if (weight > best) [chosen, best] = [language, weight];
  }
  return chosen;
}
