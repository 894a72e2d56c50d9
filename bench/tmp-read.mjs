import { execFileSync } from 'node:child_process'
const engine = process.argv[2], which = process.argv[3], n = Number(process.argv[4] ?? 6)
let s, client
if (engine === 'mysql') { s = await (await import('./path/mysql-servers.mjs')).startMysqlServers(undefined, () => {}); client = (await import('./path/mysql-client.mjs')).mysqlClient }
else { s = await (await import('./path/postgres-servers.mjs')).startPostgresServers(() => {}); client = (await import('./path/postgres-client.mjs')).postgresClient }
const session = await client.open(s.direct); await session.query(client.fill); await session.close()
const t = s.targets.find((x) => x.name === 'sallyport')
const env = which === 'masked' ? t.masked : t.env
const cpu = (pid) => { const f = execFileSync('cat', [`/proc/${pid}/stat`],{encoding:'utf8'}).split(') ')[1].split(' '); return [Number(f[11])*10, Number(f[12])*10] }
await client.bareRead(env, 'SELECT * FROM big')
const before = Object.fromEntries(Object.entries(t.pids).map(([k,p]) => [k, cpu(p)]))
const d = [], m = []
for (let i = 0; i < n; i++) { d.push(Math.round(await client.bareRead(s.direct, 'SELECT * FROM big'))); m.push(Math.round(await client.bareRead(env, 'SELECT * FROM big'))) }
for (const [k,p] of Object.entries(t.pids)) { const c = cpu(p); console.log(k, 'user ms/read', ((c[0]-before[k][0])/n).toFixed(0), 'sys', ((c[1]-before[k][1])/n).toFixed(0)) }
const med = (a) => a.toSorted((x,y)=>x-y)[a.length>>1]
console.log(engine, which, 'direct', med(d), 'ours', med(m), (med(m)/med(d)).toFixed(2), d.join(','), m.join(','))
await s.stop()
