/**
 * Our own faults. A target that is down is never one of these: that is data (see check/outcome.ts).
 * Every error has a stable `code` for machines and a message that says what to do.
 */
export class VigieError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A conditional write found another version than it expected: read again, decide again, write again. */
export class Conflict extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("conflict", message, options);
  }
}

/** A store or service of ours can't be reached now: the same call may succeed later. */
export class Unavailable extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("unavailable", message, options);
  }
}

/** What was asked for does not exist (or belongs to another organization, which looks the same). */
export class NotFound extends VigieError {
  constructor(message: string) {
    super("not_found", message);
  }
}

/** The request is understood and refused: the message says who may change it and where. */
export class Refused extends VigieError {
  constructor(message: string) {
    super("refused", message);
  }
}

/** One thing wrong with an input. `path` as in `endpoints[3].expect.status`; line and column are 1-based. */
export interface InputIssue {
  path: string;
  expected: string;
  received: string;
  message: string;
  file?: string;
  line?: number;
  column?: number;
}

const lineOf = ({ file, line, column, path, message }: InputIssue): string =>
  [
    ...(file === undefined ? [] : [`${file}:${line ?? 1}:${column ?? 1}`]),
    ...(path === "" ? [] : [path]),
    message,
  ].join(": ");

/** Bad input: answered 400 over HTTP, exit code 2 in the terminal, always with every issue found. */
export class InvalidInput extends VigieError {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[], options?: { cause?: unknown }) {
    super("invalid_input", issues.map(lineOf).join("; "), options);
    this.issues = issues;
  }
}
