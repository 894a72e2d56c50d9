import { type Capabilities, CLIENT, has, hasExtended, MARIADB } from '../capabilities.ts'
import { MAX_PACKET_PAYLOAD } from '../framing/raw-packet.ts'
import type { Phase, Reply } from './table.ts'

/**
 * What a packet is, by its first byte (-1 when it is empty) and the length of its payload, or of its first packet: the same byte begins a row here, an
 * OK there. Spec: page_protocol_basic_ok_packet, "OK or EOF".
 */
export function classify(
  phase: Phase,
  firstByte: number,
  length: number,
  capabilities: Capabilities,
): Reply | undefined {
  if (firstByte === ERR) return 'ERR'
  switch (phase) {
    case 'Result':
    case 'InfileSent':
      if (firstByte === OK) return 'OK'
      if (phase === 'InfileSent' || firstByte === END || firstByte < 0) return undefined
      return firstByte === INFILE ? 'LocalInfileRequest' : 'ColumnCount'
    case 'Simple':
      return firstByte === OK ? 'OK' : firstByte === END ? 'End' : undefined
    case 'ColumnsEnd':
    case 'ParametersEnd':
    case 'PreparedColumnsEnd':
      return firstByte === END && length === EOF_BYTES ? 'EOF' : undefined
    case 'Rows':
    case 'Fetch':
      return isEnd(firstByte, length, capabilities) ? 'End' : 'Row'
    case 'Fields':
      return isEnd(firstByte, length, capabilities) ? 'End' : 'ColumnDefinition'
    case 'Columns':
    case 'Parameters':
    case 'PreparedColumns':
      return 'ColumnDefinition'
    case 'Prepare':
      return firstByte === OK ? 'PrepareOk' : undefined
    case 'Statistics':
      return 'Statistics'
    case 'Infile':
    case 'Local':
    case 'Done':
  }
  return undefined
}

/** Whether an ERR packet reports progress and ends nothing. */
export function isProgress(payload: Uint8Array, capabilities: Capabilities): boolean {
  return hasExtended(capabilities, MARIADB.PROGRESS) && payload[1] === 0xff && payload[2] === 0xff
}

/** 0xFE also begins a value of 16 MiB and more, in a packet that is full; and no EOF has nine bytes. */
function isEnd(firstByte: number, length: number, capabilities: Capabilities): boolean {
  return firstByte === END && length < (has(capabilities, CLIENT.DEPRECATE_EOF) ? MAX_PACKET_PAYLOAD : LEAST_LONG_VALUE)
}

/** The length of an EOF's payload. */
export const EOF_BYTES = 5
const LEAST_LONG_VALUE = 9
const OK = 0x00
const INFILE = 0xfb
const END = 0xfe
const ERR = 0xff
