// The icon of the program.

/** A key whose bow is a clock, as SVG. */
export const ICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0b5cad"/><g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"><circle cx="11.5" cy="16" r="5.6"/><path d="M11.5 13.2V16l2 1.3M17.1 16H27M23.5 16v3.6M27 16v2.6"/></g></svg>`;
