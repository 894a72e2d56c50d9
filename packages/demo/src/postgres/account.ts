import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DemoError } from '../errors.ts'

/** An operating-system account to run PostgreSQL as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * The account PostgreSQL runs as, or undefined when this process is not root and PostgreSQL runs as its user.
 * PostgreSQL refuses root because a break-out would then own the machine. Throws `no-unprivileged-account`.
 */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const sudoer = process.env['SUDO_USER']
  const names = [...(sudoer === undefined ? [] : [sudoer]), ...CANDIDATES]
  for (const name of names) {
    const account = await accountNamed(name)
    if (account !== undefined && account.uid !== 0) return account
  }
  throw new DemoError(
    'no-unprivileged-account',
    `PostgreSQL does not run as root, and none of the accounts ${names.join(', ')} exists here. ` +
      'Run this as an ordinary user, or make one of these accounts.',
  )
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
const CANDIDATES = ['postgres', 'nobody', 'daemon']
