import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";
import {
  redact,
  resolveSecrets,
  secretNamesOf,
  secretValuesOf,
} from "../../../../lib/core/endpoint/secrets.ts";
import { VigieError } from "../../../../lib/core/errors.ts";

const ref = (name: string): string => `\${${name}}`;
const doubled = `$\${PLAIN}`;

const values: Record<string, string> = {
  HOST: "example.com",
  KEY: "k/1+2=",
  TOKEN: "t0ken",
  PASS: "pä:ss",
  BODY: '{"a":1}',
};
const lookup = (name: string): string | undefined => values[name];

const parsed = (written: object): Endpoint => parseEndpoint({ id: "shop", ...written }, { org: "o" });

const everywhere = parsed({
  url: `https://me:${ref("PASS")}@${ref("HOST")}/?key=${ref("KEY")}`,
  headers: { "X-Token": `a ${ref("TOKEN")} b ${doubled}`, "X-Plain": "1" },
  body: `${ref("BODY")}${doubled}`,
});

function failureOf(run: () => unknown): VigieError {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("secretNamesOf", () => {
  it("finds every reference once", () => {
    expect(secretNamesOf(everywhere)).toEqual(["HOST", "KEY", "TOKEN", "PASS", "BODY"]);
    expect(secretNamesOf(parsed({ url: "https://example.com" }))).toEqual([]);
  });
});

describe("resolveSecrets", () => {
  it("puts the values in their places, as they are", () => {
    const resolved = resolveSecrets(everywhere, lookup);
    expect(resolved).toMatchObject({
      url: "https://example.com/?key=k/1+2=",
      headers: { "X-Token": `a t0ken b ${ref("PLAIN")}`, "X-Plain": "1" },
      body: `{"a":1}${ref("PLAIN")}`,
    });
    expect(resolved).not.toHaveProperty("auth");
    const bytes = Uint8Array.from(atob(resolved.headers["Authorization"]?.slice(6) ?? ""), (c) =>
      c.charCodeAt(0),
    );
    expect(new TextDecoder().decode(bytes)).toBe("me:pä:ss");
  });

  it("doesn't look for references in values", () => {
    const endpoint = parsed({ url: "https://example.com", headers: { a: ref("A") } });
    expect(resolveSecrets(endpoint, () => ref("B")).headers).toEqual({ a: ref("B") });
  });

  it("leaves an endpoint without secrets as it is", () => {
    const endpoint = parsed({ url: "https://example.com", headers: { a: "b" } });
    expect(resolveSecrets(endpoint, lookup)).toEqual(endpoint);
  });

  it("keeps the expectations' identity: what was compiled for them stays", () => {
    expect(resolveSecrets(everywhere, lookup).expect).toBe(everywhere.expect);
  });

  it("names a missing secret", () => {
    const error = failureOf(() => resolveSecrets(everywhere, (name) => (name === "TOKEN" ? undefined : "x")));
    expect([error.code, error.message]).toEqual([
      "secret_missing",
      `Endpoint shop needs the secret TOKEN: set the environment variable TOKEN, or remove ${ref("TOKEN")}.`,
    ]);
  });

  it.each(["t0ken\n", "a\r\nX-Other: 1", "\u0000", "snow ☃"])(
    "refuses a header that can't be sent, without showing it (%j)",
    (token) => {
      const error = failureOf(() =>
        resolveSecrets(everywhere, (name) => (name === "TOKEN" ? token : lookup(name))),
      );
      expect([error.code, error.message]).toEqual([
        "secret_invalid",
        "Endpoint shop: the header X-Token can't be sent, because a secret in it holds a line break or another control character.",
      ]);
    },
  );

  it.each(["exa mple.com", "u:hunter2@example.com", "example.com:99999", "exam|ple.com"])(
    "refuses a URL that is none once filled in (%j)",
    (host) => {
      const error = failureOf(() =>
        resolveSecrets(everywhere, (name) => (name === "HOST" ? host : lookup(name))),
      );
      expect(error.code).toBe("secret_invalid");
      expect(error.message).toBe(
        `Endpoint shop: its URL is not valid once its secrets are filled in (https://${ref("HOST")}/?key=${ref("KEY")}).`,
      );
    },
  );
});

describe("secretValuesOf", () => {
  it("is every value, and the header that is made of some", () => {
    const authorization = resolveSecrets(everywhere, lookup).headers["Authorization"]?.slice(6);
    expect(secretValuesOf(everywhere, lookup)).toEqual([...Object.values(values), authorization]);
  });

  it("leaves out what is missing", () => {
    const endpoint = parsed({ url: "https://example.com", headers: { a: ref("A"), b: ref("TOKEN") } });
    expect(secretValuesOf(endpoint, lookup)).toEqual(["t0ken"]);
    expect(secretValuesOf(everywhere, () => undefined)).toEqual([btoa("me:")]);
  });
});

describe("redact", () => {
  it("hides secrets, encoded ones too, the longest first", () => {
    const text = 'GET /?key=k%2F1%2B2%3D got "say \\"hi\\"" t0ken t0ken-long';
    expect(redact(text, ["k/1+2=", 'say "hi"', "t0ken", "t0ken-long"])).toBe(
      'GET /?key=*** got "***" *** ***',
    );
  });

  it("lets be what is too short to be a secret", () => {
    expect(redact("abc in abc", ["abc", ""])).toBe("abc in abc");
  });

  it("leaves no secret, whatever the text", () => {
    const secret = fc.string({ minLength: 4, maxLength: 12 }).filter((text) => !text.includes("*"));
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        (texts, secrets) => {
          const shown = redact(
            texts.flatMap((text, i) => [text, secrets[i % secrets.length]]).join(" "),
            secrets,
          );
          for (const secret of secrets) expect(shown).not.toContain(secret);
        },
      ),
    );
  });
});
