// All that the page says, in each language that it speaks.

/** What the page speaks. */
export type Language = "en" | "ja";

/** What the page says in one language. */
export interface Words {
  readonly title: (profile: string) => string;
  readonly heading: string;
  readonly asks: (client: string | undefined, profile: string) => string;
  readonly label: string;
  readonly where: string;
  readonly send: string;
  readonly decline: string;
  readonly error: string;
  readonly malformed: string;
  readonly refused: (attemptsLeft: number) => string;
  readonly next: (time: string, seconds: number) => string;
  readonly profile: string;
  readonly device: string;
  readonly client: string;
  readonly unusualFile: string;
  readonly privacy: string;
  readonly succeeded: string;
  readonly stillValid: string;
  readonly validUntil: string;
  readonly sessionProfile: string;
  readonly failed: string;
  readonly tooManyCodes: string;
  readonly declined: string;
  readonly nothingSent: string;
  readonly expired: string;
  readonly askAnew: string;
  readonly closePage: (client: string | undefined) => string;
}

const english: Words = {
  title: (profile) => `MFA code for ${profile}`,
  heading: "Type the MFA code",
  asks: (client, profile) =>
    `${
      client ?? "A program"
    } asks for temporary AWS credentials for the profile ${profile}.`,
  label: "Six-digit code",
  where: "Your MFA device shows it. Spaces are fine.",
  send: "Continue",
  decline: "Decline",
  error: "Error",
  malformed: "That is not six digits. Nothing was sent; type the code again.",
  refused: (attemptsLeft) =>
    `AWS did not take this code: it was mistyped, has run out, or was used before. ${
      attemptsLeft === 1
        ? "You can try one more."
        : `You can try ${attemptsLeft} more.`
    }`,
  next: (time, seconds) =>
    `Wait for the next code: it begins at ${time}, in ${seconds} s.`,
  profile: "Profile",
  device: "MFA device",
  client: "Asked by",
  unusualFile: "This is not your usual credentials file:",
  privacy:
    "The code goes from here to AWS. The program that asks does not see it.",
  succeeded: "Your session is ready",
  stillValid: "Your session is still valid",
  validUntil: "Valid until",
  sessionProfile: "Profile to use",
  failed: "There is no session",
  tooManyCodes: "AWS took none of three codes.",
  declined: "You declined",
  nothingSent: "Nothing was sent to AWS, and nothing was changed.",
  expired: "This page has expired",
  askAnew: "Ask for the session again to get a new page.",
  closePage: (client) =>
    `You can close this page${
      client === undefined ? "" : ` and go back to ${client}`
    }.`,
};

const japanese: Words = {
  title: (profile) => `${profile} の MFA コード`,
  heading: "MFA コードを入力してください",
  asks: (client, profile) =>
    `${
      client ?? "プログラム"
    } が、プロファイル ${profile} で使う AWS の一時的な認証情報を必要としています。`,
  label: "6 桁のコード",
  where: "MFA デバイスに表示されています。空白が入っていても構いません。",
  send: "続ける",
  decline: "断る",
  error: "エラー",
  malformed:
    "6 桁の数字ではありません。何も送信していません。もう一度入力してください。",
  refused: (attemptsLeft) =>
    `AWS はこのコードを受け付けませんでした。入力の誤り、期限切れ、または使用済みです。あと ${attemptsLeft} 回入力できます。`,
  next: (time, seconds) =>
    `次のコードをお待ちください。${time} (${seconds} 秒後) に切り替わります。`,
  profile: "プロファイル",
  device: "MFA デバイス",
  client: "要求元",
  unusualFile: "いつもの認証情報ファイルではありません:",
  privacy:
    "コードはここから AWS に送られます。要求元のプログラムには渡りません。",
  succeeded: "セッションの準備ができました",
  stillValid: "セッションはまだ有効です",
  validUntil: "有効期限",
  sessionProfile: "使うプロファイル",
  failed: "セッションを取得できませんでした",
  tooManyCodes: "AWS は 3 つのコードをどれも受け付けませんでした。",
  declined: "入力を断りました",
  nothingSent: "AWS には何も送信せず、何も変更していません。",
  expired: "このページは期限切れです",
  askAnew: "もう一度セッションを要求すると、新しいページが開きます。",
  closePage: (client) =>
    client === undefined
      ? "このページを閉じて構いません。"
      : `このページを閉じて ${client} に戻ってください。`,
};

/** The words of each language. */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: english,
  ja: japanese,
};

/** The one that `acceptLanguage` likes best, the first of equals; English if it likes neither. */
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
