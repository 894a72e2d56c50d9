import { text } from 'node:stream/consumers'

/** All of standard input, without the line end at its end. */
export async function readInput(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
