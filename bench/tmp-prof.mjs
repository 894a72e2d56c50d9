import { startPostgresServers } from './path/postgres-servers.mjs'
import { run } from './path/command.mjs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
const mode = process.argv[2] ?? 'simple', clients = process.argv[3] ?? '8', secs = process.argv[4] ?? '8'
const s = await startPostgresServers((l) => console.error(l))
await run(join(s.bin,'pgbench'), ['-i','-q','-s','5'], s.direct)
const t = s.targets.find((x) => x.name === 'sallyport')
await run(join(s.bin,'pgbench'), ['-n','-S','-M',mode,'-c','8','-T','5'], t.env)
const cpu = (pid) => { const f = execFileSync('cat', [`/proc/${pid}/stat`],{encoding:'utf8'}).split(') ')[1].split(' '); return [Number(f[11])*10, Number(f[12])*10] }
if (process.argv[5]) { const { spawn } = await import('node:child_process'); for (const [k,p] of Object.entries(t.pids)) spawn('strace',['-c','-f','-p',String(p),'-o','/tmp/prof/strace.'+k],{stdio:'ignore'}); await new Promise(r=>setTimeout(r,1500)) }
const before = Object.fromEntries(Object.entries(t.pids).map(([k,p]) => [k, cpu(p)]))
const { out } = await run(join(s.bin,'pgbench'), ['-n','-S','-M',mode,'-c',clients,'-T',secs], t.env)
const n = Number(/transactions actually processed: (\d+)/.exec(out)?.[1])
for (const [k,p] of Object.entries(t.pids)) { const c = cpu(p); console.log(k, 'user us/stmt', ((c[0]-before[k][0])*1000/n).toFixed(0), 'sys', ((c[1]-before[k][1])*1000/n).toFixed(0)) }
console.log(out.match(/latency average.*|tps = .*/g).join(' '), n)
await s.stop()
