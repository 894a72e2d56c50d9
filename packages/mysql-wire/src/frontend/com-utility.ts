/** Commands beside queries and statements. Spec: page_protocol_command_phase_utility, page_protocol_command_phase_text. */
import { CLIENT, has } from '../capabilities.ts'
import type { CommandCodec } from './codec.ts'
import { type Attribute, readAttributes, writeAttributes } from './connect-attributes.ts'

/** COM_INIT_DB changes the default schema, as USE does. */
export interface ComInitDb {
  readonly type: 'COM_INIT_DB'
  readonly schema: string
}

/** COM_FIELD_LIST lists the columns of a table, with their defaults. */
export interface ComFieldList {
  readonly type: 'COM_FIELD_LIST'
  readonly table: string
  /** A LIKE pattern for names of columns; '' for all. */
  readonly wildcard: string
}

/** COM_PROCESS_KILL ends another session of the server. */
export interface ComProcessKill {
  readonly type: 'COM_PROCESS_KILL'
  readonly connectionId: number
}

/** COM_SET_OPTION allows or forbids several statements in a text, like CLIENT_MULTI_STATEMENTS. */
export interface ComSetOption {
  readonly type: 'COM_SET_OPTION'
  /** 0: several statements; 1: one. */
  readonly option: number
}

/** COM_REFRESH flushes, as FLUSH does. */
export interface ComRefresh {
  readonly type: 'COM_REFRESH'
  readonly what: number
}

/** COM_CHANGE_USER logs in anew inside a session. Spec: page_protocol_com_change_user. */
export interface ComChangeUser {
  readonly type: 'COM_CHANGE_USER'
  readonly user: string
  readonly authResponse: Uint8Array
  readonly schema: string
  /** Undefined in the form that ends behind the schema. */
  readonly characterSet: number | undefined
  readonly plugin: string
  readonly attributes: readonly Attribute[]
}

/** Commands that are a number alone. */
export type BodilessCommand = { readonly [T in BodilessName]: { readonly type: T } }[BodilessName]

type BodilessName =
  | 'COM_QUIT'
  | 'COM_STATISTICS'
  | 'COM_PROCESS_INFO'
  | 'COM_DEBUG'
  | 'COM_PING'
  | 'COM_RESET_CONNECTION'

export function bodiless<T extends BodilessName>(type: T): CommandCodec<{ readonly type: T }> {
  return { decode: () => ({ type }), encode: () => undefined }
}

export const ComInitDb: CommandCodec<ComInitDb> = {
  decode: (body) => ({ type: 'COM_INIT_DB', schema: body.utf8(body.remaining) }),
  encode: (message, body) => {
    body.utf8(message.schema)
  },
}

export const ComFieldList: CommandCodec<ComFieldList> = {
  decode: (body) => ({ type: 'COM_FIELD_LIST', table: body.cstring(), wildcard: body.utf8(body.remaining) }),
  encode: (message, body) => {
    body.cstring(message.table).utf8(message.wildcard)
  },
}

export const ComProcessKill: CommandCodec<ComProcessKill> = {
  decode: (body) => ({ type: 'COM_PROCESS_KILL', connectionId: body.uint32Le() }),
  encode: (message, body) => {
    body.uint32Le(message.connectionId)
  },
}

export const ComSetOption: CommandCodec<ComSetOption> = {
  decode: (body) => ({ type: 'COM_SET_OPTION', option: body.uint16Le() }),
  encode: (message, body) => {
    body.uint16Le(message.option)
  },
}

export const ComRefresh: CommandCodec<ComRefresh> = {
  decode: (body) => ({ type: 'COM_REFRESH', what: body.uint8() }),
  encode: (message, body) => {
    body.uint8(message.what)
  },
}

export const ComChangeUser: CommandCodec<ComChangeUser> = {
  decode: (body, { capabilities }) => {
    const user = body.cstring()
    const authResponse = body.bytes(body.uint8())
    const schema = body.cstring()
    const begun = { type: 'COM_CHANGE_USER', user, authResponse, schema } as const
    if (body.remaining === 0) return { ...begun, characterSet: undefined, plugin: '', attributes: [] }
    const characterSet = body.uint16Le()
    const plugin = has(capabilities, CLIENT.PLUGIN_AUTH) && body.remaining > 0 ? body.cstring() : ''
    const attributes = has(capabilities, CLIENT.CONNECT_ATTRS) && body.remaining > 0 ? readAttributes(body) : []
    return { ...begun, characterSet, plugin, attributes }
  },
  encode: (message, body, { capabilities }) => {
    body.cstring(message.user).uint8(message.authResponse.length).bytes(message.authResponse).cstring(message.schema)
    if (message.characterSet === undefined) return
    body.uint16Le(message.characterSet)
    if (has(capabilities, CLIENT.PLUGIN_AUTH)) body.cstring(message.plugin)
    if (has(capabilities, CLIENT.CONNECT_ATTRS)) writeAttributes(body, message.attributes)
  },
}
