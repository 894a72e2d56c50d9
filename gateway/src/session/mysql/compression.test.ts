import { CLIENT, encodeFrontend, encodePackets, type FrontendMessage } from '@sallyport/mysql-wire'
import { describe, expect, it } from 'vitest'
import { reply, setMysqlStage } from '../testdata/mysql-stage.ts'
import { clientLayer, type ClientLayer } from './compression.ts'

const packets = encodePackets(Buffer.alloc(100_000, 'sallyport '), 0)

describe.each([{ algorithm: 'zlib' }, { algorithm: 'zstd', level: 22 }] as const)('$algorithm', (compression) => {
  const layerOf = (maxFrameBytes = 1024 * 1024): ClientLayer => clientLayer(compression, maxFrameBytes)

  it('what one end wraps the other unwraps, however it is cut', () => {
    const wrapped = layerOf().wrap(packets)
    expect(wrapped.length).toBeLessThan(packets.length / 10)
    const layer = layerOf()
    layer.push(wrapped.subarray(0, 10))
    expect(layer.next()).toBeUndefined()
    layer.push(wrapped.subarray(10))
    expect(Buffer.compare(layer.next()!, packets)).toBe(0)
    expect(layer.next()).toBeUndefined()
  })

  it('counts frames on from those of the client', () => {
    const layer = layerOf()
    const command = layerOf().wrap(encodePackets(Uint8Array.of(14), 0))
    const hear = (): void => {
      layer.push(command)
      layer.next()
    }
    hear()
    expect([layer.wrap(packets)[3], layer.wrap(packets)[3]]).toEqual([1, 2])
    hear()
    expect(layer.wrap(packets)[3]).toBe(1)
  })

  it('a frame that says it becomes more than the bound is refused before anything is made of it', () => {
    const layer = layerOf(1024)
    layer.push(layerOf().wrap(packets))
    expect(() => layer.next()).toThrow(/beyond/)
  })

  it('a frame that is not what it says is malformed', () => {
    const wrapped = layerOf().wrap(packets)
    for (const size of [packets.length - 1, packets.length + 1]) {
      const lie = Uint8Array.from(wrapped)
      lie.set([size & 0xff, (size >> 8) & 0xff, size >> 16], 4)
      const layer = layerOf()
      layer.push(lie)
      expect(() => layer.next()).toThrow(expect.objectContaining({ code: 'malformed-message' }))
    }
    const layer = layerOf()
    layer.push(Uint8Array.of(3, 0, 0, 0, 9, 0, 0, 1, 2, 3))
    expect(() => layer.next()).toThrow(/cannot be decompressed/)
  })

  it('no frame is opened before the tunnel has taken what was in the last', async () => {
    const layer = layerOf(0xff_ffff)
    let opened = 0
    const next = (): Uint8Array | undefined => {
      const found = layer.next()
      if (found !== undefined) opened += 1
      return found
    }
    const stage = setMysqlStage({ layer: { ...layer, next }, narrow: true })
    const frame = (command: FrontendMessage): Uint8Array => layerOf().wrap(encodeFrontend(command, CONTEXT))
    stage.client(frame({ type: 'COM_STMT_PREPARE', query: Buffer.from('SELECT ?') }))
    stage.agent(
      reply({
        type: 'COM_STMT_PREPARE_OK',
        statementId: 1,
        columns: 0,
        parameters: 0,
        warnings: 0,
        metadataFollows: true,
      }),
    )
    await stage.disk.sync()
    stage.drained()
    const data = new Uint8Array(1_000_000)
    const long = frame({ type: 'COM_STMT_SEND_LONG_DATA', statementId: 1, parameter: 0, data })
    expect(long.length).toBeLessThan(2000)
    stage.client(...Array.from({ length: 50 }, () => long))
    expect(opened).toBe(2)
    stage.drained()
    expect(opened).toBe(3)
    expect(stage.failures).toEqual([])
  })
})

it('a session without compression passes bytes as they are', () => {
  const layer = clientLayer({ algorithm: 'none' }, 1024)
  expect(layer.wrap(packets)).toBe(packets)
  layer.push(packets)
  expect(layer.next()).toBe(packets)
})

const CONTEXT = { capabilities: { flags: CLIENT.PROTOCOL_41, extended: 0 }, shapeFor: () => undefined }
