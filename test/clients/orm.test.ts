import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/mysql2'
import { datetime, decimal, int, json, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours } from '../support/index.ts'
import { startMysqlClients, type MysqlClients } from './mysql-setup.ts'

const authors = mysqlTable('authors', {
  id: int().primaryKey().autoincrement(),
  name: varchar({ length: 50 }).notNull(),
  born: datetime({ mode: 'string' }),
})
const books = mysqlTable('books', {
  id: int().primaryKey().autoincrement(),
  authorId: int('author_id').notNull(),
  title: varchar({ length: 100 }).notNull(),
  price: decimal({ precision: 8, scale: 2 }).notNull(),
  tags: json().$type<readonly string[]>(),
})

describe.each(mysqlFlavours())('an ORM (drizzle) before %s', (flavour) => {
  let clients: MysqlClients

  beforeAll(async () => {
    clients = await startMysqlClients(flavour)
    await clients.mysql.query(`
      CREATE TABLE authors (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50) NOT NULL, born DATETIME);
      CREATE TABLE books (id INT PRIMARY KEY AUTO_INCREMENT, author_id INT NOT NULL, title VARCHAR(100) NOT NULL,
        price DECIMAL(8, 2) NOT NULL, tags JSON, FOREIGN KEY (author_id) REFERENCES authors (id))`)
  })

  afterAll(async () => {
    await clients?.stop()
  })

  it('inserts, joins, aggregates, updates, deletes, and runs transactions', async () => {
    const client = await createConnection({ ...clients.through('everything'), ssl: { ca: clients.ca } })
    const db = drizzle({ client })
    const [ann] = await db.insert(authors).values({ name: 'Ann', born: '1950-02-03 04:05:06' })
    const [bob] = await db.insert(authors).values({ name: 'Bob' })
    await db.insert(books).values([
      { authorId: ann.insertId, title: 'One', price: '10.50', tags: ['a', 'ü'] },
      { authorId: ann.insertId, title: 'Two', price: '20.00' },
      { authorId: bob.insertId, title: 'Three', price: '5.25' },
    ])
    const joined = await db
      .select({ title: books.title, name: authors.name, born: authors.born })
      .from(books)
      .innerJoin(authors, eq(books.authorId, authors.id))
      .where(and(gt(books.price, '6'), eq(authors.name, 'Ann')))
      .orderBy(desc(books.price))
    expect(joined.map(({ title, name }) => `${name}: ${title}`)).toEqual(['Ann: Two', 'Ann: One'])
    const sums = await db
      .select({ author: books.authorId, total: sql<string>`SUM(${books.price})` })
      .from(books)
      .groupBy(books.authorId)
      .orderBy(books.authorId)
    expect(sums.map(({ total }) => total)).toEqual(['30.50', '5.25'])
    await expect(
      db.transaction(async (inner) => {
        await inner.update(books).set({ price: '0' }).where(eq(books.authorId, ann.insertId))
        await inner.insert(books).values({ authorId: 99_999, title: 'Nobody’s', price: '1' })
      }),
    ).rejects.toMatchObject({ cause: { errno: 1452 } })
    await db.transaction(async (inner) => {
      await inner.delete(books).where(eq(books.title, 'Three'))
    })
    expect(await db.select({ title: books.title, price: books.price }).from(books).orderBy(books.id)).toEqual([
      { title: 'One', price: '10.50' },
      { title: 'Two', price: '20.00' },
    ])
    await client.end()
  })

  it('reads with prepared queries where only reading is allowed, and says why a change is refused', async () => {
    const client = await createConnection({ ...clients.through('readonly'), ssl: { ca: clients.ca } })
    const db = drizzle({ client })
    const byName = db
      .select()
      .from(authors)
      .where(eq(authors.name, sql.placeholder('name')))
      .prepare()
    expect(await byName.execute({ name: 'Ann' })).toMatchObject([{ name: 'Ann', born: '1950-02-03 04:05:06' }])
    expect(await byName.execute({ name: 'Nobody' })).toEqual([])
    await expect(db.delete(books)).rejects.toMatchObject({ cause: { errno: 1142, sqlState: '42000' } })
    expect(await db.select({ n: sql<number>`COUNT(*)` }).from(books)).toEqual([{ n: 2 }])
    await client.end()
  })
})
