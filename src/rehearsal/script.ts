/**
 * Scripts decide what a request is answered with. They are functions, so they compose: by model, by count, by
 * time, by anything that the request says. Those that count keep their count in the value that is made here.
 */
import type { JsonObject } from './json.ts';
import type { Play } from './play.ts';

/** A request as a script sees it. It has passed every check that the real service makes. */
export interface ScriptedRequest {
  body: JsonObject;
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
 * A list plays its n-th entry for the n-th request of that model and nothing after its end. Undefined: the
 * script has nothing to say, and the request is answered as it would be without one.
 */
export type AnswerScript = (request: ScriptedRequest) => Play | readonly Play[] | undefined;

/** A play is a script that always answers with it; a list is one that goes through it per model. */
export type Scripted = AnswerScript | Play | readonly Play[];

/** The one play that a script gives for a request. */
export function playFor(scripted: Scripted | undefined, request: ScriptedRequest): Play | undefined {
  const said = typeof scripted === 'function' ? scripted(request) : scripted;
  return isList(said) ? said[request.modelIndex] : said;
}

function isList(said: Play | readonly Play[] | undefined): said is readonly Play[] {
  return Array.isArray(said);
}

/** A script per model, by the name that the request gives. Other models: undefined. */
export function byModel(scripts: Readonly<Record<string, Scripted>>): AnswerScript {
  return (request) =>
    Object.hasOwn(scripts, request.model) ? playFor(scripts[request.model], request) : undefined;
}

/** The first script that has something to say. */
export function firstOf(...scripts: readonly Scripted[]): AnswerScript {
  return (request) => {
    for (const script of scripts) {
      const play = playFor(script, request);
      if (play) return play;
    }
    return undefined;
  };
}

/** Only for requests that fulfil the condition. */
export function when(condition: (request: ScriptedRequest) => boolean, script: Scripted): AnswerScript {
  return (request) => (condition(request) ? playFor(script, request) : undefined);
}

/** For the first `count` requests that reach this script. */
export function times(count: number, script: Scripted): AnswerScript {
  let played = 0;
  return (request) => (played++ < count ? playFor(script, request) : undefined);
}

/** One after the other, in the order in which requests reach this script, whatever model they name. */
export function sequence(...scripts: readonly Scripted[]): AnswerScript {
  let next = 0;
  return (request) => playFor(scripts[next++], request);
}

/** From (included) and to (excluded) in milliseconds since the server started, by the server's clock. */
export function during(fromMs: number, toMs: number, script: Scripted): AnswerScript {
  return when(({ elapsedMs }) => elapsedMs >= fromMs && elapsedMs < toMs, script);
}
