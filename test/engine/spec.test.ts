import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '#test/support/folders.ts'

const rules = [...readFileSync(join(repository, 'shared/engine/SPEC.md'), 'utf8').matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, id]) => id!)

function citationsIn(folder: string): Set<string> {
  const texts = readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(repository, folder, name), 'utf8'))
  // Where a title begins with ids, or a comment says SPEC.
  return new Set(texts.flatMap((text) => [...text.matchAll(/(?:SPEC |['"`])((?:[A-Z]\d{1,2},? )*[A-Z]\d{1,2})(?![\w:])/g)].flatMap(([, ids]) => ids!.match(/[A-Z]\d+/g) ?? [])))
}

test('every rule of SPEC.md is cited by a test, and no rule is cited that is not there', () => {
  const cited = citationsIn('test')
  expect({ uncited: rules.filter((rule) => !cited.has(rule)), unknown: [...cited, ...citationsIn('shared'), ...citationsIn('electron')].filter((id) => /^[WTLECKABORGP]\d+$/.test(id) && !rules.includes(id)) }).toEqual({ uncited: [], unknown: [] })
})
