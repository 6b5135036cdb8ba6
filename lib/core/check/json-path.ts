import {
  type FilterFunction,
  FunctionExpressionType,
  JSONPathEnvironment,
  JSONPathError,
  type JSONPathQuery,
  type JSONValue,
  jsonpath,
  type Token,
  TokenKind,
} from "json-p3";
import { VigieError } from "../errors.ts";
import { compileRegex, type LinearRegex } from "./regex.ts";

const { expressions, selectors } = jsonpath;
type Expression = InstanceType<typeof expressions.FilterExpression>;

/** A user's RFC 9535 JSONPath. */
export interface JsonPath {
  /**
   * The first node found, or null.
   * @throws VigieError `json_path_failed` when the document is nested too deeply or too large for it
   */
  first(document: unknown): { value: unknown } | null;
}

export const JSON_PATH_LENGTH_LIMIT = 500;

/** Selectors multiplied along the path: each `[*,*]` doubles the nodes. */
const FANOUT_LIMIT = 32;

/**
 * Compiles a JSONPath whose work on a document is bounded: one `..` at most, no absolute query of many nodes inside
 * a filter, few selectors side by side, and match() and search() only with a literal, linear-time pattern.
 * @throws VigieError `json_path_refused` with the reason
 */
export function compileJsonPath(path: string): JsonPath {
  if (path.length > JSON_PATH_LENGTH_LIMIT)
    throw refused(`it is longer than ${JSON_PATH_LENGTH_LIMIT} characters`);
  const query = parse(path);
  refuseExplosions(query);
  return { first: (document) => firstNode(query, document) };
}

function parse(path: string): JSONPathQuery {
  try {
    return new LinearEnvironment().compile(path);
  } catch (error) {
    if (error instanceof VigieError) throw refused(error.message, error);
    if (error instanceof JSONPathError) throw refused(error.message, error);
    throw error;
  }
}

function firstNode(query: JSONPathQuery, document: unknown): { value: unknown } | null {
  try {
    const node = query.match(document as JSONValue); // it came out of JSON.parse
    return node === undefined ? null : { value: node.value };
  } catch (error) {
    if (!(error instanceof JSONPathError || error instanceof RangeError)) throw error;
    throw tooMuch(error);
  }
}

const tooMuch = (cause: unknown): VigieError =>
  new VigieError("json_path_failed", "the document is nested too deeply or too large", { cause });

const refused = (reason: string, cause?: unknown): VigieError =>
  new VigieError("json_path_refused", reason, cause === undefined ? {} : { cause });

/** RFC 9535 with match() and search() on the linear-time engine instead of the language's backtracking one. */
class LinearEnvironment extends JSONPathEnvironment {
  protected override setupFilterFunctions(): void {
    super.setupFilterFunctions();
    this.functionRegister.set(
      "match",
      linearFunction((regex, text) => regex.matches(text)),
    );
    this.functionRegister.set(
      "search",
      linearFunction((regex, text) => regex.search(text)),
    );
  }

  /** Called while parsing: the only place where a pattern that comes from the document can be refused. */
  override checkWellTypedness(token: Token, args: Expression[]): Expression[] {
    const checked = super.checkWellTypedness(token, args);
    if (token.value !== "match" && token.value !== "search") return checked;
    const pattern = args[1];
    if (!(pattern instanceof expressions.StringLiteral))
      throw refused(`${token.value}() needs its pattern in quotes`);
    compileRegex(pattern.value);
    return checked;
  }
}

function linearFunction(run: (regex: LinearRegex, text: string) => boolean): FilterFunction {
  const compiled = new Map<string, LinearRegex>(); // as many as the path has patterns
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call: (text: unknown, pattern: unknown) => {
      if (typeof text !== "string" || typeof pattern !== "string") return false;
      const regex = compiled.get(pattern) ?? compileRegex(pattern);
      compiled.set(pattern, regex);
      return run(regex, text);
    },
  };
}

/** Refuses paths whose work is not about proportional to the document. */
function refuseExplosions(query: JSONPathQuery): void {
  const queries = [query, ...innerQueries(query)];
  const descents = queries.flatMap(({ segments }) =>
    segments.filter(({ token }) => token.kind === TokenKind.DDOT),
  );
  if (descents.length > 1) throw refused("it has more than one `..`");
  for (const { segments } of queries) {
    if (segments.reduce((fanout, segment) => fanout * segment.selectors.length, 1) > FANOUT_LIMIT)
      throw refused(`it selects more than ${FANOUT_LIMIT} times over`);
  }
}

const innerQueries = (query: JSONPathQuery): JSONPathQuery[] =>
  query.segments
    .flatMap((segment) => segment.selectors)
    .flatMap((selector) =>
      selector instanceof selectors.FilterSelector ? queriesIn(selector.expression) : [],
    );

function queriesIn(expression: Expression): JSONPathQuery[] {
  if (expression instanceof expressions.LogicalExpression) return queriesIn(expression.expression);
  if (expression instanceof expressions.PrefixExpression) return queriesIn(expression.right);
  if (expression instanceof expressions.InfixExpression)
    return [...queriesIn(expression.left), ...queriesIn(expression.right)];
  if (expression instanceof expressions.FunctionExtension) return expression.args.flatMap(queriesIn);
  if (!(expression instanceof expressions.FilterQuery)) return [];
  if (expression instanceof expressions.RootQuery && !expression.path.singularQuery())
    throw refused("a `$` inside a filter has to name one value");
  return [expression.path, ...innerQueries(expression.path)];
}
