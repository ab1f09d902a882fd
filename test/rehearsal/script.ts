/** Scripts decide what a request is answered with: by model, by count, by time, by anything that it says. */
import type { Json } from '../../src/core/text/json.ts';
import type { Scenario } from './scenario.ts';

/** A request as a script sees it. It has passed every check that the real service makes. */
export interface ScriptedRequest {
  body: Json;
  /** In lower case; the authorization value is left out. */
  headers: Record<string, string>;
  /** 0-based, among all requests for a response, refused ones included. */
  index: number;
  /** 0-based, among those for the same model. */
  modelIndex: number;
  /** As the request names it. */
  model: string;
  instructions: string;
  /** The text of the input; of a list of messages, their texts joined by a blank line. */
  input: string;
  stream: boolean;
  /** Milliseconds since the server started, by the server's clock. */
  elapsedMs: number;
}

/**
 * A list gives its n-th entry for the n-th request of that model and nothing after its end. Undefined: the
 * script has nothing to say, and the request is answered as it would be without one.
 */
type AnswerScript = (request: ScriptedRequest) => Scenario | readonly Scenario[] | undefined;

/** A scenario is a script that always answers with it; a list is one that goes through it per model. */
export type Scripted = AnswerScript | Scenario | readonly Scenario[];

/** The one scenario that a script gives for a request. */
export function scenarioFor(scripted: Scripted | undefined, request: ScriptedRequest): Scenario | undefined {
  const said = typeof scripted === 'function' ? scripted(request) : scripted;
  return isList(said) ? said[request.modelIndex] : said;
}

function isList(said: Scenario | readonly Scenario[] | undefined): said is readonly Scenario[] {
  return Array.isArray(said);
}

/** A script per model, by the name that the request gives. Other models: undefined. */
export function byModel(scripts: Readonly<Record<string, Scripted>>): AnswerScript {
  return (request) =>
    Object.hasOwn(scripts, request.model) ? scenarioFor(scripts[request.model], request) : undefined;
}

/** From (included) and to (excluded) in milliseconds since the server started, by the server's clock. */
export function during(fromMs: number, toMs: number, script: Scripted): AnswerScript {
  return (request) => {
    const { elapsedMs } = request;
    return elapsedMs >= fromMs && elapsedMs < toMs ? scenarioFor(script, request) : undefined;
  };
}
