import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFolder } from '#electron/host/listFolder.ts'
import { revealCommand, revealFile } from '#electron/host/revealFile.ts'
import { temporaryFolder } from '#test/support/folders.ts'

describe('listFolder', () => {
  test('gives folders as people sort them, links to folders too, and tells tables', async () => {
    const folder = temporaryFolder('list')
    for (const name of ['b10', 'b9/metadata', 'A', '.hidden', 'flights/_delta_log', 'hudi/.hoodie', 'ice/metadata', 'not/a/table']) mkdirSync(join(folder, name), { recursive: true })
    for (const file of ['file', 'not/_delta_log', 'ice/metadata/00000-ab.metadata.json', 'b9/metadata/notes.json']) writeFileSync(join(folder, file), '')
    symlinkSync(join(folder, 'flights'), join(folder, 'link'))
    symlinkSync(join(folder, 'file'), join(folder, 'link to a file'))
    symlinkSync(join(folder, 'nothing'), join(folder, 'broken link'))
    expect(await listFolder(`${folder}/`)).toEqual({
      path: folder,
      parent: dirname(folder),
      table: null,
      folders: [
        { name: 'A', table: null },
        { name: 'b9', table: null },
        { name: 'b10', table: null },
        { name: 'flights', table: 'Delta' },
        { name: 'hudi', table: 'Hudi' },
        { name: 'ice', table: 'Iceberg' },
        { name: 'link', table: 'Delta' },
        { name: 'not', table: null }
      ]
    })
  })

  test('names the table that a folder is or lies in, behind links too', async () => {
    const folder = temporaryFolder('list')
    mkdirSync(join(folder, 'flights/_delta_log'), { recursive: true })
    mkdirSync(join(folder, 'flights/day=1/hour=2'), { recursive: true })
    symlinkSync(join(folder, 'flights/day=1'), join(folder, 'today'))
    const flights = { format: 'Delta', path: join(folder, 'flights') }
    const tables = await Promise.all(['flights', 'flights/day=1/hour=2', 'today', '.'].map(async (name) => (await listFolder(join(folder, name))).table))
    expect(tables).toEqual([flights, flights, flights, null])
  })

  test('begins at home, and ends at the root', async () => {
    expect([(await listFolder()).path, (await listFolder(' ')).path, (await listFolder('/')).parent]).toEqual([homedir(), homedir(), null])
  })

  test('gives 2,000 folders at most', async () => {
    const folder = temporaryFolder('list')
    for (let i = 0; i < 2010; i++) mkdirSync(join(folder, `f${i}`))
    const { folders } = await listFolder(folder)
    expect([folders.length, folders[0]?.name, folders.at(-1)?.name]).toEqual([2000, 'f0', 'f1999'])
  })

  test('names a folder that is not there, and a file in its place', async () => {
    const folder = temporaryFolder('list')
    writeFileSync(join(folder, 'file'), '')
    const said = await Promise.all(['none', 'file', 'file/deeper'].map((name) => listFolder(join(folder, name)).then(() => '', (error: unknown) => (error as Error).message.replaceAll(folder, 'FOLDER'))))
    expect(said).toEqual([
      'FOLDER/none is not there: check the path',
      'FOLDER/file is a file: choose the folder that holds it',
      'FOLDER/file/deeper is not there, because a part of the path is a file: check the path'
    ])
  })
})

describe('revealFile', () => {
  const command = (program: string) => ({ commandFor: (file: string) => ({ program, args: [file] }) })

  test('opens the folder of an exported file, without a shell', async () => {
    const file = join(temporaryFolder('reveal'), 'a; b.csv')
    writeFileSync(file, '')
    await expect(revealFile(file, { exported: new Set([file]), ...command('true') })).resolves.toBeUndefined()
    expect([revealCommand('/x/a b.csv', 'linux'), revealCommand('/x/a b.csv', 'darwin'), revealCommand('C:\\x\\a.csv', 'win32')]).toEqual([
      { program: 'xdg-open', args: ['/x'] },
      { program: 'open', args: ['-R', '/x/a b.csv'] },
      { program: 'explorer.exe', args: ['/select,C:\\x\\a.csv'] }
    ])
  })

  test('opens nothing else, and says where there is no file manager', async () => {
    const folder = temporaryFolder('reveal')
    const file = join(folder, 'a.csv')
    writeFileSync(file, '')
    const gone = join(folder, 'gone.csv')
    await expect(revealFile('/etc/passwd', { exported: new Set([file]), ...command('true') })).rejects.toThrow('/etc/passwd was not exported')
    await expect(revealFile(gone, { exported: new Set([gone]), ...command('true') })).rejects.toThrow(`${gone} is not there any more`)
    await expect(revealFile(file, { exported: new Set([file]), ...command('no such program') })).rejects.toThrow(`no file manager to open on this machine (no such program): the file is ${file}`)
  })
})
