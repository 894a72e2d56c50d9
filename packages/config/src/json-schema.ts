import { z } from 'zod'
import { agentFile, devFile, gatewayFile } from './load.ts'
import { casesFile } from './shape/cases.ts'

/** JSON Schemas of the files, by the name of the schema's own file: for editors, which check and complete with them. */
export function jsonSchemas(): Readonly<Record<string, unknown>> {
  return {
    'gateway.schema.json': schemaOf(gatewayFile, 'A Sallyport gateway'),
    'agent.schema.json': schemaOf(agentFile, 'A Sallyport agent'),
    'cases.schema.json': schemaOf(casesFile, 'Cases of a Sallyport policy'),
    'dev.schema.json': schemaOf(devFile, 'A Sallyport gateway and agent in one file'),
  }
}

function schemaOf(shape: z.ZodType, title: string): unknown {
  const schema = z.toJSONSchema(shape, { target: 'draft-07', io: 'input' })
  return { title, ...schema }
}
