/**
 * References to secrets in the text of an endpoint: `${NAME}` stands for the secret's value, `$${` for a plain `${`.
 */

const tokens = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}|\$\{/g;

/** Names a text refers to, in order, each once. */
export const referencesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(tokens)].map((match) => match[1]).filter((name) => name !== undefined)),
];

/** Whether every `${` begins a well-formed reference or is doubled. */
export const referencesAreWellFormed = (text: string): boolean =>
  [...text.matchAll(tokens)].every(([token]) => token !== "${");

/** Puts values in the references' places and undoes the doubling. */
export const fillReferences = (text: string, lookup: (name: string) => string): string =>
  text.replace(tokens, (token, name: string | undefined) =>
    name === undefined ? token.slice(-2) : lookup(name),
  );
