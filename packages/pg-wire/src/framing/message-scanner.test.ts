import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { MessageScanner, type ScannerSink } from './message-scanner.ts'
import { anyStream, header, message, pieces } from './testdata/streams.ts'

const DATA_ROW = 0x44
const COPY_DATA = 0x64

/** Keeps what a scanner delivers, runs of the same type joined. */
class Recorder implements ScannerSink {
  readonly messages: Uint8Array[] = []
  readonly runs: { readonly tag: number; completed: number; readonly bytes: number[] }[] = []
  /** The order of everything: tags of messages, and of runs in small. */
  readonly order: string[] = []
  calls = 0
  readonly #streaming: ReadonlySet<number>

  constructor(streaming: readonly number[]) {
    this.#streaming = new Set(streaming)
  }

  readonly streams = (tag: number): boolean => this.#streaming.has(tag)

  readonly run = (bytes: Uint8Array, completed: number, tag: number): void => {
    this.calls += 1
    const last = this.runs.at(-1)
    if (this.order.at(-1) === `run ${tag}` && last !== undefined) {
      last.completed += completed
      last.bytes.push(...bytes)
    } else {
      this.runs.push({ tag, completed, bytes: [...bytes] })
      this.order.push(`run ${tag}`)
    }
  }

  readonly message = (raw: { readonly tag: number; readonly bytes: Uint8Array }): void => {
    this.messages.push(raw.bytes.slice())
    this.order.push(`message ${raw.tag}`)
  }
}

describe('MessageScanner', () => {
  test('rows that follow each other in a chunk are one run, a view of the chunk', () => {
    const rows = pieces([message(DATA_ROW, 3), message(DATA_ROW, 0), message(DATA_ROW, 9), message(0x43, 2)], [1000])
    const scanner = new MessageScanner({ maxMessageBytes: 100 })
    const views: Uint8Array[] = []
    const recorder = new Recorder([DATA_ROW])
    scanner.scan(rows[0]!, {
      streams: recorder.streams,
      message: recorder.message,
      run: (bytes, completed, tag) => {
        views.push(bytes)
        recorder.run(bytes, completed, tag)
      },
    })
    expect(views).toHaveLength(1)
    expect(views[0]?.buffer).toBe(rows[0]!.buffer)
    expect(recorder.runs).toMatchObject([{ tag: DATA_ROW, completed: 3 }])
    expect(recorder.order).toEqual([`run ${DATA_ROW}`, 'message 67'])
    expect(scanner.atBoundary).toBe(true)
  })

  test('a row of 1 GiB passes through with nothing assembled', () => {
    const scanner = new MessageScanner({ maxMessageBytes: 100 })
    const chunk = new Uint8Array(1 << 20)
    let passed = 0
    let completed = 0
    const sink: ScannerSink = {
      streams: () => true,
      run: (bytes, count) => {
        passed += bytes.length
        completed += count
      },
      message: () => expect.unreachable(),
    }
    scanner.scan(header(DATA_ROW, 1 << 30), sink)
    for (let index = 0; index < 1024; index += 1) scanner.scan(index === 1023 ? chunk.subarray(4) : chunk, sink)
    expect({ passed, completed }).toEqual({ passed: (1 << 30) + 1, completed: 1 })
    expect(scanner.atBoundary).toBe(true)
  })

  test('whether a type streams may change with every message before it', () => {
    const recorder = new Recorder([])
    let streaming = false
    const sink: ScannerSink = {
      streams: (tag) => streaming && tag === DATA_ROW,
      run: recorder.run,
      message: (raw) => {
        recorder.message(raw)
        streaming = raw.tag === 0x54
      },
    }
    const scanner = new MessageScanner({ maxMessageBytes: 100 })
    for (const chunk of pieces(
      [message(DATA_ROW, 1), message(0x54, 0), message(DATA_ROW, 1), message(0x43, 0), message(DATA_ROW, 1)],
      [1000],
    )) {
      scanner.scan(chunk, sink)
    }
    expect(recorder.order).toEqual(['message 68', 'message 84', 'run 68', 'message 67', 'message 68'])
  })

  test.each([3, -1, 0x7fff_ffff])(
    'length %i of an assembled message is malformed, before anything is allocated',
    (length) => {
      const scanner = new MessageScanner({ maxMessageBytes: 100 })
      expect(() => scanner.scan(header(0x54, length), new Recorder([]))).toThrow(MalformedMessageError)
      const split = new MessageScanner({ maxMessageBytes: 100 })
      split.scan(header(0x54, length).subarray(0, 2), new Recorder([]))
      expect(() => split.scan(header(0x54, length).subarray(2), new Recorder([]))).toThrow(MalformedMessageError)
    },
  )

  test('streamed messages have a bound of their own', () => {
    const scanner = new MessageScanner({ maxMessageBytes: 10, maxStreamedBytes: 1000 })
    scanner.scan(message(DATA_ROW, 995), new Recorder([DATA_ROW]))
    expect(scanner.atBoundary).toBe(true)
    expect(() => scanner.scan(message(DATA_ROW, 996), new Recorder([DATA_ROW]))).toThrow(MalformedMessageError)
    expect(() => scanner.scan(header(DATA_ROW, 3), new Recorder([DATA_ROW]))).toThrow(MalformedMessageError)
  })

  test('any split of a stream gives the same messages and the same runs', () => {
    fc.assert(
      fc.property(
        anyStream(),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
        fc.subarray([DATA_ROW, COPY_DATA]),
        (messages, sizes, streaming) => {
          const whole = new Recorder(streaming)
          const cut = new Recorder(streaming)
          const oneByOne = new Recorder(streaming)
          for (const bytes of messages) new MessageScanner({ maxMessageBytes: 10_000 }).scan(bytes, whole)
          const scanner = new MessageScanner({ maxMessageBytes: 10_000 })
          for (const chunk of pieces(messages, sizes)) scanner.scan(chunk, cut)
          const slow = new MessageScanner({ maxMessageBytes: 10_000 })
          for (const chunk of pieces(messages.slice(0, 3), [1])) slow.scan(chunk, oneByOne)
          expect(cut.messages).toEqual(whole.messages)
          expect(cut.runs).toEqual(whole.runs)
          expect(cut.order).toEqual(whole.order)
          expect(oneByOne.order).toEqual(whole.order.slice(0, oneByOne.order.length))
          expect(scanner.atBoundary).toBe(true)
        },
      ),
      { interruptAfterTimeLimit: 3000, numRuns: 200 },
    )
  })

  test('in any split of a stream, runs of whole messages and the assembled ones between them are all of it, in order', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (messages, sizes) => {
        const scanner = new MessageScanner({ maxMessageBytes: 10_000 })
        const delivered: Uint8Array[] = []
        for (const chunk of pieces(messages, sizes)) {
          scanner.scan(chunk, {
            streams: (tag) => (tag === DATA_ROW ? 'whole' : false),
            run: (bytes, completed, tag) => {
              expect(tag).toBe(DATA_ROW)
              const inside = split(bytes)
              expect(inside).toHaveLength(completed)
              delivered.push(...inside)
            },
            message: (raw) => delivered.push(raw.bytes.slice()),
          })
        }
        expect(delivered).toEqual(messages)
        expect(scanner.atBoundary).toBe(true)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 200 },
    )
  })

  test('a message of a run of whole messages has the bound of an assembled one', () => {
    const scanner = new MessageScanner({ maxMessageBytes: 10 })
    const sink: ScannerSink = { streams: () => 'whole', run: () => undefined, message: () => undefined }
    scanner.scan(message(DATA_ROW, 5), sink)
    expect(() => scanner.scan(message(DATA_ROW, 6), sink)).toThrow(MalformedMessageError)
  })
})

/** The messages that bytes are made of; fails when they are not whole. */
function split(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(at + 1)
    expect(end).toBeLessThanOrEqual(bytes.length)
    found.push(bytes.slice(at, end))
    at = end
  }
  return found
}
