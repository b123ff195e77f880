import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { seriousViolations } from '#test/support/axe.ts'
import { expectGold } from '#test/support/compareScenario.ts'
import { contrail } from '#test/support/contrail.ts'
import { startFakeS3, type FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'
import { focused, tabTo } from '#test/support/keyboard.ts'
import { readScenario } from '#test/support/oracle.ts'
import { outcomeOf } from '#test/support/outcome.ts'
import { secretsBelow, secretsIn } from '#test/support/secrets.ts'
import { describeWorkbench, eventually, gridCount, reads, waitForBadge } from '#test/support/workbench.ts'

const keys = { accessKeyId: 'AKIADISTINCT7Q', secretAccessKey: 'dist/inct+secret=of tests 7Q', sessionToken: 'FwoGdistinct+token==7Q' }
const secrets = Object.values(keys)
const scenario = readScenario(join(repository, 'test/fixtures/oracle/notebook'))
const silver = 's3://lake/silver/flights'

let server: FakeS3
beforeEach(async () => {
  server = await startFakeS3({ buckets: ['lake'], publicBuckets: ['open'], credentials: keys })
  await server.putFolder('lake', 'silver/flights', join(scenario.folder, 'silver'))
  await server.putFolder('open', 'silver', join(scenario.folder, 'silver'))
})
afterEach(() => server.close())

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Connect to S3' })

/** Types the keys, as far as they are given. */
async function typeKeys(page: Page, { accessKeyId, secretAccessKey, sessionToken = '' }: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }): Promise<void> {
  const dialog = dialogOf(page)
  await dialog.getByRole('radio', { name: 'Keys' }).check()
  await dialog.getByLabel('Access key').fill(accessKeyId)
  await dialog.getByLabel('Secret key').fill(secretAccessKey)
  await dialog.getByLabel('Session token').fill(sessionToken)
}

/** Through the start screen up to the report of the check. */
async function connect(page: Page, address = silver): Promise<void> {
  await page.getByRole('button', { name: 'Connect to S3' }).click()
  const dialog = dialogOf(page)
  await dialog.getByLabel('Address').fill(address)
  await dialog.getByRole('radio', { name: 'Another server' }).check()
  await dialog.getByLabel('Endpoint').fill(server.endpoint)
  await dialog.getByLabel('Region').fill(server.region)
  await typeKeys(page, keys)
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('heading', { name: address }).waitFor()
}

const checkAgain = (page: Page): Promise<void> => page.getByRole('button', { name: 'Check again' }).click()

const passes = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start', exact: true }).waitFor()

describeWorkbench('S3 in a browser', (bench) => {
  test('by keyboard alone: typed keys, and a run with silver, gold and checkpoints in the bucket, to the gold of Spark; the keys are nowhere', async () => {
    const dataFolder = temporaryFolder('e2e-data')
    const page = await bench.open(dataFolder)
    const frames: Buffer[] = []
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(Buffer.from(payload))))
    await page.reload()
    await tabTo(page, focused(page, 'Connect to S3'))
    await page.keyboard.press('Enter')
    await dialogOf(page).waitFor()
    await page.keyboard.type('s3a://lake/silver/flights/')
    const type = async (label: string, text: string) => {
      await tabTo(page, focused(page, label))
      await page.keyboard.type(text)
    }
    await tabTo(page, focused(page, 'Amazon S3'))
    await page.keyboard.press('ArrowRight')
    await type('Endpoint', server.endpoint)
    await type('Region', server.region)
    await tabTo(page, focused(page, 'Found on this machine'))
    await page.keyboard.press('ArrowUp')
    await type('Access key', keys.accessKeyId)
    await type('Secret key', keys.secretAccessKey)
    await type('Session token', keys.sessionToken)
    await page.keyboard.press('Enter')
    await page.getByText(/^Credentials in use: the keys typed for this session\. Checked/).waitFor()
    await passes(page)
    // Back where it was opened from.
    await eventually(() => focused(page, 'Connect to S3')()).toBe(true)
    await page.getByRole('list', { name: 'Recent' }).getByRole('button', { name: silver }).getByText('S3, Delta v1, 1 file').waitFor()

    await tabTo(page, focused(page, 'Options'))
    await page.keyboard.press('Enter')
    await type('Gold folder', 's3://lake/gold')
    await type('Checkpoints folder', 's3://lake/checkpoints/')
    await page.keyboard.press('Enter')
    await waitForBadge(page, 'DONE')
    const folder = temporaryFolder('taken')
    for (const name of ['gold', 'checkpoints']) await server.takeFolder('lake', name, join(folder, name))
    for (const query of ['phase_counts', 'anomaly_alerts'] as const) await expectGold(scenario, { gold: join(folder, 'gold'), checkpoints: join(folder, 'checkpoints') }, query, bench.database)

    const strip = page.getByRole('region', { name: 'Status' })
    const usage = strip.getByRole('button', { name: /^S3: \d+ requests, [\d,]+ bytes received, [\d,]+ bytes sent$/ })
    const [requests] = (await reads(async () => (await usage.getAttribute('aria-label')) ?? '', (name) => Number(/\d+/.exec(name.slice(2))?.[0]) > 20)).match(/\d+ requests/)!
    expect(Number.parseInt(requests)).toBeLessThanOrEqual(server.requests.length)
    await eventually(() => usage.getAttribute('title')).toMatch(/^Since the run was opened\nRequests: \d+\nBytes received: [\d,]+\nBytes sent: [\d,]+$/)
    await strip.getByRole('button', { name: /^Source s3:\/\/lake\/silver\/flights Delta v1, S3$/ }).waitFor()

    expect(await page.evaluate<string>('document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage })').then((html) => secretsIn(Buffer.from(html), secrets))).toEqual([])
    expect(secretsBelow(dataFolder, secrets)).toEqual([])
    expect([frames.length > 10, frames.flatMap((frame) => secretsIn(frame, secrets))]).toEqual([true, []])
  })

  test('a public bucket is read without credentials, and a profile brings its server along', async () => {
    const folder = temporaryFolder('e2e-aws')
    const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')]
    writeFileSync(config, `[profile lake]\nendpoint_url = ${server.endpoint}\nregion = ${server.region}\n[profile plain]\n`)
    writeFileSync(credentials, `[lake]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\naws_session_token = ${keys.sessionToken}\n`)
    vi.stubEnv('AWS_CONFIG_FILE', config)
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', credentials)
    const page = await bench.open(temporaryFolder('e2e-data'))
    vi.unstubAllEnvs()
    const dialog = dialogOf(page)
    const begin = async (address: string) => {
      await page.getByRole('button', { name: 'Connect to S3' }).click()
      await dialog.getByLabel('Address').fill(address)
    }
    const end = async (address: string) => {
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
      await page.getByRole('heading', { name: address }).waitFor()
      await passes(page)
    }
    await begin(silver)
    await dialog.getByRole('radio', { name: 'A profile' }).check()
    await dialog.getByRole('combobox', { name: 'Profile' }).selectOption('plain')
    await dialog.getByRole('radio', { name: 'Amazon S3', checked: true }).waitFor()
    await dialog.getByRole('combobox', { name: 'Profile' }).selectOption('lake')
    await dialog.getByRole('radio', { name: `As the profile says ${server.endpoint}`, checked: true }).waitFor()
    expect(await seriousViolations(page)).toEqual([])
    await end(silver)
    await page.getByText(/^Credentials in use: the profile lake\./).waitFor()

    const open = 's3://open/silver'
    await begin(open)
    await dialog.getByRole('radio', { name: 'Another server' }).check()
    await dialog.getByLabel('Endpoint').fill(server.endpoint)
    await dialog.getByRole('radio', { name: 'None' }).check()
    await end(open)
    await page.getByText(/^Credentials in use: no keys\./).waitFor()
    await page.getByText(`${server.endpoint} has the bucket open, and is asked without keys.`).waitFor()
    expect(server.requests.filter(({ bucket, signed }) => bucket === 'open' && signed)).toEqual([])
    // The dialog remembers it.
    await begin(open)
    await dialog.getByRole('radio', { name: 'None', checked: true }).waitFor()
  })

  test('each thing that is wrong is said with what mends it; once it is gone, Check again passes', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    const steps = page.getByRole('list', { name: 'Steps' })
    const says = (step: string, text: RegExp): Promise<void> => steps.getByRole('listitem').filter({ hasText: `${step} failed` }).getByText(text).waitFor()
    await connect(page, 's3://later/silver')
    await says('Reachable', /^There is no bucket later on http:\S+: check its name, and the endpoint if it is not Amazon's\.$/)
    await eventually(() => page.getByRole('region', { name: 'Connection', exact: true }).innerText()).toMatch(/Server\s+http:\S+\s+Bucket\s+later\s+Credentials\s+the keys typed for this session/)
    server.createBucket('later')
    await checkAgain(page)
    await says('Reachable', /nothing lies below s3:\/\/later\/silver: check the address\.$/)
    await server.putFolder('later', 'silver', join(scenario.folder, 'silver'))
    await checkAgain(page)
    await passes(page)

    const wrongs: readonly (readonly [string, RegExp, () => (() => void | Promise<void>) | Promise<() => void | Promise<void>>])[] = [
      ['Listable', /^No permission to list s3:\/\/later\/silver with the keys typed for this session: they need s3:ListBucket; add it to their policy, or use others\.$/, () => server.fail({ on: { operation: 'ListObjectsV2' }, do: { kind: 'permissionLost' } })],
      ['Reachable', /^The session of the keys typed for this session has expired: give new keys, then check again\.$/, () => server.fail({ do: { kind: 'credentialsExpired' } })],
      ['Reachable', /does not answer as S3 does \(HTTP 200\): check the endpoint; the port of a web console is another one than that of S3\.$|does not answer as S3 does: check the endpoint/, () => server.fail({ do: { kind: 'foreignAnswer', status: 200, body: '<!doctype html><html><body>Console</body></html>', contentType: 'text/html' } })],
      ['Reachable', /^The clock of this machine is more than 15 minutes off that of http:\S+: set it \(or let the system set it\), then check again\.$/, () => server.fail({ do: { kind: 'error', code: 'RequestTimeTooSkewed' } })],
      ['Reachable', /^http:\S+ does not accept the secret key of the keys typed for this session: type the keys again\.$/, () => (server.acceptCredentials({ ...keys, secretAccessKey: 'another' }), () => server.acceptCredentials(keys))],
      ['Reachable', /cannot be reached, nothing listens there \(ECONNREFUSED\); check the network and the endpoint, then check again\.$/, async () => (await server.goDown(), () => server.comeBack())]
    ]
    for (const [step, text, happen] of wrongs) {
      const mend = await happen()
      await checkAgain(page)
      await says(step, text)
      await mend()
      await checkAgain(page)
      await passes(page)
    }
  })

  test('a connection is changed with everything but the keys filled in, and those that were typed stay', async () => {
    server.createBucket('abroad', { region: 'eu-south-9' })
    await server.putFolder('abroad', 'silver', join(scenario.folder, 'silver'))
    const page = await bench.open(temporaryFolder('e2e-data'))
    await connect(page, 's3://abroad/silver')
    await page.getByRole('list', { name: 'Steps' }).getByText(/^The bucket abroad is in the region eu-south-9, not in us-test-1: set the region to eu-south-9\.$/).waitFor()
    await page.getByRole('button', { name: 'Change the connection' }).click()
    const dialog = dialogOf(page)
    const values = await Promise.all(['Address', 'Endpoint', 'Region', 'Access key', 'Secret key', 'Session token'].map((label) => dialog.getByLabel(label).inputValue()))
    expect([...values, await dialog.getByRole('checkbox', { name: 'Path style' }).isChecked(), await dialog.getByRole('radio', { name: 'Keys' }).isChecked()]).toEqual(['s3://abroad/silver', server.endpoint, 'us-test-1', '', '', '', true, true])
    await dialog.getByText('For this session only: only the desktop app reaches the keychain of this system.').waitFor()
    await dialog.getByLabel('Region').fill('eu-south-9')
    await page.keyboard.press('Enter')
    await passes(page)
    // What is kept of a bucket comes with its name.
    await page.getByRole('button', { name: 'Connect to S3' }).click()
    await dialog.getByLabel('Address').fill('s3://abroad')
    await eventually(() => dialog.getByLabel('Region').inputValue()).toBe('eu-south-9')
    await dialog.getByRole('button', { name: 'Forget this connection' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Change the connection' }).click()
    await eventually(() => dialog.getByRole('radio', { name: 'Amazon S3' }).isChecked()).toBe(true)
  })

  test('credentials that expire in mid-run: told where one looks, new ones typed there, and the run goes on to all of its gold', async () => {
    const restarts = join(repository, 'test/fixtures/oracle/restarts/silver')
    const undisturbed = temporaryFolder('undisturbed')
    const replayed = contrail(['replay', '--silver', restarts, '--gold', join(undisturbed, 'gold'), '--checkpoints', join(undisturbed, 'checkpoints'), '--max-files-per-trigger', '1'])
    await server.putFolder('lake', 'restarts', restarts)
    const page = await bench.open(temporaryFolder('e2e-data'))
    await connect(page, 's3://lake/restarts')
    await page.getByText(/^Options/).click()
    await page.getByRole('textbox', { name: 'Files per trigger' }).fill('1')
    await page.getByRole('textbox', { name: 'Gold folder' }).fill('s3://lake/gold')
    await page.getByRole('textbox', { name: 'Checkpoints folder' }).fill('s3://lake/checkpoints')
    const off = server.onRequest({ on: { operation: 'PutObject', key: /commits\/3$/ }, after: () => server.refuseCredentials(keys.accessKeyId, 'expired') })
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'The run failed.' })
    await alert.getByText(/The session of the keys typed for this session has expired: give new keys, then start again; what is committed stays\./).waitFor()
    off()
    const second = { accessKeyId: 'AKIASECOND', secretAccessKey: 'a second one' }
    server.acceptCredentials(second)
    // As after a restart of the page: gold cannot be read now.
    await page.reload()
    await alert.getByRole('button', { name: 'Change the connection' }).click()
    await typeKeys(page, second)
    await page.keyboard.press('Enter')
    await dialogOf(page).waitFor({ state: 'hidden' })
    await alert.getByRole('button', { name: 'Try again' }).click()
    await waitForBadge(page, 'DONE')
    const folder = temporaryFolder('taken')
    for (const name of ['gold', 'checkpoints']) await server.takeFolder('lake', name, join(folder, name))
    expect(await replayed).toMatchObject({ code: 0 })
    const outcome = await outcomeOf(join(folder, 'gold'), join(folder, 'checkpoints'), bench.database)
    expect(outcome).toEqual(await outcomeOf(join(undisturbed, 'gold'), join(undisturbed, 'checkpoints'), bench.database))
    // The page has all of it too, also what could not be read when it was loaded.
    expect((await gridCount(page, 'Anomaly alerts')).of).toBe((outcome.anomaly_alerts as string[]).length)
    await page.getByRole('menuitem', { name: 'File', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Change the connection…' }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('a watch whose server is away says so where one looks, and goes on by itself when it is back', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    await connect(page)
    await page.getByRole('radio', { name: 'Watch' }).check()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const strip = page.getByRole('region', { name: 'Status' })
    await strip.getByText(/idle since/).waitFor()
    await server.goDown()
    const alert = page.getByRole('alert').filter({ hasText: 'The watch waits.' })
    await alert.getByText(/^The watch waits\. (Cannot \w+ s3:\/\/lake\/\S+: )?.*(cannot be reached|does not answer).* It tries again by itself/).waitFor()
    await strip.getByText(/waiting since/).waitFor()
    await alert.getByRole('button', { name: 'Change the connection' }).waitFor()
    await server.comeBack()
    await alert.waitFor({ state: 'hidden' })
    await strip.getByText(/idle since/).waitFor()
    await waitForBadge(page, 'WATCHING')
  })

  test('axe finds no serious violation in the dialog and the check, dark and light; Escape leads back', async () => {
    const page = await bench.open(temporaryFolder('e2e-data'))
    const button = page.getByRole('button', { name: 'Connect to S3' })
    await button.click()
    const dialog = dialogOf(page)
    await dialog.getByRole('radio', { name: 'Another server' }).check()
    await dialog.getByRole('radio', { name: 'Keys' }).check()
    expect(await seriousViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: 'The address is empty: write it as s3://bucket/folder.' }).waitFor()
    expect(await reads(() => focused(page, 'Address')(), Boolean)).toBe(true)
    await eventually(() => dialog.getByRole('alert').count()).toBe(4)
    expect(await seriousViolations(page), 'with what is wrong').toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await eventually(() => focused(page, 'Connect to S3')()).toBe(true)
    await page.getByRole('menuitem', { name: 'File', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Connect to S3…' }).click()
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    server.refuseCredentials(keys.accessKeyId, 'unknown')
    await connect(page)
    await page.getByRole('button', { name: 'Change the connection' }).waitFor()
    expect(await seriousViolations(page), 'a check that failed').toEqual([])
    server.acceptCredentials(keys)
    await checkAgain(page)
    await passes(page)
    expect(await seriousViolations(page), 'a check that passed').toEqual([])
  })
})
