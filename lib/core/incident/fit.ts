/** Basic character set of GSM 03.38 (3GPP TS 23.038), one septet each. */
const GSM_BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Its extension table, two septets each. */
const GSM_EXTENDED = "^{}\\[~]|€";

const SMS_SEPTETS = 160;
const SUBJECT_LIMIT = 99;

const gsmSeptets = (char: string): number =>
  GSM_BASIC.includes(char) ? 1 : GSM_EXTENDED.includes(char) ? 2 : 0;

/** Strips accents that the target alphabet lacks; what remains foreign becomes `?`. */
function into(text: string, allowed: (char: string) => boolean): string {
  return [...text]
    .map((char) => {
      if (allowed(char)) return char;
      const plain = [...char.normalize("NFD")].filter((part) => part !== "\n" && allowed(part)).join("");
      return plain === "" ? "?" : plain;
    })
    .join("");
}

function shorten(text: string, limit: number, sizeOf: (char: string) => number): string {
  let size = 0;
  let kept = "";
  for (const char of text) {
    size += sizeOf(char);
    if (size > limit) return kept;
    kept += char;
  }
  return kept;
}

const sizeIn = (text: string, sizeOf: (char: string) => number): number =>
  [...text].reduce((sum, char) => sum + sizeOf(char), 0);

/** Makes a title fit: the website's name is shortened first (ending in `..`), then the end of the title. */
function fitted(title: string, website: string, limit: number, sizeOf: (char: string) => number): string {
  const excess = sizeIn(title, sizeOf) - limit;
  if (excess <= 0) return title;
  const at = title.indexOf(website);
  if (website === "" || at < 0) return shorten(title, limit, sizeOf);
  const room = Math.max(1, sizeIn(website, sizeOf) - excess - 2);
  const name = `${shorten(website, room, sizeOf)}..`;
  return shorten(title.slice(0, at) + name + title.slice(at + website.length), limit, sizeOf);
}

/** The first line as one SMS: GSM-7, at most 160 septets. */
export function smsOf(title: string, website: string): string {
  const gsm = (text: string): string => into(text.replaceAll(/\s+/g, " "), (char) => gsmSeptets(char) > 0);
  return fitted(gsm(title), gsm(website), SMS_SEPTETS, gsmSeptets);
}

/** The first line as a mail subject: printable ASCII, no line break, under 100 characters (SNS takes no more). */
export function subjectOf(title: string, website: string): string {
  const ascii = (text: string): string =>
    into(text.replaceAll(/\s+/g, " "), (char) => char >= " " && char <= "~");
  return fitted(ascii(title), ascii(website), SUBJECT_LIMIT, () => 1);
}
