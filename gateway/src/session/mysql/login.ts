import type { GatewayConnection } from '@sallyport/config'
import { CLIENT, type Capabilities } from '@sallyport/mysql-wire'
import { errorPacket, loginRefusal } from '../../reply/mysql/refusal.ts'
import type { LoginRequest } from '../login.ts'
import type { StartedClient } from './startup.ts'

/** What a MySQL client asks for by its HandshakeResponse41 and its password. */
export function loginRequest(client: StartedClient, connection: GatewayConnection | undefined): LoginRequest {
  const { request, password, encrypted, refuse } = client
  const attributes = new Map(request.attributes.map(({ name, value }) => [name, value]))
  const { flags, extended } = sessionCapabilities(request.capabilities, connection)
  const startup = new Map([
    ['capabilities', String(flags)],
    ['mariadb_capabilities', String(extended)],
    ['collation', String(request.characterSet)],
    ...request.attributes
      .slice(0, MAX_ATTRIBUTES)
      .filter(({ name, value }) => name.length <= MAX_ATTRIBUTE_LENGTH && value.length <= MAX_ATTRIBUTE_LENGTH)
      .map(({ name, value }): [string, string] => [`attribute.${name}`, value]),
  ])
  if (request.schema !== '') startup.set('database', request.schema)
  return {
    engine: 'mysql',
    connection: request.user,
    password,
    encrypted,
    database: request.schema,
    application: attributes.get('program_name') ?? attributes.get('_client_name') ?? '',
    settings: [],
    startup,
    refuse: (refusal) => refuse(errorPacket(loginRefusal(refusal))),
  }
}

/** What the session speaks between client and database: compression and encryption end here, and files leave the client only where they may. */
export function sessionCapabilities(
  { flags, extended }: Capabilities,
  connection: GatewayConnection | undefined,
): Capabilities {
  const files = connection?.allowLocalInfile === true ? 0 : CLIENT.LOCAL_FILES
  return { flags: (flags & ~(OURS | files)) >>> 0, extended }
}

const OURS = CLIENT.SSL | CLIENT.COMPRESS | CLIENT.ZSTD_COMPRESSION_ALGORITHM
/** Connection attributes that are passed on; the others only describe the client. */
const MAX_ATTRIBUTES = 64
const MAX_ATTRIBUTE_LENGTH = 1024
