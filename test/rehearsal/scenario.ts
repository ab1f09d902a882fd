/**
 * What the scenario server can be told to answer: one value per kind of answer, good or bad, that a real server
 * has been seen to give. A scenario is data; `send.ts` puts it on the wire.
 */

/**
 * A moment of an answer: the request has been read and nothing sent (`request`), the headers are out
 * (`headers`), the first event is out (`first-event`), or so many pieces of text are out. A number beyond the
 * last piece means after the last piece, before the closing events. Of an answer that is not streamed the
 * pieces are pieces of the JSON body, and `first-event` means the first of them.
 */
export type Moment = 'request' | 'headers' | 'first-event' | number;

/** Holds an answer up at a moment: for a time in milliseconds, until a promise settles, or both. */
interface Pause {
  at: Moment;
  ms?: number;
  until?: PromiseLike<unknown>;
}

/** Token counts as they stand in an answer. What is left out is estimated. */
interface ScenarioUsage {
  inputTokens?: number;
  cachedInputTokens?: number;
  cacheWriteTokens?: number;
  /** Reasoning included. */
  outputTokens?: number;
  reasoningTokens?: number;
}

/** What any answer may carry beside its text. */
export interface AnswerTraits {
  /** Milliseconds between the headers and the first event. Default 0. */
  delayMs?: number;
  pauses?: readonly Pause[];
  /** In how many pieces the text is streamed. Default by its length. */
  chunks?: number;
  usage?: ScenarioUsage;
  /** Default `default`; null leaves the field out, as compatible servers do. */
  serviceTier?: string | null;
  /** The model that the answer names. Default the one that was asked. */
  model?: string;
  /** Of the response. Default one that follows from the request. */
  id?: string;
  /** Adds comments, events of unknown type and fields of unknown name. Default false. */
  noise?: boolean;
}

/** An answer that goes wrong after it began like a good one; without `text` it is the default answer. */
interface Broken extends AnswerTraits {
  text?: string;
}

/** How an error appears inside a stream that began with 200. */
type StreamErrorForm = 'flat' | 'nested' | 'response.failed';

export type Scenario =
  | ({ kind: 'text'; text: string } & AnswerTraits)
  /** The default answer to the request, with other traits. */
  | ({ kind: 'default' } & AnswerTraits)
  /** A JSON error as the service words it. Code and parameter are null where they are left out. */
  | {
      kind: 'error';
      status: number;
      message: string;
      code?: string | null;
      param?: string | null;
      /** Default `invalid_request_error` below 500, `server_error` from there on. */
      type?: string;
      headers?: Record<string, string>;
    }
  /**
   * An error after `after` pieces of text (default 0), in one of three forms, after which the stream ends.
   * A request that does not stream is answered with 200 and `status: "failed"`.
   */
  | ({
      kind: 'stream-error';
      message: string;
      code?: string | null;
      param?: string | null;
      type?: string;
      form?: StreamErrorForm;
      after?: number;
    } & Broken)
  /** The model declines in a message part of its own; status `completed`. */
  | ({ kind: 'refusal'; text: string } & AnswerTraits)
  /** Status `incomplete`; the text may be empty, as when reasoning ate the cap. */
  | ({ kind: 'incomplete'; reason: string; text: string } & AnswerTraits)
  /** Status `cancelled`, as when someone else cancels the response. */
  | ({ kind: 'cancelled' } & Broken)
  /** Status `completed` without any text. Usage defaults to zero tokens. */
  | ({ kind: 'empty' } & AnswerTraits)
  /** Says nothing more from that moment on, with the connection left open. */
  | ({ kind: 'hang'; after: Moment } & Broken)
  /** The connection is reset at that moment. */
  | ({ kind: 'reset'; after: Moment } & Broken)
  /** The body ends properly after so many pieces, without a terminal event (or with half of the JSON). */
  | ({ kind: 'cut'; after: number } & Broken)
  /** One event that is not JSON after `after` pieces (default 1); the rest is fine. Ignored without a stream. */
  | ({ kind: 'malformed-event'; after?: number; data?: string } & Broken)
  /** A page of HTML, as gateways and wrong addresses give. */
  | { kind: 'html'; status: number; body?: string }
  /** A body that claims to be JSON and breaks off. */
  | { kind: 'bad-json'; status?: number }
  | { kind: 'redirect'; location: string; status?: number }
  /** A whole answer whose `usage` is missing. */
  | ({ kind: 'no-usage'; text: string } & AnswerTraits)
  /** Two messages, marked with phase `commentary` and `final_answer`. */
  | ({ kind: 'commentary'; commentary: string; text: string } & AnswerTraits)
  /** Whatever else a test needs: sent as it stands. */
  | { kind: 'raw'; status?: number; headers?: Record<string, string>; body: string | readonly string[] };

export type ScenarioKind = Scenario['kind'];
