import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Theory of operation. A process that is killed outright runs no handler, so it cannot end what it started. A tether
 * is a shell that reads, on a pipe, what this process owns: process ids and directories. While this process lives the
 * shell waits; when it dies, however it dies, the kernel closes the pipe, and the shell ends the processes and removes
 * the directories. One shell serves the whole process and does not keep it alive.
 */
export interface Tether {
  /** Ends `pid`, or the process group `-pid` (`signal`, five seconds later SIGKILL), when this process dies; call the result once it has ended. */
  process(pid: number, signal?: 'SIGINT' | 'SIGTERM'): () => void
  /** Removes `path` and all in it when this process dies; call the result once it is removed. */
  directory(path: string): () => void
}

/** The tether of this process. The shell starts with the first thing it is given. */
export const tether: Tether = {
  process: (pid, signal = 'SIGINT') => hold(`pid ${signal.slice(3)} ${pid}`),
  directory: (path) => {
    if (path.includes('\n')) throw new RangeError('a directory whose name holds a line break cannot be tethered')
    return hold(`dir ${path}`)
  },
}

const held = new Set<string>()
let shell: ChildProcess | undefined

function hold(line: string): () => void {
  held.add(line)
  tell(`+${line}\n`)
  return () => {
    if (held.delete(line)) tell(`-${line}\n`)
  }
}

function tell(text: string): void {
  if (shell === undefined) {
    const child = spawn('/bin/sh', ['-c', 'eval "$SALLYPORT_TETHER"', 'sallyport-tether'], {
      // By way of the environment, so that a list of processes shows a name and not the whole script.
      env: { PATH: process.env['PATH'], SALLYPORT_TETHER: SCRIPT },
      // A session of its own: Ctrl-C at the terminal reaches the whole foreground group, and must not reach this one.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    })
    child.unref()
    // A pipe that breaks means the shell is gone; the owner still cleans up in order, so nothing else is lost.
    child.stdin.on('error', () => {})
    child.on('error', () => {})
    if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
    shell = child
  }
  shell.stdin?.write(text)
}

// `read` fails at end of file, which is this process's death. Names may hold spaces, so only line breaks separate.
const SCRIPT = `
set -f
trap '' HUP INT TERM
nl='
'
IFS=$nl
pids= dirs=
without() { kept=; for each in $1; do [ "$each" = "$2" ] || kept="$kept$each$nl"; done; }
while IFS= read -r line; do
  case $line in
    '+pid '*) pids="$pids\${line#'+pid '}$nl" ;;
    '-pid '*) without "$pids" "\${line#'-pid '}"; pids=$kept ;;
    '+dir '*) dirs="$dirs\${line#'+dir '}$nl" ;;
    '-dir '*) without "$dirs" "\${line#'-dir '}"; dirs=$kept ;;
  esac
done
for each in $pids; do kill "-\${each% *}" "\${each#* }" 2>/dev/null; done
for each in $pids; do
  pid=\${each#* }
  turns=0
  while kill -0 "$pid" 2>/dev/null && [ $turns -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
  kill -KILL "$pid" 2>/dev/null
done
for dir in $dirs; do rm -rf -- "$dir"; done
`
