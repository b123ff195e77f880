import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileBacklog } from '#electron/transport/fileBacklog.ts'
import { temporaryFolder } from '#test/support/folders.ts'
import { randomFrom } from '#test/support/random.ts'

const message = (number: number, length = 10) => new Uint8Array(length).fill(number % 251)

function all(backlog: ReturnType<typeof fileBacklog>): Uint8Array[] {
  const taken: Uint8Array[] = []
  for (let next = backlog.take(); next; next = backlog.take()) taken.push(new Uint8Array(next))
  return taken
}

test('what waits comes out as it went in, however much there is, and the file is there only while it is needed', () => {
  const folder = join(temporaryFolder('backlog'), 'made')
  const backlog = fileBacklog(folder, 1000)
  const random = randomFrom(1)
  const put: Uint8Array[] = []
  const taken: Uint8Array[] = []
  for (let turn = 0; turn < 600; turn++) {
    if (random() < 0.6) {
      put.push(message(turn, Math.floor(random() * 300)))
      backlog.put(put.at(-1)!)
    } else {
      const next = backlog.take()
      if (next) taken.push(new Uint8Array(next))
    }
  }
  expect(readdirSync(folder)).toHaveLength(1)
  taken.push(...all(backlog))
  expect(taken).toEqual(put)
  expect(readdirSync(folder)).toEqual([])
})

test('of what is replaced only the last one comes, behind everything that is not', () => {
  const backlog = fileBacklog(temporaryFolder('backlog'), 25)
  backlog.putLatest('open', message(1))
  backlog.put(message(2))
  backlog.putLatest('status', message(3))
  backlog.putLatest('open', message(4))
  backlog.put(message(5))
  backlog.put(message(6))
  backlog.put(message(7))
  expect(all(backlog).map(([first]) => first)).toEqual([2, 5, 6, 7, 3, 4])
  expect(backlog.take()).toBeUndefined()
})

test('closed, it forgets all and leaves no file', () => {
  const folder = temporaryFolder('backlog')
  const backlog = fileBacklog(folder, 0)
  backlog.put(message(1))
  backlog.putLatest('open', message(2))
  backlog.close()
  expect([backlog.take(), readdirSync(folder)]).toEqual([undefined, []])
})
