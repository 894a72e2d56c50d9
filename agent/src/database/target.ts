/** Where a database is, and how much of its identity TLS must prove. */
export interface DatabaseTarget {
  /** A host name or an IP address; a path (it begins with `/`) names a Unix socket: for PostgreSQL its folder, for MySQL itself. */
  readonly host: string
  readonly port: number
  /** MySQL: the schema that a session begins in when the client names none; may be ''. */
  readonly database: string
  readonly tls: TlsMode
  /** PEM. Without it the certificates that Node ships are trusted. */
  readonly ca: string | undefined
  /** The agent's own certificate, PEM, with its key. */
  readonly own: { readonly cert: string; readonly key: { readonly reveal: () => string } } | undefined
}

/**
 * As libpq's sslmode. `disable`: no TLS. `require`: TLS with whoever answers, and `verify-ca` when there is a `ca`. `verify-ca`: the
 * certificate is signed by an authority that is trusted. `verify-full`: and it names the host. A Unix socket never has TLS.
 */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full'

/** True when the target is a Unix socket. */
export function isSocketPath(target: Pick<DatabaseTarget, 'host'>): boolean {
  return target.host.startsWith('/')
}

/** True when the path to the target leaves no machine: a Unix socket, or a loopback address (a name is not trusted to be one). */
export function isLocal(target: Pick<DatabaseTarget, 'host'>): boolean {
  return isSocketPath(target) || target.host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(target.host)
}
