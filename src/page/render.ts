// The page as HTML: a form while the question is open, then how it ended.
import { UpdstsError } from "../errors.ts";
import { ICON } from "../icon.ts";
import { html, Markup } from "./markup.ts";
import type { CodePrompt, Outcome, QuestionState } from "./question.ts";
import { STYLE } from "./style.ts";
import { type Language, WORDS, type Words } from "./words.ts";

/** How long a TOTP code lasts, in milliseconds; all codes change together. */
const CODE_PERIOD = 30_000;

/** What is shown, to whom, and when. */
export interface View {
  readonly prompt: CodePrompt;
  readonly state: QuestionState;
  readonly language: Language;
  readonly now: Date;
  /** Lets this document's own style through its policy. */
  readonly nonce: string;
}

/** The document for `view`. */
export function renderPage(view: View): string {
  const words = WORDS[view.language];
  const { title, content } = view.state.kind === "ended"
    ? ending(view, view.state.outcome, words)
    : form(view, words);
  return html`
    <!doctype html>
    <html lang="${view.language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>${title} · updsts</title>
        <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
        <style nonce="${view.nonce}">${new Markup(STYLE)}</style>
      </head>
      <body>
        <main>
    <p class="brand">${new Markup(ICON)} updsts</p>
    ${content}
        </main>
      </body>
    </html>
  `.text;
}

interface Content {
  readonly title: string;
  readonly content: Markup;
}

function form({ prompt, state, language, now }: View, words: Words): Content {
  const { profile, device, file, client } = prompt;
  const error = errorOf(state, language, now, words);
  const title = words.title(profile);
  return {
    title: error === undefined ? title : `${words.error}: ${title}`,
    content: html`
      <h1>${words.heading}</h1>
      <p class="soft">${words.asks(client, profile)}</p>
      ${file && html`
        <p class="notice"><strong>${words.unusualFile}</strong> ${file}</p>
      `}
      <form method="post">
        <label for="code">${words.label}</label>
        <p class="soft" id="where">${words.where}</p>
        ${error}
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"
          autofocus required maxlength="32" spellcheck="false" autocapitalize="off"
          aria-describedby="error where" ${error &&
            new Markup('aria-invalid="true"')}>
        <div class="actions">
          <button>${words.send}</button>
          <button class="quiet" form="decline">${words.decline}</button>
        </div>
      </form>
      <form method="post" id="decline"><input type="hidden" name="decline"></form>
      <dl>
        <dt>${words.profile}</dt>
        <dd>${profile}</dd>
        <dt>${words.device}</dt>
        <dd>${breakable(device)}</dd>
      </dl>
      <footer>${words.privacy}</footer>
    `,
  };
}

/** What was wrong with the last code, and what to do now. */
function errorOf(
  state: QuestionState,
  language: Language,
  now: Date,
  words: Words,
): Markup | undefined {
  if (state.kind !== "open" || state.wrong === undefined) return undefined;
  const wait = CODE_PERIOD - now.getTime() % CODE_PERIOD;
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium" })
    .format(new Date(now.getTime() + wait));
  const texts = state.wrong === "malformed" ? [words.malformed] : [
    words.refused(state.attemptsLeft),
    words.next(time, Math.ceil(wait / 1000)),
  ];
  return html`
    <div class="error" id="error" role="alert">
      <strong>${words.error}:</strong> ${texts.map((text) =>
        html`<p>${text}</p>`
      )}
    </div>
  `;
}

function ending(
  { prompt, language, now }: View,
  outcome: Outcome,
  words: Words,
): Content {
  const { kind, title, content } = outcome instanceof UpdstsError
    ? failure(outcome, words)
    : success(outcome, language, now, words);
  return {
    title,
    content: html`
      <div class="sign ${kind}" aria-hidden="true">${kind === "good"
        ? "✓"
        : "✕"}</div>
      <h1>${title}</h1>
      ${content}
      <footer>${words.closePage(prompt.client)}</footer>
    `,
  };
}

function success(
  { status, sessionProfile, expiration }: Exclude<Outcome, UpdstsError>,
  language: Language,
  now: Date,
  words: Words,
) {
  const until = expiration && html`
    <dt>${words.validUntil}</dt>
    <dd><time datetime="${expiration.toISOString()}">${new Intl.DateTimeFormat(
      language,
      {
        dateStyle: "long",
        timeStyle: "short",
      },
    ).format(expiration)}</time> <small>${timeUntil(
      expiration,
      now,
      language,
    )}</small></dd>
  `;
  return {
    kind: "good",
    title: status === "still_valid" ? words.stillValid : words.succeeded,
    content: html`
      <dl>
        ${until}<dt>${words
          .sessionProfile}</dt><dd><code>${sessionProfile}</code></dd>
      </dl>
    `,
  };
}

function failure({ code, message, hint }: UpdstsError, words: Words) {
  const plain = (title: string, text: string) => ({
    kind: "plain",
    title,
    content: html`<p class="soft">${text}</p>`,
  });
  if (code === "CODE_DECLINED") return plain(words.declined, words.nothingSent);
  if (code === "CODE_EXPIRED") return plain(words.expired, words.askAgain);
  return {
    kind: "bad",
    title: words.failed,
    content: code === "MFA_REFUSED"
      ? html`<p class="soft">${words.allRefused} ${words.askAgain}</p>`
      : html`
        <div class="error" lang="en"><p>${message}</p>${hint &&
          html`<p>${hint}</p>`}</div>
        <p class="notice">${words.askAgain}</p>
      `,
  };
}

/** An ARN with the places at which a line may end. */
function breakable(arn: string): Markup[] {
  return arn.split(/(?<=[:/])/).map((part) => html`${part}<wbr>`);
}

/** `in 59 minutes`, `in 12 hours`, rounded down. */
function timeUntil(date: Date, now: Date, language: Language): string {
  const minutes = Math.floor((date.getTime() - now.getTime()) / 60_000);
  const format = new Intl.RelativeTimeFormat(language);
  return minutes < 120
    ? format.format(minutes, "minute")
    : format.format(Math.floor(minutes / 60), "hour");
}
