/** The cryptography that logging in needs, as arguments; this package has none of its own. */
export interface LoginCrypto {
  /** A one-shot hash. `sha256` and `md5` only. */
  readonly hash: (algorithm: 'sha256' | 'md5', data: Uint8Array) => Uint8Array
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array
  /** 32 bytes. May run elsewhere: high counts take tens of milliseconds. */
  readonly pbkdf2Sha256: (password: Uint8Array, salt: Uint8Array, iterations: number) => Promise<Uint8Array>
  readonly randomBytes: (length: number) => Uint8Array
  /** Compares in a time that depends on the lengths alone; false when they differ. */
  readonly equal: (a: Uint8Array, b: Uint8Array) => boolean
}
