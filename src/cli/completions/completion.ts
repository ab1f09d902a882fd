/** What a shell offers for the values of options and arguments. */
import type { Argument, Option } from 'commander';
import type { FieldSurface } from '../../operations/operation.ts';

/** How a shell completes a value. */
export interface Completion {
  /** Undefined: no suggestions. */
  words: 'file' | readonly string[] | undefined;
  /** The value is a comma-separated list of the words. */
  list: boolean;
  /** The option may be given more than once. */
  repeatable: boolean;
}

/** Kept here because commander's options and arguments cannot hold it. */
const completions = new WeakMap<Option | Argument, () => Completion>();

export function completeWith<Value extends Option | Argument>(
  value: Value,
  words: FieldSurface['complete'],
  { list = false, repeatable = false }: Partial<Completion> = {},
): Value {
  completions.set(value, () => ({
    words: typeof words === 'function' ? words() : words,
    list,
    repeatable,
  }));
  return value;
}

export function completionOf(value: Option | Argument): Completion {
  return completions.get(value)?.() ?? { words: value.argChoices, list: false, repeatable: false };
}
