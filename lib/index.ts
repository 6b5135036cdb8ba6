/**
 * The library `vigie`: what can be used without the program. The check engine, and the pure rules it feeds:
 * the alert rule, statistics, Apdex, the vocabulary of outcomes. Everything else is the program's own business.
 */

export type { Effect, NotifyEffect, RecordEffect } from "./core/alert/effect.ts";
export { type Policy, policyOf } from "./core/alert/policy.ts";
export type { AlertState, RegionOutcome, Verdict } from "./core/alert/state.ts";
export { initialState, type StepInput, step } from "./core/alert/step.ts";
export { readerVerdict } from "./core/alert/verdict.ts";
export { type Apdex, type ApdexCounts, apdexOf, formatApdex } from "./core/apdex/apdex.ts";
export type { Checker } from "./core/check/checker.ts";
export type { Flag, Hop, Measurement, Remote, Timings, TlsFacts } from "./core/check/measurement.ts";
export {
  type Failure,
  type FailureFamily,
  type FailureType,
  failureTypes,
  familyOf,
  type Outcome,
  type Phase,
  phaseOf,
} from "./core/check/outcome.ts";
export type { CheckRecord } from "./core/check/record.ts";
export type { Endpoint } from "./core/endpoint/endpoint.ts";
export { parseEndpoint } from "./core/endpoint/schema.ts";
export { type InputIssue, InvalidInput, VigieError } from "./core/errors.ts";
export type { Incident } from "./core/incident/incident.ts";
export type * from "./core/ports.ts";
export { makeChecker } from "./probe/checker.ts";
