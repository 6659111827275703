// The page as HTML: one document for each thing that a question can have come to.
import { ICON } from "../icon.ts";
import { html, Markup } from "./markup.ts";
import type { CodePrompt, QuestionState } from "./question.ts";
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
  const { title, content } = contentOf(view, words);
  const wait = millisecondsToNextCode(view.now) / 1000;
  return html`
    <!doctype html>
    <html lang="${view.language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>${title} · updsts</title>
        <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(
          KEY.text,
        )}">
        <style nonce="${view.nonce}">${new Markup(
          STYLE,
        )}:root { --wait: ${wait}s }</style>
      </head>
      <body>
        <main>
    <p class="brand">${KEY} updsts</p>
    ${content}
        </main>
      </body>
    </html>
  `.text;
}

function contentOf(
  { prompt, state, language, now }: View,
  words: Words,
): { readonly title: string; readonly content: Markup } {
  const { client } = prompt;
  const bye = html`<footer>${words.closePage(client)}</footer>`;
  const ending = (sign: Markup, title: string, ...texts: Markup[]) => ({
    title,
    content: html`${sign}<h1>${title}</h1>${texts}${bye}`,
  });
  switch (state.kind) {
    case "open":
    case "checking": {
      const wrong = state.kind === "open" && state.wrong !== undefined;
      const title = words.title(prompt.profile);
      return {
        title: wrong ? `${words.error}: ${title}` : title,
        content: form(prompt, state, words, language, now),
      };
    }
    case "succeeded": {
      const { status, sessionProfile, expiration } = state.result;
      const title = status === "still_valid"
        ? words.stillValid
        : words.succeeded;
      const until = expiration === undefined ? undefined : html`
        <dt>${words.validUntil}</dt>
        <dd><time datetime="${expiration.toISOString()}">${dateAndTime(
          expiration,
          language,
        )}</time> <small>${timeUntil(expiration, now, language)}</small></dd>
      `;
      return ending(
        sign("good", CHECK),
        title,
        html`<dl>${until}<dt>${words.sessionProfile}</dt><dd><code>${sessionProfile}</code></dd></dl>`,
      );
    }
    case "failed": {
      const { code, message, hint } = state.error;
      return ending(
        sign("bad", CROSS),
        words.failed,
        code === "MFA_REFUSED"
          ? html`<p class="lead">${words.tooManyCodes}</p>`
          : html`<div class="error" lang="en"><p>${message}</p>${
            hint === undefined ? undefined : html`<p>${hint}</p>`
          }</div>`,
        html`<p class="notice">${words.askAnew}</p>`,
      );
    }
    case "declined":
      return ending(
        sign("plain", CROSS),
        words.declined,
        html`<p class="lead">${words.nothingSent}</p>`,
      );
    case "expired":
      return ending(
        sign("plain", CROSS),
        words.expired,
        html`<p class="lead">${words.askAnew}</p>`,
      );
  }
}

function form(
  prompt: CodePrompt,
  state: QuestionState,
  words: Words,
  language: Language,
  now: Date,
): Markup {
  const error = errorOf(state, words, language, now);
  const described = error === undefined ? "where" : "error where";
  const invalid = error === undefined
    ? undefined
    : new Markup(' aria-invalid="true"');
  return html`
    <h1>${words.heading}</h1>
    <p class="lead">${words.asks(prompt.client, prompt.profile)}</p>
    ${prompt.file === undefined
      ? undefined
      : html`<p class="notice"><strong>${words.unusualFile}</strong> ${prompt.file}</p>`}
    <form method="post">
      <label for="code">${words.label}</label>
      <p class="where" id="where">${words.where}</p>
      <div aria-live="assertive">${error}</div>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"
        autofocus required maxlength="32" spellcheck="false" autocapitalize="off"
        aria-describedby="${described}" ${invalid}>
      <div class="actions">
        <button>${words.send}</button>
        <button class="quiet" name="decline" value="yes"
          formnovalidate>${words.decline}</button>
      </div>
    </form>
    <dl>
    <dt>${words.profile}</dt><dd>${prompt.profile}</dd>
    <dt>${words.device}</dt><dd>${breakable(prompt.device)}</dd>
    ${prompt.client === undefined ? undefined : html`
      <dt>${words.client}</dt>
      <dd>${prompt.client}</dd>
    `}
    </dl>
    <footer>${words.privacy}</footer>
  `;
}

/** What was wrong with the last code, and what to do now. */
function errorOf(
  state: QuestionState,
  words: Words,
  language: Language,
  now: Date,
): Markup | undefined {
  if (state.kind !== "open" || state.wrong === undefined) return undefined;
  if (state.wrong === "malformed") {
    return html`
      <div class="error" id="error">
        <p><strong>${words.error}:</strong> ${words.malformed}</p>
      </div>
    `;
  }
  const wait = millisecondsToNextCode(now);
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium" })
    .format(new Date(now.getTime() + wait));
  return html`
    <div class="error" id="error">
      <p><strong>${words.error}:</strong> ${words.refused(
        state.attemptsLeft,
      )}</p>
      <p>${words.next(time, Math.ceil(wait / 1000))}</p>
      <div class="wait" aria-hidden="true"></div>
    </div>
  `;
}

function millisecondsToNextCode(now: Date): number {
  return CODE_PERIOD - now.getTime() % CODE_PERIOD;
}

function dateAndTime(date: Date, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
  }).format(date);
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

function sign(kind: "good" | "bad" | "plain", drawing: Markup): Markup {
  return html`<div class="sign ${kind}">${drawing}</div>`;
}

const CHECK = html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="3"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d="M4 12.5l5.5 5.5L20 6.5" />
  </svg>
`;
const CROSS = html`
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="3"
    stroke-linecap="round" aria-hidden="true">
    <path d="M6 6l12 12M18 6L6 18" />
  </svg>
`;
const KEY = new Markup(ICON);
