import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const silver = join(temporaryFolder('silver'), 'flights')
beforeAll(async () => expect(await contrail(['sample', silver, '--minutes', '4', '--rows-per-minute', '50'])).toMatchObject({ code: 0 }))

const replay = (folder: string, from = silver) => contrail(['replay', '--silver', from, '--gold', join(folder, 'gold'), '--checkpoints', join(folder, 'checkpoints')])

/** An empty folder outside, and a link to it in the place of `path`. */
function linkTo(folder: string, path: string): string {
  const outside = temporaryFolder('outside')
  mkdirSync(join(folder, path, '..'), { recursive: true })
  symlinkSync(outside, join(folder, path))
  return outside
}

test.each(['gold/flight_phase_counts/_delta_log', 'checkpoints/gold_aggregations/offsets', 'checkpoints/gold_aggregations/commits', 'checkpoints/gold_aggregations/state'])('%s that leads out is refused in a sentence, and nothing is written there', async (path) => {
  const folder = temporaryFolder('links')
  const outside = linkTo(folder, path)
  const { code, stderr } = await replay(folder)
  expect({ code, stderr, outside: readdirSync(outside) }).toEqual({ code: 1, stderr: expect.stringMatching(new RegExp(`^contrail: .*${basename(path)}.* a link that leads out of .*\n$`)) as string, outside: [] })
})

test('gold and checkpoints that are links themselves are where the user chose them to be', async () => {
  const folder = temporaryFolder('links')
  const [gold, checkpoints] = [linkTo(folder, 'gold'), linkTo(folder, 'checkpoints')]
  expect(await replay(folder)).toMatchObject({ code: 0, stderr: '' })
  expect([readdirSync(gold).sort(), readdirSync(checkpoints).length]).toEqual([['anomaly_alerts', 'flight_phase_counts'], 2])
})

test('a file of a plain folder that leads out is refused, and not passed over in silence', async () => {
  const folder = temporaryFolder('links')
  const files = readdirSync(silver, { recursive: true }).map(String).filter((name) => name.endsWith('.parquet') && !name.startsWith('_delta_log'))
  const plain = join(folder, 'plain')
  mkdirSync(plain)
  const outside = temporaryFolder('outside')
  for (const [i, name] of files.entries()) renameSync(join(silver, name), join(i === 0 ? outside : plain, `${i}.parquet`))
  symlinkSync(join(outside, '0.parquet'), join(plain, '0.parquet'))
  for (const { code, stderr } of [await replay(folder, plain), await contrail(['check', '--silver', plain])]) {
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`${join(plain, '0.parquet')} is, or lies behind, a link that leads out of ${plain}`) as string })
  }
})

test.each([['by month', 1], ['_hidden', 0]])('a folder of a plain folder that leads out, %s', async (name, code) => {
  const folder = temporaryFolder('links')
  const [plain, outside] = [join(folder, 'plain'), join(folder, 'outside')]
  expect(await contrail(['sample', plain, '--minutes', '4', '--rows-per-minute', '50'])).toMatchObject({ code: 0 })
  renameSync(join(plain, '_delta_log'), join(folder, 'log'))
  mkdirSync(outside)
  symlinkSync(outside, join(plain, name))
  const said = code === 0 ? '' : expect.stringContaining(`${join(plain, name)} is a link to a folder outside ${plain}, and what it holds would be missing`)
  expect(await replay(folder, plain)).toMatchObject({ code, stderr: said })
})
