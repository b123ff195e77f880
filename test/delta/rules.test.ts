import { expect, test } from 'vitest'
import { parsePartitionValue } from '#electron/delta/partitionValue.ts'
import { canonicalPath, decodePath, pathInTable } from '#electron/delta/path.ts'
import { checkProtocol } from '#electron/delta/protocolGate.ts'
import { parseSchema, type DeltaType } from '#electron/delta/schema.ts'
import { isWidening } from '#electron/delta/typeWidening.ts'
import { struct } from './handMade.ts'

test('Paths are decoded exactly once', () => {
  const paths = ['letter=%252F%252520%2525f/p%20q', 'a+b', '100%', '%zz%41', '%C3%A9', '%FF']
  expect(paths.map(decodePath)).toEqual(['letter=%2F%2520%25f/p q', 'a+b', '100%', '%zzA', 'é', '%FF'])
})

test('A file has one spelling', () => {
  const paths = ['a//b', './a/b', 'a/x/../b', '/t/a/b', 'file:/t/a/b', 'file:///t/a/b', '/u/a', 's3://bucket/a']
  expect(paths.map((path) => canonicalPath('/t', path))).toEqual(['a/b', 'a/b', 'a/b', 'a/b', 'a/b', 'a/b', '/u/a', 's3://bucket/a'])
})

test('A file in a bucket has one spelling, whoever wrote its table', () => {
  const paths = ['a/b', 's3://lake/t/a/b', 's3a://lake/t/a/b', 's3n://lake/t/a/b', 's3a://lake/other/a', 's3://elsewhere/t/a', '/t/a']
  expect(paths.map((path) => canonicalPath('s3://lake/t', path))).toEqual(['a/b', 'a/b', 'a/b', 'a/b', 's3://lake/other/a', 's3://elsewhere/t/a', '/t/a'])
  for (const path of [...paths.slice(4), 's3a://lake/t/../other/a', '../other/a', 's3://lake/tt/a', 'http://lake/t/a']) expect(() => pathInTable('s3://lake/t', path)).toThrow(/lies outside the table/)
})

test.each(['../a', 'a/../../b', '/other/a', 'file:///other/a', 's3://bucket/a', '/tt/a', '/t/../other/a'])('The file %s, outside of its table, is refused', (path) => {
  expect(() => pathInTable('/t', path)).toThrow(/lies outside the table/)
})

test('Only known reader features pass, and a refusal names table, feature and what is supported', () => {
  const protocol = (minReaderVersion: number, readerFeatures?: readonly string[]) => ({ minReaderVersion, minWriterVersion: 7, readerFeatures, writerFeatures: ['rowTracking'] })
  const verdict = (version: number, features?: readonly string[]): string => {
    try {
      checkProtocol(protocol(version, features), '/t')
      return 'read'
    } catch (error) {
      return String(error).replace(/^Fault: /, '').slice(0, 90)
    }
  }
  expect([
    verdict(1),
    verdict(2),
    verdict(3, ['columnMapping', 'deletionVectors', 'timestampNtz', 'timestampWithoutTimezone', 'v2Checkpoint', 'vacuumProtocolCheck', 'typeWidening', 'typeWidening-preview']),
    verdict(3, ['columnMapping', 'catalogManaged']),
    verdict(4),
    verdict(0),
    verdict(3)
  ]).toEqual([
    'read',
    'read',
    'read',
    '[DELTA_UNSUPPORTED_FEATURES_FOR_READ] /t needs the Delta reader feature "catalogManaged"; ',
    '[DELTA_INVALID_PROTOCOL_VERSION] /t needs a Delta reader of version 4; Contrail reads vers',
    '[DELTA_INVALID_PROTOCOL_VERSION] /t needs a Delta reader of version 0; Contrail reads vers',
    '[DELTA_INVALID_PROTOCOL_VERSION] /t has reader version 3 but lists no reader features: res'
  ])
})

test('Types may be widened as the protocol allows, and in no other way', () => {
  const allowed = ['byte long', 'short integer', 'float double', 'integer double', 'date timestamp_ntz', 'decimal(10,2) decimal(12,4)', 'integer decimal(10,0)', 'short decimal(12,2)', 'long decimal(20,0)', 'long decimal(24,4)']
  const refused = ['long integer', 'long double', 'double float', 'date timestamp', 'string long', 'decimal(10,2) decimal(11,4)', 'decimal(10,2) decimal(9,1)', 'integer decimal(10,1)', 'long decimal(19,0)', 'integer float']
  const judge = (pair: string) => isWidening(...(pair.split(' ') as [string, string]))
  expect({ allowed: allowed.filter((pair) => !judge(pair)), refused: refused.filter(judge) }).toEqual({ allowed: [], refused: [] })
})

test('Partition values are null, or of one spelling, or no value of their type', () => {
  const decimal: DeltaType = { kind: 'decimal', precision: 5, scale: 2 }
  const cases: [string | null, DeltaType, string | null | undefined][] = [
    [null, { kind: 'string' }, null],
    ['', { kind: 'string' }, null],
    ['', { kind: 'integer' }, null],
    [' x ', { kind: 'string' }, ' x '],
    ['TRUE', { kind: 'boolean' }, 'true'],
    ['yes', { kind: 'boolean' }, undefined],
    ['-128', { kind: 'byte' }, '-128'],
    ['128', { kind: 'byte' }, undefined],
    ['9223372036854775807', { kind: 'long' }, '9223372036854775807'],
    ['1.5', { kind: 'long' }, undefined],
    ['1e10', { kind: 'double' }, '1e10'],
    ['NaN', { kind: 'double' }, 'NaN'],
    ['-Infinity', { kind: 'float' }, '-Infinity'],
    ['one', { kind: 'double' }, undefined],
    ['123.45', decimal, '123.45'],
    ['123.4500', decimal, '123.4500'],
    ['1234.5', decimal, undefined],
    ['1.234', decimal, undefined],
    ['2020-02-29', { kind: 'date' }, '2020-02-29'],
    ['29.2.2020', { kind: 'date' }, undefined],
    ['2021-02-29', { kind: 'date' }, undefined],
    ['2020-13-01', { kind: 'date' }, undefined],
    ['+10000-01-01', { kind: 'date' }, '10000-01-01'],
    ['0000-12-31', { kind: 'date' }, '0001-12-31 (BC)'],
    ['-0004-03-01', { kind: 'date' }, '0005-03-01 (BC)'],
    ['+5881580-07-10', { kind: 'date' }, '5881580-07-10'],
    ['+5881580-07-11', { kind: 'date' }, undefined],
    ['+9999999-01-01', { kind: 'date' }, undefined],
    ['+30000-01-01 00:00:00', { kind: 'timestamp' }, '30000-01-01 00:00:00+00:00'],
    ['+294246-12-31 23:59:59.999999', { kind: 'timestamp' }, '294246-12-31 23:59:59.999999+00:00'],
    ['+294247-01-10 04:00:54.775807', { kind: 'timestamp' }, undefined],
    ['-290309-01-01 00:00:00', { kind: 'timestamp' }, undefined],
    ['-0004-01-01 00:00:00', { kind: 'timestamp_ntz' }, '0005-01-01 (BC) 00:00:00'],
    ['2020-02-30 00:00:00', { kind: 'timestamp' }, undefined],
    ['2020-01-01 10:11:12.123456', { kind: 'timestamp' }, '2020-01-01 10:11:12.123456+00:00'],
    ['2020-01-01T10:11:12.123Z', { kind: 'timestamp' }, '2020-01-01 10:11:12.123+00:00'],
    ['2020-01-01 10:11:12+0130', { kind: 'timestamp' }, '2020-01-01 10:11:12+01:30'],
    ['2020-01-01', { kind: 'timestamp' }, '2020-01-01 00:00:00+00:00'],
    ['2020-01-01 10:11:12', { kind: 'timestamp_ntz' }, '2020-01-01 10:11:12'],
    ['noon', { kind: 'timestamp' }, undefined],
    ['x', { kind: 'void' }, undefined]
  ]
  expect(cases.map(([value, type]) => [value, type, parsePartitionValue(value, type)])).toEqual(cases)
})

test('Physical names and ids are taken only where the table maps columns', () => {
  const schema = JSON.stringify(struct([{ name: 'a', type: struct([{ name: 'b', type: 'void', metadata: { 'delta.columnMapping.physicalName': 'col-2', 'delta.columnMapping.id': 2 } }]), metadata: { 'delta.columnMapping.physicalName': 'col-1', 'delta.columnMapping.id': 1 } }]))
  const names = (mode: 'none' | 'name' | 'id') =>
    parseSchema(schema, mode, 'a table').map(({ physicalName, fieldId, type }) => [physicalName, fieldId, type.kind === 'struct' ? type.fields.map((field) => [field.physicalName, field.fieldId, field.type.kind]) : undefined])
  expect([names('none'), names('name')]).toEqual([[['a', undefined, [['b', undefined, 'void']]]], [['col-1', 1, [['col-2', 2, 'void']]]]])
})

test('A type that is not known is refused, naming the column', () => {
  expect(() => parseSchema(JSON.stringify(struct([{ name: 'a', type: { type: 'array', elementType: struct([{ name: 'b', type: 'interval day' }]) } }])), 'none', '/t')).toThrow('/t: column a.element.b has the type interval day, which Contrail does not read')
})
