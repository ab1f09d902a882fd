/**
 * The text of a stream as its deltas give it: for progress, and as the answer itself where a server leaves the
 * output of its closing event empty. Then it must be certain that nothing of it is missing.
 */
import { asObject, asText, type Json } from './json-values.ts';

export class StreamedText {
  #text = '';
  /** What a model says on the way to its answer is no part of the answer. */
  readonly #commentary = new Set<unknown>();
  /** Text of each part so far, by its place. */
  readonly #parts = new Map<string, string>();
  #refusal = '';
  #damaged = false;
  /** Parts whose end was announced. */
  readonly #ended = new Set<string>();
  readonly #numbers = {
    first: undefined as number | undefined,
    last: 0,
    inSteps: 0,
    alike: 0,
    jumps: 0,
    missing: 0,
  };

  /** Returns the piece of the visible answer that the event brings. */
  add(event: Json): string | undefined {
    this.#count(event.sequence_number);
    switch (event.type) {
      case 'response.output_item.added': {
        const item = asObject(event.item);
        if (item?.phase === 'commentary' && item.id !== undefined) this.#commentary.add(item.id);
        return undefined;
      }
      case 'response.output_text.delta': {
        if (this.#commentary.has(event.item_id)) return undefined;
        const place = placeOf(event);
        if (typeof event.delta !== 'string' || this.#ended.has(place)) this.#damaged = true;
        const delta = asText(event.delta);
        if (delta === undefined) return undefined;
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

  get refusal(): string | undefined {
    return asText(this.#refusal);
  }

  /** An event could not be read: it may have been a piece of the text. */
  lose(): void {
    this.#damaged = true;
  }

  /** Undefined when pieces may be missing, doubled or out of order. */
  get whole(): string | undefined {
    return this.#damaged || !this.#inOrder() ? undefined : this.#text;
  }

  #inOrder(): boolean {
    const { first, inSteps, alike, jumps, missing } = this.#numbers;
    if (first === undefined) return true;
    // A server that numbers all its events alike says nothing by it.
    if (alike > 0 && inSteps + jumps === 0) return true;
    return (first === 0 || first === 1) && alike + jumps + missing === 0;
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  #count(number: unknown): void {
    const numbers = this.#numbers;
    if (typeof number !== 'number') numbers.missing++;
    else if (numbers.first === undefined) numbers.first = number;
    else if (number === numbers.last + 1) numbers.inSteps++;
    else if (number === numbers.last) numbers.alike++;
    else numbers.jumps++;
    if (typeof number === 'number') numbers.last = number;
  }
}

function placeOf({ item_id, output_index, content_index }: Json): string {
  return `${item_id} ${output_index} ${content_index}`;
}
