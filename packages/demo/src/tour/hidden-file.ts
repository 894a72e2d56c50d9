import type { EngineStep } from './tour.ts'

/** What these servers run may stand in what looks like a comment. */
export const hiddenFile: EngineStep = {
  title: 'A comment that is none',
  only: 'mysql',
  run: async ({ readonly, direct }, screen) => {
    const { rows } = await direct.ask('SELECT @@secure_file_priv')
    const statement = `SELECT full_name, email FROM customers /*!50000 INTO OUTFILE '${rows[0]?.[0]}customers.csv' */`
    screen.say('MySQL and MariaDB run what stands between /*! and */. Sallyport reads it as the server would.')
    screen.command(readonly.prompt, `${statement};`)
    const refusal = await readonly.refusal(statement)
    screen.block(refusal?.lines ?? 'Query OK')
    const file = await direct.ask(`SELECT load_file('${rows[0]?.[0]}customers.csv')`)
    return [
      { promise: 'refused as a server refuses where a privilege is missing', held: refusal?.isDenial === true },
      { promise: 'no file was written', held: file.rows[0]?.[0] === null },
    ]
  },
}
