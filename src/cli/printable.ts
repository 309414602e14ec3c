// Everything that moves a terminal's cursor, changes its colours or hides text: control characters, and the marks
// that reverse the direction of writing.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of a script, a hook or an app as it may be shown on a terminal: what would act on it is shown as `\u001b`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) =>
    character === "\r" ? "" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s*\n\s*/g, " ");
}
