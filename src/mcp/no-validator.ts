/**
 * Replaces the SDK's JSON Schema validator in the bundle. The SDK only uses it to check a client's response to an
 * elicitation, which this server never sends; the real one would take a third of the start-up time.
 */
export class AjvJsonSchemaValidator {
  getValidator(): never {
    throw new Error('this server sends no elicitations, so it has no JSON Schema validator');
  }
}
