import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sallyport } from '../support/index.ts'

const directory = fileURLToPath(new URL('../../deploy/examples/', import.meta.url))
const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml') && !name.endsWith('.cases.yaml'))

test.each(examples)('the example %s is a configuration without a mistake', async (name) => {
  const env = {
    SALLYPORT_TOKEN: 'a-token-that-is-long-enough',
    SALLYPORT_AGENT_TOKEN: 'another-that-is-long-enough',
    DB_USER: 'app',
    DB_PASSWORD: 'secret',
  }
  const result = await sallyport(['dev', '--config', `${directory}${name}`, '--check'], env)
  expect(result).toMatchObject({ code: 0, stderr: '' })
})
