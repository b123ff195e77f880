import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './folders.ts'

/** A folder like the built workbench, with a secret beside it and a link that leads there. */
export function makePage(): string {
  const parent = temporaryFolder('page')
  const folder = join(parent, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(parent, 'secret.txt'), 'secret')
  mkdirSync(join(parent, 'renderer-other'))
  writeFileSync(join(parent, 'renderer-other', 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Contrail</title>')
  writeFileSync(join(folder, '.hidden.txt'), 'hidden')
  writeFileSync(join(folder, 'assets', 'main-1.js'), 'export {}')
  writeFileSync(join(folder, 'assets', 'main-1.css'), 'body {}')
  writeFileSync(join(folder, 'assets', 'duckdb-1.wasm'), Uint8Array.of(0, 97, 115, 109))
  writeFileSync(join(folder, 'assets', 'main-1.js.map'), '{}')
  symlinkSync(join(parent, 'secret.txt'), join(folder, 'assets', 'link.txt'))
  return folder
}

/** Paths of a URL that must not lead out of the page's folder. */
export const waysOut = [
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/%252e%252e/secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/../renderer-other/secret.txt',
  '//etc/passwd',
  '/%2fetc%2fpasswd',
  '/assets/link.txt',
  '/.hidden.txt',
  '/assets/main-1.js%00.txt',
  '/%E0%A4%A',
  '/assets',
  '/assets/'
] as const

/** As the security checklist has it; `socket`: what the loopback server adds. */
export const expectedPolicy = (socket = ''): string =>
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  `connect-src 'self'${socket}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'`
