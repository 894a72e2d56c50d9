import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyLog, type Verification, type VerifyOptions } from '@sallyport/audit'
import { AuditFileError } from './errors.ts'
import { signatureCheck } from './keys.ts'
import { isLocked } from './lock.ts'
import { PUBLIC_KEY_NAME } from './names.ts'
import { readSegments } from './read.ts'
import { sha256 } from './sha256.ts'

export interface VerifyDirectoryOptions extends Omit<VerifyOptions, 'growing'> {
  /**
   * The public keys to trust, in PEM. Without them those that lie beside the log are used; whoever can write there can replace log and keys
   * together, so the answer then says `keysFrom: 'directory'`.
   */
  readonly publicKeys?: readonly string[] | undefined
}

export interface DirectoryVerification {
  readonly verification: Verification
  readonly keysFrom: 'caller' | 'directory'
  /** True when a gateway is writing: its last record may be unfinished, and its last second unsigned. */
  readonly growing: boolean
}

/** Verifies the log in a directory. Throws AuditFileError (`unavailable`, `key`) when it cannot be read at all. */
export async function verifyDirectory(
  directory: string,
  options: VerifyDirectoryOptions = {},
): Promise<DirectoryVerification> {
  const { publicKeys, ...rest } = options
  const signatures = signatureCheck(publicKeys ?? (await ownKeys(directory)))
  const growing = isLocked(directory)
  const verification = await verifyLog(readSegments(directory), sha256, signatures, { ...rest, growing })
  return { verification, keysFrom: publicKeys === undefined ? 'directory' : 'caller', growing }
}

async function ownKeys(directory: string): Promise<readonly string[]> {
  const path = join(directory, PUBLIC_KEY_NAME)
  try {
    return splitPem(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AuditFileError('key', `cannot read the public keys from ${path}; name one`, cause)
  }
}

/** The PEM blocks of a text. */
export function splitPem(text: string): readonly string[] {
  return text.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? []
}
