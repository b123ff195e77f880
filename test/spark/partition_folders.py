"""Asks Spark how it reads the names of partition folders and of files, and writes its answers to test/fixtures/spark/partition-folders.json.

Run by hand; no part of `npm test`. It needs Python with pyspark 3.5 and pyarrow, and Java 17. The fixture was made with Spark 3.5.7:

    python test/spark/partition_folders.py test/fixtures/spark/partition-folders.json
"""

import gzip, json, pathlib, re, sys, tempfile

import pyarrow as pa, pyarrow.parquet as pq
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master('local[1]')
    .config('spark.ui.enabled', 'false')
    .config('spark.driver.memory', '1g')
    .config('spark.sql.session.timeZone', 'UTC')
    .config('spark.sql.shuffle.partitions', '1')
    .getOrCreate()
)
spark.sparkContext.setLogLevel('OFF')
WORK = pathlib.Path(tempfile.mkdtemp(prefix='partition-folders-'))
made = 0


def folder():
    global made
    made += 1
    return WORK / str(made)


def put(path, v, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({'v': [v], **{name: [value] for name, value in columns.items()}}), path)


def refusal(error):
    text = str(error)
    for said in ['Conflicting directory structures', 'Conflicting partition column names', 'Empty partition column', 'COLUMN_ALREADY_EXISTS', 'is not a Parquet file']:
        if said in text:
            return said
    raise error


def ask(root):
    try:
        frame = spark.read.parquet(str(root))
        texts = frame.selectExpr('v', *[f'cast(`{name}` as string) as `{name}`' for name in frame.columns if name != 'v']).orderBy('v').collect()
        return dict(columns=[list(column) for column in frame.dtypes], rows=[list(row) for row in texts])
    except Exception as error:
        return dict(refused=refusal(error))


def of_values(*values):
    root = folder()
    for i, value in enumerate(values):
        put(root / f'p={value}' / 'f.parquet', i)
    answer = ask(root)
    return dict(values=values, type=answer['columns'][1][1], texts=[row[1] for row in answer['rows']])


def of_paths(*paths):
    root = folder()
    for i, path in enumerate(paths):
        path, columns = path if isinstance(path, tuple) else (path, {})
        put(root / path, i, **columns)
    return dict(files=[path if isinstance(path, tuple) else (path, {}) for path in paths], **ask(root))


def of_name(name):
    root = folder()
    put(root / 'a.parquet', 1)
    put(root / name, 2)
    return dict(name=name, rows=[row[0] for row in ask(root)['rows']])


def of_bytes(name, data):
    root = folder()
    put(root / 'm.parquet', 1)
    (root / name).write_bytes(data)
    return dict(name=name, **ask(root))


SINGLE = """1|007|+5|-5|2147483647|2147483648|-2147483649|9223372036854775807|9223372036854775808|-9223372036854775809|1e5|1E+3|1e400|1e38|1e39|1.5|1.0|.5|5.|.|-.5|+1.|-0|-0.0
1e-3|NaN|+NaN|-NaN|nan|Infinity|-Infinity|Infinityd|inf|1d|1f|1D|1L|0x10|0x1p3|0x1.8p1|-0x.8p-2|1_000|٣|１２|-٣|٣e2|٣.٠|true|false|null|NULL
2026-01-23|2026-1-3|2026-02-30|20260123|2026-01|2026|0001-01-01|10000-01-01|+10000-01-01|9999-12-31|0012-01-01|1582-10-10|1500-02-29|1900-02-29|2024-02-29
2026-01-23 12:00:00|2026-01-23 12%3A00%3A00|2026-01-23 12%3A00%3A00.5|2026-01-23 12%3A00%3A00.|2026-01-23 12%3A00%3A00.12|2026-01-23 12%3A00%3A00.123456
2026-01-23T12%3A00%3A00|2026-01-23T12%3A00%3A00Z|2026-01-23 12%3A00%3A00Z|2026-01-23 12%3A00%3A00+02%3A00|2026-01-23 12%3A00|2026-01-23 24%3A00%3A00|2026-01-23 23%3A59%3A60
2026-02-30 12%3A00%3A00|2026-1-3 1%3A2%3A3|2026-01-23%2012%3A00%3A00|12%3A00%3A00|2026%2D01%2D23|+10000-01-01 00%3A00%3A00|12345-01-01 00%3A00%3A00
%31|%zz|%|a%|a%4|a%41|100%25|C%C3%B4te|Côte|C%C3%B4te%20d%27Ivoire|Korea%2C Republic of|a%2Fb|a%00b|%E2%82%AC|x|a=b|x+y|x | y
__HIVE_DEFAULT_PARTITION__|__hive_default_partition__|%5F_HIVE_DEFAULT_PARTITION__|1 | 1|1.5 | 1.5|1%20
1999-12-31 00%3A00%3A00|0001-01-01 00%3A00%3A00|1582-10-10 00%3A00%3A00|9999-12-31 23%3A59%3A59.9|--1|+-1|+|-|1,5|1e|0e0|00|-00|+0|1.50|100000000000000000000.5|0.1
1e2147483648|1e-400|4.9e-324|1e309|-1e309|0E+10|0e39|12e-1|10e-1|120e-1|1.2e1|1.25e1""".replace('\n', '|').split('|') + ['1' * 38, '1' * 39, '0' * 40 + '5']
KINDS = ['1', '3000000000', '9223372036854775808', '1' * 38, '1.5', 'NaN', '2026-01-23', '2026-01-23 12%3A00%3A00', 'x', '__HIVE_DEFAULT_PARTITION__']
TOGETHER = [(a, b) for a in KINDS for b in KINDS if a < b] + [
    ('1', '2026-01-23', '2026-01-23 12%3A00%3A00'), ('1', '3000000000', '1.5'), ('0.5', '1', '3000000000'), ('007', '1', 'x'), ('1', '1e5'),
    ('1e5', '9223372036854775808'), ('1' * 38, '-1e5'), ('x', '%31'), ('+5', 'x', '1.50', '%41'), ('1', '2', '1.5', 'NaN'), ('2026-01-23', '2026-01-24', '__HIVE_DEFAULT_PARTITION__'),
]
TREES = [
    ('r.parquet', 'a=1/f.parquet'), ('sub/f.parquet', 'a=1/f.parquet'), ('a=1/sub/f.parquet', 'a=2/sub/f.parquet'), ('a=1/sub/f.parquet', 'a=2/f.parquet'),
    ('sub/a=1/f.parquet', 'sub/a=2/f.parquet'), ('sub/a=1/f.parquet', 'tub/a=2/f.parquet'), ('SUB/a=1/f.parquet', 'sub/a=2/f.parquet'), ('sub/f.parquet', 'sub/a=2/f.parquet'),
    ('a=1/sub/b=2/f.parquet',), ('a=1/sub/b=2/f.parquet', 'a=2/sub/b=2/f.parquet'),
    ('a=1/f.parquet', 'a=1/b=2/f.parquet'), ('a=1/b=1/f.parquet', 'a=2/f.parquet'), ('a=1/f.parquet', 'b=2/f.parquet'), ('a=1/b=2/f.parquet', 'b=2/a=1/f.parquet'),
    ('A=1/f.parquet', 'a=2/f.parquet'), ('a=1/B=1/f.parquet', 'A=2/b=2/f.parquet'), ('_a=1/f.parquet', '_a=2/f.parquet'), ('.a=1/f.parquet', 'a=2/f.parquet'),
    ('a=1/a=2/f.parquet',), ('a=1/A=2/f.parquet',), ('=1/f.parquet',), ('a=/f.parquet',), ('a=b=c/f.parquet', 'a=d/f.parquet'),
    ('my%20col=1/f.parquet',), ('a%3Db=1/f.parquet',), ('_temporary/a=1/f.parquet', 'a=2/f.parquet'), ('a=1/_temporary/f.parquet', 'a=2/f.parquet'),
    ('a=1._COPYING_/f.parquet', 'a=2/f.parquet'), ('a=1/f.parquet', '_b/x/f.parquet'), ('a=1.parquet',), ('year=2026/month=01/day=05/f.parquet', 'year=2026/month=11/day=23/f.parquet'),
    (('a=1/f.parquet', dict(a='x', b='y')), ('a=2/f.parquet', dict(a='z', b='y'))), (('A=1/f.parquet', dict(a='x', b='y')),), (('a=1/f.parquet', dict(a='x')), ('a=2/f.parquet', {})),
    (('a=2026-01-23/f.parquet', dict(b=1, a=5)),), (('a=x/f.parquet', dict(a=5, b=1)), ('a=1/f.parquet', dict(a=6, b=2))),
]
NAMES = """000000_0 a.parq b.snappy c.parquet.snappy D.PARQUET x.parquet.gz x.gz x.tmp x.parquet.tmp x.inprogress x.txt _x.parquet .x.parquet x._COPYING_ _x=1.parquet
x.crc _metadata _metadata.parquet x.crdownload x~ x.csv""".split()
whole = folder() / 'whole.parquet'
put(whole, 5)
good = whole.read_bytes()
BYTES = [('z.txt', b'this is a text'), ('z.parquet.gz', gzip.compress(good)), ('z', good[:200]), ('z.parquet', good[:200]), ('z.crc', b'crc'), ('_SUCCESS', b''), ('z.parquet', b'')]

answers = dict(
    spark=spark.version,
    values=[of_values(value) for value in SINGLE],
    together=[of_values(*values) for values in TOGETHER],
    trees=[of_paths(*paths) for paths in TREES],
    names=[of_name(name) for name in NAMES],
    bytes=[of_bytes(name, data) for name, data in BYTES],
)
lines = [f'"{key}": ' + (json.dumps(value) if key == 'spark' else '[\n' + ',\n'.join(json.dumps(one, ensure_ascii=False) for one in value) + '\n]') for key, value in answers.items()]
pathlib.Path(sys.argv[1]).write_text('{\n' + ',\n'.join(lines) + '\n}\n', encoding='utf-8')
