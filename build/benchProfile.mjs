// From samples of V8's profiler to functions of our sources.
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join, normalize } from 'node:path'
import { root } from './browser.mjs'

/** Functions that ran between two times of the profile (microseconds), by the time in them and in what they called. Milliseconds. */
export function functionsOf({ nodes, samples, timeDeltas, startTime }, from, to) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const own = new Map()
  const inclusive = new Map()
  let at = startTime
  for (let i = 0; i < samples.length; i++) {
    at += timeDeltas[i]
    if (at < from || at > to) continue
    const ms = (timeDeltas[i + 1] ?? timeDeltas[i]) / 1000
    const seen = new Set()
    for (let id = samples[i]; id !== undefined; id = parents.get(id)) {
      const name = nameOf(byId.get(id).callFrame)
      if (id === samples[i]) own.set(name, (own.get(name) ?? 0) + ms)
      if (!seen.has(name)) inclusive.set(name, (inclusive.get(name) ?? 0) + ms)
      seen.add(name)
    }
  }
  return { own: Object.fromEntries(own), inclusive: Object.fromEntries(inclusive) }
}

/** Sums over several tasks, the largest first. */
export function sumFunctions(all) {
  const sum = (pick) => {
    const total = new Map()
    for (const each of all) for (const [name, ms] of Object.entries(pick(each))) total.set(name, (total.get(name) ?? 0) + ms)
    return [...total].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms)
  }
  return { own: sum(({ own }) => own), inclusive: sum(({ inclusive }) => inclusive) }
}

const names = new Map()
const maps = new Map()

function nameOf({ functionName, url, lineNumber, columnNumber }) {
  const id = `${functionName} ${url} ${lineNumber} ${columnNumber}`
  if (!names.has(id)) names.set(id, placed(functionName || '(anonymous)', url, lineNumber, columnNumber))
  return names.get(id)
}

function placed(functionName, url, line, column) {
  if (url === '') return functionName
  const file = url.split('/').at(-1).replace(/\?.*/, '')
  const entry = mapOf(file)?.findEntry(line, column)
  if (entry?.originalSource === undefined) return `${functionName} ${file}:${line + 1}`
  const [, dependency] = /\/(node_modules\/.*)/.exec(entry.originalSource) ?? []
  const source = dependency ?? normalize(join('dist/renderer/assets', entry.originalSource))
  return `${source}:${entry.originalLine + 1} ${entry.name ?? functionName}`
}

function mapOf(file) {
  if (!maps.has(file)) {
    const path = join(root, 'dist/renderer/assets', `${file}.map`)
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined)
  }
  return maps.get(file)
}
