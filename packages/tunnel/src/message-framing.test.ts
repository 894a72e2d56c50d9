import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageDecoder, writePrefix } from './message-framing.ts'

test('any split of a stream gives the same messages', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 })
  const cuts = fc.array(fc.nat(3000), { maxLength: 20 })
  fc.assert(
    fc.property(messages, cuts, (messages, cuts) => {
      const stream = Buffer.concat(messages.map(framed))
      const edges = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
      const decoder = new MessageDecoder(300)
      const got: string[] = []
      for (let i = 1; i < edges.length; i++) {
        decoder.push(stream.subarray(edges[i - 1], edges[i]))
        got.push(...drain(decoder))
      }
      expect(got).toEqual(messages.map((message) => Buffer.from(message).toString('hex')))
    }),
    { interruptAfterTimeLimit: 1_000 },
  )
})

test('messages that may come in parts are all there, in order, whatever the split', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 })
  const cuts = fc.array(fc.nat(3000), { maxLength: 20 })
  fc.assert(
    fc.property(messages, cuts, (messages, cuts) => {
      const stream = Buffer.concat(messages.map(framed))
      const edges = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
      // Those that begin with an even byte may: their head is that byte.
      const mayBeCut = (message: Uint8Array): boolean => message.length > 0 && (message[0] as number) % 2 === 0
      const decoder = new MessageDecoder(300, (head) => (mayBeCut(head) ? 1 : undefined))
      const got: number[] = []
      const whole: string[] = []
      for (let i = 1; i < edges.length; i++) {
        decoder.push(stream.subarray(edges[i - 1], edges[i]))
        for (let next = decoder.next(); typeof next !== 'string'; next = decoder.next()) {
          const isWhole = !decoder.isPart
          got.push(...(isWhole && mayBeCut(next) ? next.subarray(1) : next))
          if (isWhole && !mayBeCut(next)) whole.push(hex(next))
        }
      }
      expect(whole).toEqual(messages.filter((message) => !mayBeCut(message)).map(hex))
      expect(got).toEqual(messages.flatMap((message) => [...(mayBeCut(message) ? message.subarray(1) : message)]))
    }),
    { interruptAfterTimeLimit: 1_000 },
  )
})

test('a message beyond the limit is refused by its prefix, before anything of it is kept', () => {
  const decoder = new MessageDecoder(100)
  decoder.push(Buffer.from([0, 0, 0, 0, 101]))
  expect(decoder.next()).toBe('too-large')
  const largest = new MessageDecoder(2 ** 31)
  largest.push(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))
  expect(largest.next()).toBe('too-large')
})

test('a compressed message is refused', () => {
  const decoder = new MessageDecoder(100)
  decoder.push(Buffer.from([1, 0, 0, 0, 0]))
  expect(decoder.next()).toBe('compressed')
})

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5)
  writePrefix(prefix, message.length)
  return Buffer.concat([prefix, message])
}

function* drain(decoder: MessageDecoder): Generator<string> {
  for (let message = decoder.next(); typeof message !== 'string'; message = decoder.next()) {
    yield Buffer.from(message).toString('hex')
  }
}
