// Writes src/mysql/catalogue/generated/characters.ts: what the bytes beyond ASCII are in the character sets of one byte, and which of them are parts of
// names, as live servers tell: a text is prepared for each byte, in a session of that character set. Nothing is executed.
//
//   MYSQL_DRIVER=… node packages/sql/scripts/mysql-characters.mjs MYSQL_URL MARIADB_URL
//
// The URLs are as mysql://user:password@127.0.0.1:3306. MYSQL_DRIVER is the path of mysql2's promise.js.
import { writeFileSync } from 'node:fs'

const SETS = `cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 greek hebrew koi8r koi8u latin1 latin2 latin5 latin7
  macroman`.split(/\s+/)
const BYTES = Array.from({ length: 128 }, (_, at) => at + 128)
const { default: driver } = await import(process.env['MYSQL_DRIVER'] ?? 'mysql2/promise')
// The driver sends bytes as they are, and does not learn that the server reads them in another character set.
const servers = await Promise.all(
  process.argv
    .slice(2, 4)
    .map((url) => driver.createConnection({ uri: url, charset: 'LATIN1_SWEDISH_CI', flags: ['-SESSION_TRACK'] })),
)

const written = {}
for (const set of SETS) {
  const found = []
  for (const server of servers) {
    await server.query(`SET character_set_client = ${set}`)
    const texts = await server.query(
      BYTES.map((byte) => `SELECT HEX(CONVERT(_${set} X'${hex([byte])}' USING utf16)) AS c`).join(' UNION ALL '),
    )
    const characters = texts[0].map(({ c }) =>
      c === '003F' || c.length !== 4 ? '\uFFFD' : String.fromCharCode(Number.parseInt(c, 16)),
    )
    const isPart = []
    for (const byte of BYTES) {
      isPart.push(
        (await prepares(server, `SELECT 1 AS a${String.fromCharCode(byte)}a`)) &&
          (await prepares(server, `SELECT 1 AS ${String.fromCharCode(byte)}`)),
      )
    }
    await server.query('SET character_set_client = latin1')
    found.push({ characters, isPart })
  }
  const [one, other] = found
  const differ = BYTES.filter(
    (_, at) => one.characters[at] !== other.characters[at] || one.isPart[at] !== other.isPart[at],
  )
  if (differ.length > 0) console.log(`${set}: the servers differ on ${hex(differ)}`)
  const same = one.characters.map((character, at) => (character === other.characters[at] ? character : '\uFFFD'))
  const all = same.map((character, at) => (same.indexOf(character) === at ? character : '\uFFFD'))
  const names = all.filter((character, at) => character !== '\uFFFD' && one.isPart[at] && other.isPart[at])
  written[set] = { all: all.join(''), names: names.join('') }
}
await Promise.all(servers.map((server) => server.end()))

const lines = Object.entries(written).map(
  ([set, { all, names }]) => `  ${set}: { all: '${escaped(all)}', names: '${escaped(names)}' },`,
)
writeFileSync(
  new URL('../src/mysql/catalogue/generated/characters.ts', import.meta.url),
  `// Written by scripts/mysql-characters.mjs; do not edit.

/** The characters of the bytes from 0x80 to 0xFF, U+FFFD for a byte that is none; and those of them that names may be made of without quotes. */
export const SINGLE_BYTE_CHARACTERS: Readonly<Record<string, { readonly all: string; readonly names: string }>> = {
${lines.join('\n')}
}
`,
)

async function prepares(server, text) {
  try {
    await (await server.prepare(text)).close()
    return true
  } catch (error) {
    if (error.errno === 1064) return false
    throw error
  } finally {
    server.unprepare(text)
  }
}

function hex(numbers) {
  return Buffer.from(numbers).toString('hex')
}

function escaped(text) {
  return text.replaceAll(
    /[\u0080-\u009f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\ue000-\uf8ff\ufffd]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
