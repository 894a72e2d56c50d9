import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DemoError } from './errors.ts'

/** An operating-system account to run a database server as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * The account a database server runs as, or undefined when this process is not root and the server runs as its user.
 * Servers refuse root, because a break-out would then own the machine. Accounts are tried in the order of `preferred`,
 * then those that every system has. Throws `no-unprivileged-account`.
 */
export async function unprivilegedAccount(preferred: readonly string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const sudoer = process.env['SUDO_USER']
  const names = [...(sudoer === undefined ? [] : [sudoer]), ...preferred, ...EVERYWHERE]
  for (const name of names) {
    const account = await accountNamed(name)
    if (account !== undefined && account.uid !== 0) return account
  }
  throw new DemoError(
    'no-unprivileged-account',
    `A database server does not run as root, and none of the accounts ${names.join(', ')} exists here. ` +
      'Run this as an ordinary user, or make one of these accounts.',
  )
}

/** How a program is run as `account`: what `spawn` and `execFile` take. */
export function identityOf(account: Account | undefined): { readonly uid?: number; readonly gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid }
}

async function accountNamed(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

const run = promisify(execFile)
const EVERYWHERE = ['nobody', 'daemon']
