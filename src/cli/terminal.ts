/**
 * What a terminal would act on, or show in another place than where it stands: control characters (C0, DEL, C1),
 * bidirectional overrides, line separators, invisible tags, lone surrogates. A payload holds what a model or a
 * stranger wrote, and must not move the cursor, set the title or hide text of whoever looks at it.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;
/** The same outside ASCII, and DEL: in JSON text the rest is escaped already. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;
const NAMED = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** The text on one line, with every unsafe character shown as an escape. */
export function printable(text: string): string {
  return text.replace(UNSAFE, found => NAMED.get(found) ?? escaped(found));
}

/** JSON text that is safe on a terminal and parses to the same value: such characters stand only inside strings. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, escaped);
}

/** The printable form, cut to this many columns; `…` says that something was cut. */
export function cutTo(text: string, columns: number): string {
  // A payload may be a megabyte: no more of it is looked at than could ever be shown.
  const looked = text.slice(0, columns * 4);
  let width = 0;
  let kept = '';
  for (const character of printable(looked)) {
    width += widthOf(character);
    if (width > columns) return `${kept}…`;
    if (width < columns) kept += character;
  }
  return looked.length < text.length ? `${kept}…` : printable(text);
}

/** Columns to fill: the terminal's, or 120 where there is none. */
export function columnsOf(stream: { readonly columns?: number | undefined }): number {
  return stream.columns || Number(process.env['COLUMNS']) || 120;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

function widthOf(character: string): number {
  if (/\p{M}|\u200d|\ufe0f/u.test(character)) return 0;
  return WIDE.test(character) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

function escaped(found: string): string {
  return Array.from({ length: found.length }, (_, at) => {
    return `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
