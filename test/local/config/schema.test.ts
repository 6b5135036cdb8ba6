import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configJsonSchema } from "../../../local/config/json-schema.ts";
import { loadConfig } from "../../../local/config/load.ts";

const root = join(import.meta.dirname, "../../..");

test("the committed JSON Schema is what the code says (`vigie schema > vigie.schema.json`)", async () => {
  const committed: unknown = JSON.parse(await readFile(join(root, "vigie.schema.json"), "utf8"));
  expect(committed).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test("the schema knows the parts of the file and refuses others", () => {
  const schema = configJsonSchema();
  expect(schema["additionalProperties"]).toBe(false);
  expect(Object.keys(schema["properties"] as object)).toEqual(
    expect.arrayContaining(["defaults", "endpoints", "notify", "canaries", "retention", "dashboard"]),
  );
});

test("the shipped sample is valid without any environment, names its schema, and watches public sites", async () => {
  const path = join(root, "vigie.yaml");
  const { endpoints } = await loadConfig(path, {});
  expect(endpoints.length).toBeGreaterThanOrEqual(4);
  expect(await readFile(path, "utf8")).toMatch(/^# yaml-language-server: \$schema=\.\/vigie\.schema\.json\n/);
});

test("what the sample shows in comments is valid too", async () => {
  const text = await readFile(join(root, "vigie.yaml"), "utf8");
  const { parseConfig } = await import("../../../local/config/load.ts");
  const lines = text.split("\n");
  const from = (start: string) => lines.findIndex((line) => line.startsWith(start));
  const uncommented = (section: string[]) => section.map((line) => line.replace(/^# ?/, "")).join("\n");
  const env = {
    CHAT_WEBHOOK_URL: "https://chat.example/",
    CHAT_WEBHOOK_SECRET: "0123456789",
    SMTP_PASSWORD: "x",
    INFLUX_PASSWORD: "pw",
  };
  const notify = uncommented(lines.slice(from("# notify:"), from("# Where every measurement")));
  expect(parseConfig(`endpoints: []\n${notify}`, "notify", env).notify.email?.to).toEqual([
    "ops@example.com",
  ]);
  const metrics = uncommented(lines.slice(from("# metrics:"), from("# Everything else")));
  expect(parseConfig(`endpoints: []\n${metrics}`, "metrics", env).metrics.influx).toEqual({
    url: "http://localhost:8086",
    database: "vigie",
    auth: { scheme: "Basic", user: "vigie", password: "pw" },
  });
  const rest = uncommented(lines.slice(from("# region:")));
  const defaults = parseConfig("endpoints: []", "defaults", {});
  expect(parseConfig(`endpoints: []\n${rest}`, "rest", {})).toEqual(defaults);
});

test("the example of an endpoint with a secret is valid", async () => {
  const { parseConfig } = await import("../../../local/config/load.ts");
  const lines = (await readFile(join(root, "vigie.yaml"), "utf8")).split("\n");
  const start = lines.findIndex((line) => line.startsWith("#  - name: Orders"));
  const end = lines.findIndex((line, index) => index > start && line === "");
  const example = lines.slice(start, end).map((line) => line.slice(1));
  const { endpoints } = parseConfig(`endpoints:\n${example.join("\n")}\n`, "example", { ORDERS_TOKEN: "x" });
  expect(endpoints.map(({ id }) => id)).toEqual(["orders"]);
});
