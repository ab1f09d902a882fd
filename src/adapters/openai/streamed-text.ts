/**
 * Collects the output of a stream from its events: for progress, and as the answer itself where a server leaves
 * the output of its closing event empty. It must then be certain that nothing of it is missing.
 */
import { asCount, asObject, asText, type Json } from '../../core/text/json.ts';
import type { AnswerLimits } from './limits.ts';

/** As gateways, proxies and the API itself send them while a model thinks. */
export function isKeepAlive(type: unknown): boolean {
  return typeof type === 'string' && /^(\w{1,20}\.)?(ping|keep[-_]?alive|heartbeat)$/i.test(type);
}

export class StreamedText {
  #text = '';
  /** Commentary on the way to the answer is not part of it. */
  readonly #commentary = new Set<unknown>();
  /** Text of each part so far, by its place. */
  readonly #parts = new Map<string, string>();
  #refusal = '';
  /** Finished items of the output by their place, and the places of those that are not finished. */
  readonly #items = new Map<unknown, Json>();
  readonly #open = new Set<unknown>();
  /** Bytes of the finished items. */
  #itemBytes = 0;
  /** An event could not be read. */
  #lost = false;
  /** The pieces of the text contradict other events about it. */
  #damaged = false;
  /** Parts whose end was announced. */
  readonly #ended = new Set<string>();
  readonly #numbers = {
    first: undefined as number | undefined,
    last: 0,
    inSteps: 0,
    alike: 0,
    jumps: 0,
  };
  /** Whether pieces of the text came with a number, without, or both. */
  readonly #piecesNumbered = new Set<boolean>();
  /** The API numbers its keep-alives as it does its events; other servers may number them differently. */
  readonly #keepAlives = new Set<number>();

  /** Returns the piece of the visible answer that the event, of so many bytes, brings. */
  add(event: Json, bytes: number): string | undefined {
    this.#count(event);
    switch (event.type) {
      case 'response.output_item.added': {
        const item = asObject(event.item);
        if (item?.phase === 'commentary' && item.id !== undefined) this.#commentary.add(item.id);
        this.#open.add(placeOfItem(event, item));
        return undefined;
      }
      case 'response.output_item.done': {
        const item = asObject(event.item);
        if (!item) return undefined;
        const place = placeOfItem(event, item);
        this.#open.delete(place);
        this.#items.set(place, item);
        this.#itemBytes += bytes;
        return undefined;
      }
      case 'response.output_text.delta': {
        if (this.#commentary.has(event.item_id)) return undefined;
        const place = placeOf(event);
        if (typeof event.delta !== 'string' || this.#ended.has(place)) this.#damaged = true;
        const delta = asText(event.delta);
        if (delta === undefined) return undefined;
        this.#piecesNumbered.add(typeof event.sequence_number === 'number');
        this.#parts.set(place, (this.#parts.get(place) ?? '') + delta);
        this.#text += delta;
        return delta;
      }
      case 'response.output_text.done': {
        if (this.#commentary.has(event.item_id)) return undefined;
        const place = placeOf(event);
        this.#ended.add(place);
        if (event.text !== undefined && event.text !== (this.#parts.get(place) ?? '')) this.#damaged = true;
        return undefined;
      }
      case 'response.refusal.delta':
        this.#refusal += asText(event.delta) ?? '';
        return undefined;
      case 'response.refusal.done':
        this.#refusal = asText(event.refusal) ?? this.#refusal;
        return undefined;
      default:
        return undefined;
    }
  }

  /** More has come than an answer may hold. */
  exceeds({ eventBytes, textLength, places }: AnswerLimits): boolean {
    const named = [this.#commentary, this.#parts, this.#items, this.#open, this.#keepAlives, this.#ended];
    return (
      this.#text.length > textLength ||
      this.#refusal.length > textLength ||
      this.#itemBytes > eventBytes ||
      named.some(({ size }) => size > places)
    );
  }

  get refusal(): string | undefined {
    return asText(this.#refusal);
  }

  /** An event could not be read: it may have been a piece of the text. */
  lose(): void {
    this.#lost = true;
  }

  /** Undefined when pieces may be missing, doubled or out of order. */
  get whole(): string | undefined {
    return this.damaged || !this.#inOrder() ? undefined : this.#text;
  }

  /** The finished items, in their order. Undefined when one of them may be missing. */
  get items(): Json[] | undefined {
    if (this.#isMissing() || this.#open.size > 0 || !this.#inOrder()) return undefined;
    return [...this.#items].sort(byNumber).map(([, item]) => item);
  }

  #inOrder(): boolean {
    const { first, inSteps, alike, jumps } = this.#numbers;
    // Unnumbered pieces do not belong to numbered ones.
    if (this.#piecesNumbered.size > 1) return false;
    if (first === undefined) return true;
    // The same number on every event means nothing.
    if (alike > 0 && inSteps + jumps === 0) return true;
    return (first === 0 || first === 1) && alike + jumps === 0;
  }

  get damaged(): boolean {
    return this.#isMissing() || this.#damaged;
  }

  /** Whether an unreadable event may have been a piece of the answer: unbroken numbers show that none was. */
  #isMissing(): boolean {
    const { first, inSteps, alike, jumps } = this.#numbers;
    const unbroken = (first === 0 || first === 1) && inSteps > 0 && alike + jumps === 0;
    return this.#lost && !(unbroken && !this.#piecesNumbered.has(false));
  }

  /** Gateways add events without a number; these are not gaps in the API's own. */
  #count({ type, sequence_number: number }: Json): void {
    const numbers = this.#numbers;
    if (typeof number !== 'number' || numbers.jumps > 0) return;
    if (isKeepAlive(type)) {
      this.#keepAlives.add(number);
      return;
    }
    let next = (numbers.first === undefined ? 0 : numbers.last) + 1;
    while (next < number && this.#keepAlives.delete(next)) next++;
    if (numbers.first === undefined) numbers.first = number === next ? 1 : number;
    else if (number === next) numbers.inSteps++;
    else if (number === numbers.last) numbers.alike++;
    else numbers.jumps++;
    numbers.last = number;
  }
}

function placeOfItem({ output_index }: Json, item: Json | undefined): unknown {
  return asCount(output_index) ?? asText(item?.id) ?? item;
}

function byNumber([a]: [unknown, Json], [b]: [unknown, Json]): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0;
}

function placeOf({ item_id, output_index, content_index }: Json): string {
  return `${item_id} ${output_index} ${content_index}`;
}
