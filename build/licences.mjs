// Which packages of others are in what is built, with the texts of their licences: dist/licences.json, which the workbench shows.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagedPaths, readLock } from './packaged.mjs'

/** All packages that npm installs for others than developers, as far as they are installed here: those of other systems are not. */
export function thirdParties(root) {
  const paths = packagedPaths(readLock(root)).filter((path) => existsSync(join(root, path, 'package.json')))
  const found = paths.map((path) => describe(join(root, path)))
  const once = new Map(found.map((licence) => [`${licence.name} ${licence.version}`, licence]))
  return [...once.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

export function writeLicences(root) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist/licences.json'), JSON.stringify(thirdParties(root)))
}

function describe(folder) {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const licence = typeof license === 'string' ? license : (license?.type ?? 'not said')
  const texts = textsIn(folder)
  return { name, version, licence, text: texts.length > 0 ? texts.join('\n\n') : withoutText({ licence, author, repository }) }
}

/** Licence first, then notices; echarts has those of what it took over in a folder. */
function textsIn(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|copyright)/i.test(name)).sort((a, b) => Number(/^notice/i.test(a)) - Number(/^notice/i.test(b)) || (a < b ? -1 : 1))
  const files = names.flatMap((name) => (statSync(join(folder, name)).isDirectory() ? readdirSync(join(folder, name)).map((inner) => join(name, inner)) : [name]))
  return files.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
}

function withoutText({ licence, author, repository }) {
  const by = typeof author === 'string' ? author : author?.name
  const from = typeof repository === 'string' ? repository : repository?.url
  return [`The package brings no text of its licence. Its package.json says: licence ${licence}`, ...(by ? [`author ${by}`] : []), ...(from ? [`repository ${from}`] : [])].join('; ') + '.'
}
