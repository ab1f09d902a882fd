/**
 * Stands in for the SDK's JSON Schema validator in the bundle. The SDK needs one only to check what a client
 * answers to an elicitation, which this server never asks for; the real one would cost a third of the start.
 */
export class AjvJsonSchemaValidator {
  getValidator(): never {
    throw new Error('this server asks for no elicitation, so nothing is validated');
  }
}
