// Renders the page: the form, or the outcome.
import { secondsToNextCode } from "../codes.ts";
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
import { type Language, PAGE_TEXTS, type PageTexts } from "./words.ts";

/** The HTML document for a question; `nonce` is that of its content security policy. */
export function renderPage(
  { prompt, state }: Question,
  language: Language,
  now: Date,
  nonce: string,
): string {
  const texts = PAGE_TEXTS[language];
  const { title, content } = state.kind === "ended"
    ? ending(state.outcome, language, texts)
    : form(prompt, errorOf(state, now, texts), texts);
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
  texts: PageTexts,
): Content {
  const title = texts.title(profile);
  return {
    title: error === undefined ? title : `${texts.error}: ${title}`,
    content: html`
      <h1>${texts.heading}</h1>
      <p class="soft">${texts.asks(client ?? texts.someClient, profile)}</p>
      ${file && html`
        <p class="notice"><strong>${texts.unusualFile}</strong> ${file}</p>
      `}
      <form method="post">
        <label for="code">${texts.label}</label>
        <p class="soft" id="where">${texts.where}</p>
        ${error}
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"
          autofocus required maxlength="32" spellcheck="false" autocapitalize="off"
          aria-describedby="error where" ${error && INVALID}>
        <div class="actions">
          <button>${texts.send}</button>
          <button class="quiet" form="decline">${texts.decline}</button>
        </div>
      </form>
      <form method="post" id="decline"><input type="hidden" name="decline"></form>
      <dl>
        <dt>${texts.profile}</dt>
        <dd>${profile}</dd>
        <dt>${texts.device}</dt>
        <dd>${device}</dd>
      </dl>
      <footer>${texts.privacy}</footer>
    `,
  };
}

const INVALID = new Markup('aria-invalid="true"');

/** Why the last code was not accepted, and what to do. */
function errorOf(
  state: QuestionState,
  now: Date,
  texts: PageTexts,
): Markup | undefined {
  if (state.kind !== "open" || state.wrong === undefined) return undefined;
  const wait = secondsToNextCode(now.getTime());
  const text = state.wrong === "malformed"
    ? texts.malformed
    : texts.refused(state.attemptsLeft, wait);
  return html`
    <p class="notice" id="error" role="alert">
      <strong>${texts.error}:</strong> ${text}
    </p>
  `;
}

function ending(
  outcome: Outcome,
  language: Language,
  texts: PageTexts,
): Content {
  const { title, content } = outcome instanceof UpdstsError
    ? failure(outcome, texts)
    : success(outcome, language, texts);
  const sign = outcome instanceof UpdstsError ? "✕" : "✓";
  return {
    title,
    content: html`
      <p class="sign" aria-hidden="true">${sign}</p>
      <h1>${title}</h1>
      ${content}
      <footer>${texts.closePage}</footer>
    `,
  };
}

function success(
  { status, sessionProfile, role, expiration }: Exclude<Outcome, UpdstsError>,
  language: Language,
  texts: PageTexts,
): Content {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
  });
  const until = expiration && html`
    <dt>${texts.validUntil}</dt>
    <dd>${format.format(expiration)}</dd>
  `;
  return {
    title: status === "still_valid" ? texts.stillValid : texts.succeeded,
    content: html`
      <dl>
        ${until}
        <dt>${texts.sessionProfile}</dt>
        <dd>${role ?? sessionProfile}</dd>
      </dl>
    `,
  };
}

function failure(
  { code, message, hint }: UpdstsError,
  texts: PageTexts,
): Content {
  const soft = (title: string, text: string) => ({
    title,
    content: html`<p class="soft">${text}</p>`,
  });
  switch (code) {
    case "CODE_DECLINED":
      return soft(texts.declined, texts.nothingChanged);
    case "CODE_EXPIRED":
      return soft(texts.expired, texts.askAgain);
    case "MFA_REFUSED":
      return soft(texts.failed, `${texts.allRefused} ${texts.askAgain}`);
  }
  return {
    title: texts.failed,
    content: html`
      <p class="notice" lang="en">${message}</p>
      ${hint && html`<p class="notice" lang="en">${hint}</p>`}
      <p class="soft">${texts.askAgain}</p>
    `,
  };
}
