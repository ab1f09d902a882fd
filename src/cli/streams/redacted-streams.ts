/** Takes the user's secrets out of all that the command line shows, whatever it repeats: arguments, paths, answers. */
import type { Factory } from '../../factory.ts';
import type { IOStreams } from './streams.ts';

export function redactedStreams(streams: IOStreams, redaction: Factory['redaction']): IOStreams {
  const message = (text: string) => redaction().message(text);
  return {
    ...streams,
    out: (text, ifLost) => streams.out(redaction().result(text), ifLost),
    err: (text) => streams.err(message(text)),
    outStyled: (text) => streams.outStyled(redaction().result(text)),
    errStyled: (text) => streams.errStyled(message(text)),
    say: (label, text) => streams.say(label, message(text)),
    shown: (text) => streams.shown(message(text)),
  };
}
