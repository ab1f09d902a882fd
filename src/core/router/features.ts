/** Inputs of the router. The wording is not among them, so a paraphrased prompt is routed the same way. */
import type { DelegateRequest } from '../tasks/request.ts';

/** What a request says and the router must not see: it decides nothing, or only how the answer is made. */
type Unrouted =
  | 'instruction'
  | 'context'
  | 'files'
  | 'change'
  | 'framework'
  | 'timeoutMs'
  | 'maxRetryAfterMs';

export interface RequestFeatures extends Omit<DelegateRequest, Unrouted> {
  /** `ceil(chars / 3)` of the input as it will be sent. Used for caps and context windows. */
  approxTokens: number;
  /** Upper bound of the token count, used for the worst-case cost. */
  mostTokens: number;
}
