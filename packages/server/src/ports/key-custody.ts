/** A data key as a custodian gave it back: of use to that custodian alone. */
export type WrappedKey = {
  readonly bytes: Uint8Array
  /** Names the key-encryption key, its version too where there are versions. Not secret; kept beside the wrapped key. */
  readonly keyId: string
}

/**
 * Who keeps a key-encryption key. It wraps and unwraps 32-byte data keys and never gives its own key away. Each is a
 * folder of `vault/custodians`: the key file, AWS KMS, the transit engine of Vault and OpenBao. A PKCS#11 module has the
 * same shape: `wrap` is C_EncryptInit with CKM_AES_GCM, the context as its additional data and the initialisation vector in
 * front of the bytes; `unwrap` is C_DecryptInit; the key id is the token's serial number with the key's CKA_ID.
 *
 * Both calls throw Problem "unavailable" or "rate-limited", with the time to come back, when the custodian does not
 * answer or asks to wait; "misconfigured" when it refuses us; "malformed" when what is to be unwrapped was changed, or
 * belongs to another context or key. Neither keeps anybody waiting for longer than `custodyTimeoutMs`.
 */
export interface KeyCustody {
  /** The folder's name. */
  readonly name: string
  /** The key in use without its version, as an administrator knows it. */
  readonly label: string
  /** Whether a key of that id is this custodian's to unwrap. */
  owns(keyId: string): boolean
  /** `context` is bound to the result: the same must be given to unwrap. */
  wrap(dataKey: Uint8Array, context: string): Promise<WrappedKey>
  unwrap(wrapped: WrappedKey, context: string): Promise<Uint8Array>
}

export const custodyTimeoutMs = 5_000
