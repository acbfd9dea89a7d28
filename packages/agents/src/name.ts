const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** How a name is kept: composed (NFC), without spaces around it, each run of spaces one. */
export function tidyName(text: string) {
  return text
    .normalize("NFC")
    .replace(/\p{Zs}+/gu, " ")
    .trim();
}

/**
 * The same for names that differ only in case, width, composition, spaces or what cannot be seen
 * (Unicode, UAX 31 and 15: NFKC_Casefold). Two agents never share it. Empty if nothing can be seen.
 */
export function nameKey(name: string) {
  return tidyName(fold(fold(name)));
}

/** Upper case first: it takes apart what lower case leaves joined, such as ß. */
function fold(text: string) {
  const visible = text.normalize("NFKC").replace(INVISIBLE, "");
  return visible.toUpperCase().toLowerCase().normalize("NFKC");
}
