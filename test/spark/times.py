"""Records what Spark makes of times that are not timestamps, and of a factor over columns that are not numbers.

Run by hand; no part of `npm test`. It needs Python with pyspark 3.5 and Java 17:

    python test/spark/times.py --to test/fixtures/spark

`time-texts.jsonl`: texts cast to a timestamp in a session time zone, as microseconds since 1970; `today`: Spark has put the date of
the day before a time that has none. `time-numbers.jsonl`: numbers cast to a timestamp, as seconds.
`time-locals.jsonl`: timestamp_ntz cast to a timestamp in a session time zone. `factors.jsonl`: columns cast to double and multiplied; `refused`: Spark does not cast them.
"""

import argparse, json, math, pathlib, random

from pyspark.sql import SparkSession

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument('--to', required=True, type=pathlib.Path)
options = arguments.parse_args()
spark = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').config('spark.driver.memory', '1g').getOrCreate()
spark.sparkContext.setLogLevel('OFF')


def zone(name):
    spark.conf.set('spark.sql.session.timeZone', name)


def write(name, rows):
    (options.to / name).write_text(''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in rows), encoding='utf-8')


def ask(values, type_, expression):
    """The answers of an expression over `v`, in order."""
    frame = spark.createDataFrame(list(enumerate(values)), f'i int, v {type_}')
    return [row[0] for row in frame.orderBy('i').selectExpr(expression).collect()]


random.seed(20260123)
TEXTS = [
    # dates alone
    '2026-01-23', '2026-1-3', '2026-01', '2026-1', '2026', '02026', '99999', '294247', '294248', '1234567', '026', '26', '2026-', '2026-01-', '2026-13', '2026-00-01', '2026-02-29', '2024-02-29',
    '1900-02-29', '2000-02-29', '2026-04-31', '2026-01-32', '2026-001-01', '20260123', '2026/01/23', '23.01.2026', '01/23/2026', '0001-01-01', '0000-01-01', '-0001-01-01', '+2026-01-23', '-2026-01-23',
    '1582-10-10', '1969-12-31', '-', '+', '', ' ', 'T', 'Z', 'ground', 'null', 'NaN', 'infinity', 'epoch', 'now', 'today', 'yesterday', '1769169600', '1769169600.5', '1769169600000', '0', '1e9',
    # date and time
    '2026-01-23 12:05', '2026-01-23 12', '2026-01-23 12:', '2026-01-23 ', '2026-01-23T', '2026-01-23T12', '2026-01-23T12:05', '2026-01-23T12:05:00', '2026-01-23t12:05:00', '2026-01-23  12:05:00',
    '2026-01-23T12:5:0', '2026-01-23 1:2:3', ' 2026-1-3 1:2:3 ', '\t2026-01-23 12:05:00\n', '\u00a02026-01-23', '\u20032026-01-23', '\ufeff2026-01-23', '2026-01-23\u0000', '\x7f2026-01-23\x1f',
    '2026-01-23T24:00:00', '2026-01-23T23:59:60', '2026-01-23T23:60:00', '2026-01-23T25:00:00', '2026-01-23T12:05:61', '2026-01-23T012:05:00', '2026-01-23T12:005:00', '2026-01-23_12:05:00', '2026-01-23,12:05:00',
    '2026-01-23 12:05:00 PM', '2026-01-23 12:05 PM', '2026-01-23T120500', '20260123T120500Z', '2026-W04-5', '2026-023', 'Fri Jan 23 12:05:00 2026', 'Fri, 23 Jan 2026 12:05:00 GMT', '2026-01-23-12:05:00',
    # fractions
    '2026-01-23T12:05:00.', '2026-01-23T12:05:00.1', '2026-01-23T12:05:00.12', '2026-01-23T12:05:00.123', '2026-01-23T12:05:00.1234', '2026-01-23T12:05:00.12345', '2026-01-23T12:05:00.123456',
    '2026-01-23T12:05:00.1234567', '2026-01-23T12:05:00.123456789', '2026-01-23T12:05:00.9999999', '2026-01-23T12:05:00.1234567890123456789012', '2026-01-23T12:05:00,123', '2026-01-23T12:05.5', '2026-01-23T12.5',
    '1969-12-31T23:59:59.9999999', '2026-01-23T12:05:00.123456789Z', '2026-01-23T12:05:00.Z', '2026-01-23T12:05:00..5', '2026-01-23T12:05:00.5.5', '2026-01-23T12:05:00.12 34', '2026-01-23T12:05:00.1a',
    # zones
    '2026-01-23T12:05:00Z', '2026-01-23T12:05:00z', '2026-01-23T12:05:00 Z', '2026-01-23T12:05:00  Z ', '2026-01-23T12:05Z', '2026-01-23T12Z', '2026-01-23Z', '2026-01-23T12:05:00+02:00', '2026-01-23T12:05:00-02:00',
    '2026-01-23T12:05:00+02', '2026-01-23T12:05:00+2', '2026-01-23T12:05:00+0200', '2026-01-23T12:05:00+200', '2026-01-23T12:05:00+2:00', '2026-01-23T12:05:00+02:0', '2026-01-23T12:05:00+2:0', '2026-01-23T12:05:00+2:5',
    '2026-01-23T12:05:00+02:30:15', '2026-01-23T12:05:00+023015', '2026-01-23T12:05:00+02:30:5', '2026-01-23T12:05:00+18:00', '2026-01-23T12:05:00+18:01', '2026-01-23T12:05:00-18:00', '2026-01-23T12:05:00+19:00',
    '2026-01-23T12:05:00+02:60', '2026-01-23T12:05:00+02:59', '2026-01-23T12:05:00+', '2026-01-23T12:05:00-', '2026-01-23T12:05:00+02:', '2026-01-23T12:05:00 +02:00', '2026-01-23T12:05:00+ 02:00', '2026-01-23T12:05:00+02:00Z',
    '2026-01-23T12:05:00\u221202:00', '2026-01-23T12:05:00+00:00', '2026-01-23T12:05:00-00:00', '2026-01-23T12:05:00+02:00:00', '2026-01-23T12:05:00.5+02:00', '2026-01-23T12:05:00.123456789-0330',
    '2026-01-23T12:05:00UTC', '2026-01-23T12:05:00 UTC', '2026-01-23T12:05:00utc', '2026-01-23T12:05:00GMT', '2026-01-23T12:05:00UT', '2026-01-23T12:05:00UTC+1', '2026-01-23T12:05:00UTC+01', '2026-01-23T12:05:00UTC+01:30',
    '2026-01-23T12:05:00UTC-0130', '2026-01-23T12:05:00GMT+1', '2026-01-23T12:05:00GMT-01:00', '2026-01-23T12:05:00UT+1', '2026-01-23T12:05:00UT-1:00', '2026-01-23T12:05:00UTC1', '2026-01-23T12:05:00UTC+25', '2026-01-23T12:05:00UTCZ', '2026-01-23T12:05:00GMT0',
    '2026-01-23T12:05:00 UTC +1', '2026-01-23T12:05:00UTC+', '2026-01-23T12:05:00 Europe/Berlin', '2026-07-23T12:05:00 Europe/Berlin', '2026-01-23T12:05:00Europe/Berlin', '2026-01-23T12:05:00[Europe/Berlin]',
    '2026-01-23T12:05:00+01:00[Europe/Berlin]', '2026-01-23T12:05:00 europe/berlin', '2026-01-23T12:05:00 Europe/Nowhere', '2026-07-23T12:05:00 America/New_York', '2026-01-23T12:05:00 US/Pacific', '2026-01-23T12:05:00 EST',
    '2026-07-23T12:05:00 EST', '2026-07-23T12:05:00 EST5EDT', '2026-07-23T12:05:00 CST', '2026-07-23T12:05:00 PST', '2026-07-23T12:05:00 BST', '2026-07-23T12:05:00 IST', '2026-07-23T12:05:00 JST', '2026-07-23T12:05:00 CET', '2026-07-23T12:05:00 MEZ',
    '2026-07-23T12:05:00 MST', '2026-07-23T12:05:00 HST', '2026-07-23T12:05:00 PDT', '2026-07-23T12:05:00 Etc/GMT-2', '2026-07-23T12:05:00 Zulu', '2026-07-23T12:05:00 Asia/Kolkata', '2026-07-23T12:05:00 Asia/Calcutta', '2026-07-23T12:05:00 A',
    '2026-07-23T12:05:00 Etc/Unknown', '2026-07-23T12:05:00 GMT+0', '2026-07-23T12:05:00 Factory', '2026-07-23T12:05:00 ROC', '2026-07-23T12:05:00 UCT', '2026-07-23T12:05:00 NZ', '2026-07-23T12:05:00 ACT', '2026-07-23T12:05:00 VST',
    # summer time of Berlin: no 02:30 on 29 March, two of them on 25 October
    '2026-03-29 01:59:59.999999', '2026-03-29 02:00:00', '2026-03-29 02:30:00', '2026-03-29 03:00:00', '2026-10-25 01:59:59.999999', '2026-10-25 02:00:00', '2026-10-25 02:30:00', '2026-10-25 02:59:59.999999',
    '2026-10-25 03:00:00', '2026-10-25 02:30:00 Europe/Berlin', '2026-03-29 02:30:00 Europe/Berlin', '2026-03-08 02:30:00', '2026-11-01 01:30:00', '2026-04-05 01:45:00', '2026-10-04 02:15:00', '1893-04-01 00:03:00', '2011-12-30 12:00:00',
    '1800-01-01 00:00:00', '2500-07-01 12:00:00', '9999-12-31 23:59:59.999999', '10000-01-01 00:00:00', '+10000-01-01 00:00:00', '290000-07-01 00:00:00', '294247-01-10 04:00:54.775807', '294247-01-10 04:00:54.775808', '-290308-12-21 19:59:05.224192',
    # times without a date
    'T12:05', 'T12:05:00', 'T12:05:00.5Z', 'T12', 'T1:2', '12:05', '12:05:00', '1:2:3', '12:05:00Z', '12:05:00 Europe/Berlin', ' 12:05', ' T12:05', '12:', ':05', 'T', '-12:05', '+12:05', 't12:05', '24:00', '012:05', '12:05 PM',
    # digits that are none
    '２０２６-01-23', '2026-01-２3', '٢٠٢٦-01-23',
]
ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns']


def mangled(text):
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(text) + 1)
        text = random.choice([text[:at] + text[at + 1:], text[:at] + random.choice('0123456789-:.+TZ ') + text[at:], text[:at] + random.choice('0123456789-:.+TZ ') + text[at + 1:]])
    return text


ROOTS = ['2026-01-23T12:05:00.123456Z', '2026-01-23 12:05:00', '2026-01-23T12:05:00+02:00', '2026-10-25 02:30:00.5']
TEXTS += sorted({mangled(random.choice(ROOTS)) for _ in range(700)} - set(TEXTS))
# Spark gives such a text today's date.
IS_TIME = spark.createDataFrame(list(enumerate(TEXTS)), 'i int, v string').orderBy('i').selectExpr('cast(cast(v as timestamp) as date) = current_date()').collect()
rows = []
for name in ZONES:
    zone(name)
    answers = ask(TEXTS, 'string', 'unix_micros(cast(v as timestamp))')
    for text, us, today in zip(TEXTS, answers, IS_TIME):
        rows.append(dict(zone=name, text=text, **(dict(us='today') if today[0] else dict(us=None if us is None else str(us)))))
    if name == 'UTC':
        TEXTS, IS_TIME = zip(*[(text, today) for text, today in zip(TEXTS, IS_TIME) if text not in ('',) and (text in TEXTS[:285] or random.random() < 0.3)])
write('time-texts.jsonl', rows)

zone('UTC')
NUMBERS = {
    'double': [0.0, -0.0, 1.5, -1.5, 1769169600.0, 1769169600.123456, 1769169600.1234565, 1769169600.3, 1769169600.9999999, -0.0000001, -0.0000015, 1.0000005, 1.0000015, 2.9999999, 1e12, 253402300800.0, 9.2e12, 1e13,
               -1e13, 1e300, math.nan, math.inf, -math.inf] + [random.uniform(-4e9, 4e9) for _ in range(200)],
    'float': [0.0, 1.1, -1.1, 1769169600.0, 16777217.5, 1e12, 1e30, math.nan],
    'bigint': [0, 1, -1, 1769169600, 9223372036854, 9223372036855, -9223372036854, -9223372036855, 9223372036854775807, -9223372036854775808],
    'int': [2147483647, -2147483648, 0], 'smallint': [32767, -5], 'tinyint': [127, -128],
    'decimal(20,7)': ['1769169600.1234567', '-1.5', '-0.0000015', '1.0000005', '-1.0000005', '0', '9223372036854.7758070', '9223372036854.7758080', '9999999999999'],
    'decimal(18,3)': ['1769169600.123', '-0.001'], 'decimal(38,0)': ['1769169600', '9223372036855', '99999999999999999999999999999999999999'], 'decimal(38,18)': ['1769169600.123456789012345678', '-1.999999999999999999'],
}


def named(value):
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return 'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'


rows = []
for type_, values in NUMBERS.items():
    cast = f'cast(v as {type_})'
    texts = [repr(v) if not isinstance(v, str) else v for v in values]
    for text, us in zip(texts, ask(texts, 'string', f'unix_micros(cast({cast} as timestamp))')):
        rows.append(dict(type=type_, value=text, us=None if us is None else str(us)))
write('time-numbers.jsonl', rows)

LOCALS = [t for t in TEXTS if len(t) > 12 and t[:4].isdigit() and t[4] == '-' and not any(c in t for c in 'TZ+abcdefghijklmnopqrstuvwxyzU_') and t.count('-') == 2]
LOCALS = random.sample(LOCALS, 60) + [t for t in LOCALS if t[:10] in ('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04', '1893-04-01', '2011-12-30')]
DAYS = [f'{year}-{month:02}-{day:02} {hour:02}:{minute:02}:00' for year in (1895, 1916, 1945, 1980, 2000, 2026, 2100) for month in (3, 4, 10, 11) for day in (1, 5, 25, 28, 29) for hour in (0, 1, 2, 3) for minute in (0, 30)]
LOCALS = list(dict.fromkeys(LOCALS + random.sample(DAYS, 150)))
rows = []
for name in ZONES[1:]:
    zone(name)
    for text, local, us in zip(LOCALS, ask(LOCALS, 'string', 'cast(cast(v as timestamp_ntz) as string)'), ask(LOCALS, 'string', 'unix_micros(cast(cast(v as timestamp_ntz) as timestamp))')):
        if local is not None:
            rows.append(dict(zone=name, local=local, us=str(us)))
    for text, us in zip(['2026-03-29', '2026-10-25', '1969-12-31', '2018-11-04'], ask(['2026-03-29', '2026-10-25', '1969-12-31', '2018-11-04'], 'string', 'unix_micros(cast(cast(v as date) as timestamp))')):
        rows.append(dict(zone=name, date=text, us=str(us)))
write('time-locals.jsonl', rows)

zone('UTC')
FACTORS = {
    'string': ['1_000', 'ground', '', ' ', ' 12 ', '12d', '12D', '12f', '0x10', '0x1p3', '1e3', '1E3', '1e', '1e400', '-1e400', 'NaN', 'nan', '-NaN', 'Infinity', '-Infinity', '+Infinity', 'inf', '-INF', '１２', '12,5', '1 000',
               "1'000", '_1', '1_', '1__0', '.5', '5.', '.', '+5', '-5', '--5', '+-5', '\u22125', '12\u00a0', '12\u0000', '12\t', '\ufeff12', '12m', '12 ft', 'null', 'true', '0b1', '0o7', '007', '1e1_0', '1_000.5', '1.5_5', None],
    'boolean': ['true', 'false', None],
    'date': ['2026-01-23', None],
    'timestamp': ['2026-01-23 12:05:00.5', '1969-12-31 23:59:59.123456', '9999-12-31 23:59:59.999999', None],
    'tinyint': ['-128', '127'], 'smallint': ['-32768'], 'int': ['2147483647'], 'bigint': ['9223372036854775807', '-9223372036854775808', '9007199254740993'],
    'float': ['1.1', 'NaN', '-Infinity'], 'double': ['1.1', 'NaN', '-0.0'],
    'decimal(5,2)': ['123.45', '-0.05'], 'decimal(20,0)': ['18446744073709551615'], 'decimal(38,18)': ['12345678901234567890.123456789012345678'], 'decimal(38,0)': ['99999999999999999999999999999999999999'],
    'timestamp_ntz': ['2026-01-23 12:05:00'], 'binary': ['12'],
}
rows = []
for type_, values in FACTORS.items():
    for factor in ('0.3048', '3.6', '-1', '1'):
        try:
            answers = ask(values, 'string', f"cast(cast(v as {type_}) as double) * cast('{factor}' as double)")
        except Exception as error:
            assert 'DATATYPE_MISMATCH' in str(error), error
            rows.append(dict(type=type_, refused=True))
            break
        rows += [dict(type=type_, value=value, factor=factor, double=named(answer)) for value, answer in zip(values, answers)]
write('factors.jsonl', rows)
spark.stop()
