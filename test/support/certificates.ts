/** The committed test certificates (test/fixtures/certs/make.sh says what each is). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "../fixtures/certs");
const read = (name: string): string => readFileSync(join(DIRECTORY, name), "utf8");

export type CertificateName =
  | "good"
  | "expired"
  | "early"
  | "wrong-name"
  | "self-signed"
  | "untrusted"
  | "chained"
  | "chained-full";

/** Key and certificate as a TLS server takes them; `chained-full` sends its intermediate along, `chained` does not. */
export const certificate = (name: CertificateName): { key: string; cert: string } => ({
  key: read(`${name === "chained-full" ? "chained" : name}.key`),
  cert: read(`${name}.crt`),
});

/** The authority that signed all but `self-signed` and `untrusted`. */
export const testRoot: string = read("root.crt");
