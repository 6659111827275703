// The language that a browser asks for, of those that the page speaks.

/** What the page speaks. */
export type Language = "en" | "ja";

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
