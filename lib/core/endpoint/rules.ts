import { expectedIn, quorumProblem, windowLimit, windowOf } from "../alert/policy.ts";
import { retryPlanOf, unreachableRetry } from "../check/retry.ts";
import type { InputIssue } from "../errors.ts";
import { formatDuration } from "./duration.ts";
import type { Endpoint } from "./endpoint.ts";
import { pathText, received } from "./issues.ts";
import { readTarget } from "./target.ts";
import type { WrittenEndpoint } from "./written.ts";

/** What is known of the regions: how many there are, and their names where endpoints may choose among them. */
export interface KnownRegions {
  regions?: number | undefined;
  regionNames?: readonly string[] | undefined;
}

interface Situation extends KnownRegions {
  written: WrittenEndpoint;
  endpoint: Endpoint;
}

interface Broken {
  path: string[];
  expected: string;
  message: string;
}

type Rule = (situation: Situation) => Broken[];

/** The rules between fields. Both forms are needed: what was written, and what it comes to with its defaults. */
export function crossIssues(written: WrittenEndpoint, endpoint: Endpoint, known: KnownRegions): InputIssue[] {
  const broken = rules.flatMap((rule) => rule({ written, endpoint, ...known }));
  return broken.map(({ path, expected, message }) => ({
    path: pathText(path),
    expected,
    received: received(at(written, path), pathText(path)),
    message,
  }));
}

const at = (written: WrittenEndpoint, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => Object.entries(value ?? {}).find(([name]) => name === key)?.[1],
    written,
  );

const one = (path: string, expected: string, message: string): Broken[] => [
  { path: path.split("."), expected, message },
];

const timing: Rule = ({ endpoint: { intervalMs, timeoutMs, expect } }) => {
  const issues: Broken[] = [];
  if (timeoutMs > intervalMs)
    issues.push(
      ...one(
        "timeout",
        "at most the interval",
        `is longer than the interval of ${formatDuration(intervalMs)}`,
      ),
    );
  if (expect.maxResponseMs !== undefined && expect.maxResponseMs > timeoutMs) {
    const message = `is longer than the timeout of ${formatDuration(timeoutMs)}, which strikes first`;
    issues.push(...one("expect.maxResponse", "at most the timeout", message));
  }
  return issues;
};

const retrying: Rule = ({ written: { retries, retryWaits }, endpoint }) => {
  if (retries !== undefined && retryWaits !== undefined && retryWaits.length !== retries) {
    const expected = `one wait for each of the ${retries} retries`;
    return one("retryWaits", expected, `has ${retryWaits.length} waits for ${retries} retries`);
  }
  if (retries === undefined && retryWaits === undefined) return [];
  const plan = retryPlanOf(endpoint);
  const retry = unreachableRetry(plan);
  if (retry === null) return [];
  const budget = formatDuration(plan.budgetMs);
  const message = `retry ${retry} could never start: with its wait and a timeout of ${formatDuration(plan.timeoutMs)} it would end later than ${budget} after the first try began`;
  return one(retryWaits === undefined ? "retries" : "retryWaits", `tries that fit into ${budget}`, message);
};

const alerting: Rule = ({ endpoint: { alert, intervalMs } }) => {
  const issues: Broken[] = [];
  const limit = windowLimit(intervalMs);
  if (alert.windowMs !== undefined && alert.windowMs > limit) {
    const message = `is longer than ${formatDuration(limit)}, the most at an interval of ${formatDuration(intervalMs)}`;
    issues.push(...one("alert.window", `at most ${formatDuration(limit)}`, message));
  }
  const windowMs = windowOf(alert.windowMs, intervalMs);
  const expected = expectedIn(windowMs, intervalMs);
  if (alert.confirm !== undefined && alert.confirm > expected) {
    const message = `is more than the ${expected} checks in a window of ${formatDuration(windowMs)}`;
    issues.push(...one("alert.confirm", `a whole number from 1 to ${expected}`, message));
  }
  return issues;
};

const regionsThereAre: Rule = ({ endpoint, regionNames }) => {
  const unknown = endpoint.regions?.filter((region) => !regionNames?.includes(region)) ?? [];
  if (regionNames === undefined || unknown.length === 0) return [];
  const message = `names ${unknown.join(", ")}, where nothing checks`;
  return one("regions", `some of ${regionNames.join(", ")}`, message);
};

const quorum: Rule = ({ endpoint, regionNames, regions: count }) => {
  const regions = regionNames === undefined ? count : (endpoint.regions ?? regionNames).length;
  const asked = endpoint.alert.quorum;
  const message = asked === undefined || regions === undefined ? null : quorumProblem(asked, regions);
  if (message === null) return [];
  const least = Math.min(2, regions ?? 1);
  return one("alert.quorum", `\`majority\`, or a whole number from ${least} to ${regions}`, message);
};

const authorization: Rule = ({ written: { auth, headers = {}, url } }) => {
  const inUrl = hasUserInfo(url);
  if (auth !== undefined && inUrl)
    return one(
      "auth",
      "either `auth` or user info in the URL",
      "is given twice: the URL holds a user name too",
    );
  const header = Object.keys(headers).find((name) => name.toLowerCase() === "authorization");
  if (header === undefined || (auth === undefined && !inUrl)) return [];
  const message = `sets Authorization, which ${inUrl ? "the user name in the URL" : "`auth`"} stands for already`;
  return [{ path: ["headers", header], expected: "one of them", message }];
};

function hasUserInfo(url: string): boolean {
  const target = readTarget(url);
  return typeof target !== "string" && target.auth !== null;
}

const heads: Rule = ({ written, endpoint: { method } }) => {
  if (method !== "HEAD") return [];
  const issues: Broken[] = [];
  if (written.body !== undefined)
    issues.push(...one("body", "no body with HEAD", "can't be sent with HEAD: use another method"));
  if (written.expect?.body !== undefined) {
    const message = "can't hold: the answer to HEAD has no body; use GET";
    issues.push(...one("expect.body", "no body expectation with HEAD", message));
  }
  return issues;
};

const httpOnly = ["method", "headers", "auth", "body", "redirects", "tls"] as const;
const httpExpectations = ["status", "body", "headers"] as const;

const tcp: Rule = ({ written, endpoint }) => {
  if (!/^tcp:/i.test(endpoint.url)) return [];
  const message = "needs HTTP: a tcp:// check only opens a connection. `expect.maxResponse` can be used";
  const paths = [
    ...httpOnly.filter((key) => written[key] !== undefined),
    ...httpExpectations.filter((key) => written.expect?.[key] !== undefined).map((key) => `expect.${key}`),
  ];
  return paths.flatMap((path) => one(path, "nothing with a tcp:// URL", message));
};

const certificates: Rule = ({ endpoint: { url, redirects, tls } }) => {
  if (tls.minDaysLeft === undefined || !/^http:/i.test(url) || redirects > 0) return [];
  const message = "needs a certificate: an http:// URL without redirects never shows one";
  return one("tls.minDaysLeft", "an https:// URL", message);
};

const rules: readonly Rule[] = [
  ...[timing, retrying, alerting, regionsThereAre, quorum],
  ...[authorization, heads, tcp, certificates],
];
