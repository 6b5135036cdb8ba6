/** Bytes of chance in a token: nobody guesses 256 bits. */
export const TOKEN_BYTES = 32;

const form = /^vg_[A-Za-z0-9_-]{43}$/;

/** Whether a text has the form of an API token: `vg_` and 32 bytes as base64url. Only the store knows whether it is one. */
export const isToken = (text: string): boolean => form.test(text);
