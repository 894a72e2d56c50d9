/** The cryptography that logging in needs, as arguments; this package has none of its own. */
export interface LoginCrypto {
  readonly hash: (algorithm: 'sha1' | 'sha256', data: Uint8Array) => Uint8Array
  /** RSA with OAEP padding (SHA-1 and MGF1), for a public key in PEM. Throws for a key that is none. */
  readonly rsaEncrypt: (publicKeyPem: string, data: Uint8Array) => Uint8Array
  /**
   * MariaDB's `ed25519`: a signature whose secret scalar comes from the SHA-512 of the password itself, of any length. Undefined where it is not to be
   * had: the plug-in is refused then.
   */
  readonly ed25519?: ((password: Uint8Array, message: Uint8Array) => Uint8Array) | undefined
}
