// Renders the page: a form while the question is open, then the outcome.
import { UpdstsError } from "../errors.ts";
import { ICON } from "../icon.ts";
import { html, Markup } from "./markup.ts";
import type {
  CodePrompt,
  Outcome,
  Question,
  QuestionState,
} from "./question.ts";
import { STYLE } from "./style.ts";
import { type Language, WORDS, type Words } from "./words.ts";

/** The period of a TOTP code, in milliseconds; all codes change at the same moment. */
const CODE_PERIOD = 30_000;

/** The document for a question; `nonce` lets its own style through its policy. */
export function renderPage(
  { prompt, state }: Question,
  language: Language,
  now: Date,
  nonce: string,
): string {
  const words = WORDS[language];
  const { title, content } = state.kind === "ended"
    ? ending(state.outcome, language, words)
    : form(prompt, errorOf(state, now, words), words);
  return html`
    <!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>${title} · updsts</title>
        <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
        <style nonce="${nonce}">${new Markup(STYLE)}</style>
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

function form(
  { profile, device, file, client }: CodePrompt,
  error: Markup | undefined,
  words: Words,
): Content {
  const title = words.title(profile);
  return {
    title: error === undefined ? title : `${words.error}: ${title}`,
    content: html`
      <h1>${words.heading}</h1>
      <p class="soft">${words.asks(client ?? words.someClient, profile)}</p>
      ${file && html`
        <p class="notice"><strong>${words.unusualFile}</strong> ${file}</p>
      `}
      <form method="post">
        <label for="code">${words.label}</label>
        <p class="soft" id="where">${words.where}</p>
        ${error}
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"
          autofocus required maxlength="32" spellcheck="false" autocapitalize="off"
          aria-describedby="error where" ${error && INVALID}>
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
        <dd>${device}</dd>
      </dl>
      <footer>${words.privacy}</footer>
    `,
  };
}

const INVALID = new Markup('aria-invalid="true"');

/** The error of the last code, and what to do. */
function errorOf(
  state: QuestionState,
  now: Date,
  words: Words,
): Markup | undefined {
  if (state.kind !== "open" || state.wrong === undefined) return undefined;
  const wait = Math.ceil((CODE_PERIOD - now.getTime() % CODE_PERIOD) / 1000);
  const text = state.wrong === "malformed"
    ? words.malformed
    : words.refused(state.attemptsLeft, wait);
  return html`
    <p class="notice" id="error" role="alert">
      <strong>${words.error}:</strong> ${text}
    </p>
  `;
}

function ending(outcome: Outcome, language: Language, words: Words): Content {
  const { title, content } = outcome instanceof UpdstsError
    ? failure(outcome, words)
    : success(outcome, language, words);
  const sign = outcome instanceof UpdstsError ? "✕" : "✓";
  return {
    title,
    content: html`
      <p class="sign" aria-hidden="true">${sign}</p>
      <h1>${title}</h1>
      ${content}
      <footer>${words.closePage}</footer>
    `,
  };
}

function success(
  { status, sessionProfile, role, expiration }: Exclude<Outcome, UpdstsError>,
  language: Language,
  words: Words,
): Content {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
  });
  const until = expiration && html`
    <dt>${words.validUntil}</dt>
    <dd>${format.format(expiration)}</dd>
  `;
  return {
    title: status === "still_valid" ? words.stillValid : words.succeeded,
    content: html`
      <dl>
        ${until}
        <dt>${words.sessionProfile}</dt>
        <dd>${role ?? sessionProfile}</dd>
      </dl>
    `,
  };
}

function failure({ code, message, hint }: UpdstsError, words: Words): Content {
  const soft = (title: string, text: string) => ({
    title,
    content: html`<p class="soft">${text}</p>`,
  });
  switch (code) {
    case "CODE_DECLINED":
      return soft(words.declined, words.nothingChanged);
    case "CODE_EXPIRED":
      return soft(words.expired, words.askAgain);
    case "MFA_REFUSED":
      return soft(words.failed, `${words.allRefused} ${words.askAgain}`);
  }
  return {
    title: words.failed,
    content: html`
      <p class="notice" lang="en">${message}</p>
      ${hint && html`<p class="notice" lang="en">${hint}</p>`}
      <p class="soft">${words.askAgain}</p>
    `,
  };
}
