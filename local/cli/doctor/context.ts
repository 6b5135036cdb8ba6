import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Deployment, parseDeployment } from "../../../lib/core/deployment/settings.ts";
import { type InputIssue, InvalidInput, VigieError } from "../../../lib/core/errors.ts";
import { parseSource } from "../../config/document.ts";

const APP_FILE = "cdk.json";
/** Where the CDK keeps what was looked up; what `cdk.json` says comes before it. */
const FOUND_FILE = "cdk.context.json";
const INDENT = 2;

type Context = Readonly<Record<string, unknown>>;

/** A CDK app's context, by the file that it stands in. */
export interface AppContext {
  app: Context;
  found: Context;
}

/** @throws VigieError `context_unreadable`; null without a `cdk.json` */
export async function readContext(folder: string): Promise<AppContext | null> {
  const app = await readJson(join(folder, APP_FILE));
  if (app === null) return null;
  const { context = {} } = app;
  if (!isMap(context)) throw unreadable(join(folder, APP_FILE), "its `context` is no map");
  return { app: context, found: (await readJson(join(folder, FOUND_FILE))) ?? {} };
}

/**
 * The deployment that a context describes.
 * @throws InvalidInput with the file and line of every issue
 */
export async function deploymentOf(folder: string, { app, found }: AppContext): Promise<Deployment> {
  try {
    return parseDeployment({ ...found, ...app });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const issues = error.issues.map((issue) => placedIn(folder, issue, app));
    throw new InvalidInput(await Promise.all(issues), { cause: error });
  }
}

async function placedIn(folder: string, issue: InputIssue, app: Context): Promise<InputIssue> {
  const [key = ""] = issue.path.split(/[.[]/);
  const inFound = !Object.hasOwn(app, key) && issue.received !== "nothing";
  const file = join(folder, inFound ? FOUND_FILE : APP_FILE);
  const path = inFound ? issue.path : `context.${issue.path}`;
  return { ...issue, path, file, ...placeOf(await readFile(file, "utf8"), file, path) };
}

/** JSON is YAML, but for tabs: where it isn't, the line stays unsaid. */
function placeOf(text: string, file: string, path: string): { line?: number; column?: number } {
  try {
    return parseSource(text, file).placeOf(path);
  } catch {
    return {};
  }
}

/** Records one key in cdk.context.json and leaves every other as it is; the file is never there half. */
export async function recordFound(folder: string, key: string, value: unknown): Promise<string> {
  const path = join(folder, FOUND_FILE);
  const before = (await readJson(path)) ?? {};
  const draft = `${path}.draft`;
  try {
    await writeFile(draft, `${JSON.stringify({ ...before, [key]: value }, null, INDENT)}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return path;
}

const isMap = (value: unknown): value is Context =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function readJson(path: string): Promise<Context | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw unreadable(path, "it can't be read", cause);
  }
  const value = parsed(text, path);
  if (!isMap(value)) throw unreadable(path, "it holds no map");
  return value;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, "it is not valid JSON", cause);
  }
}

const unreadable = (path: string, reason: string, cause?: unknown): VigieError =>
  new VigieError("context_unreadable", `${path}: ${reason}.`, { cause });
