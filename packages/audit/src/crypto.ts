/** SHA-256 over the UTF-8 form of a text, in lower-case hex. */
export type Sha256 = (text: string) => string

/** Signs checkpoints with Ed25519 (RFC 8032). */
export interface Signer {
  /** SHA-256 of the public key's SubjectPublicKeyInfo in DER, in lower-case hex. */
  readonly keyId: string
  /** The signature over the UTF-8 form of a text, in base64. */
  readonly sign: (text: string) => string
}

/** Checks signatures of the keys it trusts. */
export interface SignatureCheck {
  /** `unknown-key`: no trusted key has this id. */
  readonly verify: (keyId: string, text: string, signature: string) => 'valid' | 'invalid' | 'unknown-key'
}
