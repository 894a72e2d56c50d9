import {
  LEFT_TO_RIGHT,
  MAPPED_TO_NOTHING,
  NON_ASCII_SPACE,
  PROHIBITED,
  RIGHT_TO_LEFT,
  UNASSIGNED,
} from './generated/stringprep.ts'

/**
 * A password as SCRAM hashes it: prepared by SASLprep (RFC 4013), and as it stands when that is not possible. The server keeps verifiers
 * of such passwords too, made the same way (`pg_saslprep`), so refusing them would lock their owners out.
 */
export function saslprep(password: string): string {
  if (/^[\u0020-\u007e]*$/u.test(password)) return password
  return prepare(password) ?? password
}

function prepare(password: string): string | undefined {
  const tables = (loaded ??= loadTables())
  let mapped = ''
  for (const character of password) {
    const code = character.codePointAt(0) ?? 0
    if (tables.nonAsciiSpace(code)) mapped += ' '
    else if (!tables.mappedToNothing(code)) mapped += character
  }
  // RFC 4013 looks for prohibited characters behind the normalisation, the server before it; the server's verifier is what must be met.
  const codes = Array.from(mapped, (character) => character.codePointAt(0) ?? 0)
  const first = codes[0]
  const last = codes.at(-1)
  if (first === undefined || last === undefined) return undefined
  if (codes.some((code) => tables.prohibited(code) || tables.unassigned(code))) return undefined
  // RFC 3454, section 6: text with any right-to-left letter has no left-to-right one, and begins and ends with the former.
  if (codes.some(tables.rightToLeft)) {
    if (codes.some(tables.leftToRight) || !tables.rightToLeft(first) || !tables.rightToLeft(last)) return undefined
  }
  return mapped.normalize('NFKC')
}

type Contains = (code: number) => boolean

interface Tables {
  readonly unassigned: Contains
  readonly mappedToNothing: Contains
  readonly nonAsciiSpace: Contains
  readonly prohibited: Contains
  readonly rightToLeft: Contains
  readonly leftToRight: Contains
}

let loaded: Tables | undefined

/** Unpacked on the first password that is not plain ASCII; most never are. */
function loadTables(): Tables {
  return {
    unassigned: table(UNASSIGNED),
    mappedToNothing: table(MAPPED_TO_NOTHING),
    nonAsciiSpace: table(NON_ASCII_SPACE),
    prohibited: table(PROHIBITED),
    rightToLeft: table(RIGHT_TO_LEFT),
    leftToRight: table(LEFT_TO_RIGHT),
  }
}

function table(text: string): Contains {
  const ranges = text.split(' ').map((range) => {
    const [first = '', last = first] = range.split('-')
    return { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) }
  })
  return (code) => {
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ranges[middle]?.last ?? 0) < code) low = middle + 1
      else high = middle
    }
    return (ranges[low]?.first ?? Number.POSITIVE_INFINITY) <= code
  }
}
