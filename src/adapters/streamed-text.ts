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
  #damaged = false;
  #lastNumber: number | undefined;
  #inSteps = false;
  #outOfStep = false;

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
        const delta = asText(event.delta);
        if (delta === undefined || this.#commentary.has(event.item_id)) return undefined;
        const place = placeOf(event);
        this.#parts.set(place, (this.#parts.get(place) ?? '') + delta);
        this.#text += delta;
        return delta;
      }
      case 'response.output_text.done': {
        if (this.#commentary.has(event.item_id)) return undefined;
        const text = asText(event.text);
        if (text !== undefined && text !== this.#parts.get(placeOf(event))) this.#damaged = true;
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** An event could not be read: it may have been a piece of the text. */
  lose(): void {
    this.#damaged = true;
  }

  /** Undefined when pieces may be missing, doubled or out of order. */
  get whole(): string | undefined {
    // Servers that number all events alike say nothing by it.
    return this.#damaged || (this.#inSteps && this.#outOfStep) ? undefined : this.#text;
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  #count(number: unknown): void {
    if (typeof number !== 'number') return;
    if (this.#lastNumber !== undefined) {
      if (number === this.#lastNumber + 1) this.#inSteps = true;
      else this.#outOfStep = true;
    }
    this.#lastNumber = number;
  }
}

function placeOf({ item_id, output_index, content_index }: Json): string {
  return JSON.stringify([item_id, output_index, content_index]);
}
