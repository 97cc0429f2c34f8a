/**
 * Who keeps the key-encryption key. It wraps and unwraps 32-byte data keys and never gives its own key away. The key
 * file is the built-in one; a KMS or PKCS#11 module has the same shape.
 */
export interface KeyCustody {
  /** Names the key in use, for the wrapped key's record. Not secret. */
  readonly keyId: string
  /** `context` is bound to the result: the same must be given to unwrap. */
  wrap(dataKey: Uint8Array, context: string): Promise<Uint8Array>
  /** Throws Problem "unavailable" when the custodian does not answer, "malformed" when the wrapped key was changed or belongs to another context or key. */
  unwrap(wrapped: Uint8Array, context: string, keyId: string): Promise<Uint8Array>
}
