"""Records runs of the notebook's two queries on real Spark, in the form of test/fixtures/oracle: a silver table, what was run, what Spark answered.

Run by hand; no part of `npm test`. It needs Python with pyspark 3.5, Java 17, and Delta's jars in one folder (delta-spark_2.12 3.3.x,
delta-storage 3.3.x, antlr4-runtime 4.9.3):

    python test/spark/record.py --jars JARS --to FOLDER [scenario ...]
    CONTRAIL_ORACLE=FOLDER npx vitest run --config build/vitest.config.mjs test/oracle

Those in test/fixtures/spark were made by it, with Spark 3.5.7 and Delta 3.3.2. A new scenario is a function at the end of this file.
"""

import argparse, datetime as dt, json, math, pathlib, random, re, shutil, tempfile
from decimal import Decimal

from pyspark.sql import SparkSession, functions as F

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument('--jars', required=True, type=pathlib.Path)
arguments.add_argument('--to', required=True, type=pathlib.Path)
arguments.add_argument('scenario', nargs='*', help='default: all')
options = arguments.parse_args()
OUT = options.to
WORK = pathlib.Path(tempfile.mkdtemp(prefix='record-spark-'))
JARS = ','.join(str(jar) for jar in options.jars.glob('*.jar'))
spark = (
    SparkSession.builder.master('local[2]')
    .config('spark.jars', JARS)
    .config('spark.sql.extensions', 'io.delta.sql.DeltaSparkSessionExtension')
    .config('spark.sql.catalog.spark_catalog', 'org.apache.spark.sql.delta.catalog.DeltaCatalog')
    .config('spark.sql.session.timeZone', 'UTC')
    .config('spark.sql.shuffle.partitions', '2')
    .config('spark.ui.enabled', 'false')
    .config('spark.driver.memory', '3g')
    .config('spark.sql.parquet.datetimeRebaseModeInWrite', 'CORRECTED')
    .config('spark.sql.parquet.int96RebaseModeInWrite', 'CORRECTED')
    .config('spark.databricks.delta.snapshotPartitions', '1')
    .getOrCreate()
)
spark.sparkContext.setLogLevel('OFF')
UTC = dt.timezone.utc


def at(text):  # '12:07:59.5'
    h, m, *s = text.split(':')
    s = float(s[0]) if s else 0
    return dt.datetime(2026, 1, 23, int(h), int(m), 0, tzinfo=UTC) + dt.timedelta(seconds=s)


TYPES = dict(event_timestamp='timestamp', flight_phase='string', origin_country='string', altitude_meters='double', velocity_kmh='double')


def schema(**over):
    return ', '.join(f'{k} {v}' for k, v in {**TYPES, **over}.items())


def plain(v):
    if isinstance(v, float):
        if math.isnan(v):
            return 'NaN'
        if math.isinf(v):
            return 'Infinity' if v > 0 else '-Infinity'
        if v == 0 and math.copysign(1, v) < 0:
            return '-0.0'
        return v
    if isinstance(v, Decimal):
        return format(v, 'f')
    if isinstance(v, dt.datetime):
        v = v.astimezone(UTC) if v.tzinfo else v.replace(tzinfo=UTC)
        return v.strftime('%Y-%m-%dT%H:%M:%S.') + f'{v.microsecond:06d}Z'
    if isinstance(v, dt.date):
        return v.isoformat()
    return v


DEFAULT = dict(
    phase_counts=dict(window='1 minute', watermarkDelay='2 minutes'),
    anomaly_alerts=dict(window='5 minutes', slide='1 minute', watermarkDelay='6 minutes', altitudeMin=-100, altitudeMax=12000, velocityMin=0, velocityMax=1000),
)


def iso_micros(us):
    '''Microseconds since 1970 as text, for every year that 64 bits hold; Python's own times end with the year 9999.'''
    days, rest = divmod(us, 86_400_000_000)
    cycles, day = divmod(days + 719_468, 146_097)  # Years from March on, in cycles of 400.
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day += 1 - (153 * month + 2) // 5
    month += 3 if month < 10 else -9
    year += 400 * cycles + (1 if month <= 2 else 0)
    seconds, micros = divmod(rest, 1_000_000)
    return f'{year:04d}-{month:02d}-{day:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{micros:06d}Z'


def error_class(text):
    '''The innermost class that Spark's message names.'''
    named = [name for name in re.findall(r'\[([A-Z_]+(?:\.[A-Z_]+)*)\]', text) if name != 'STREAM_FAILED']
    return named[0] if named else 'NONE'


class Scenario:
    def __init__(self, name, queries=None):
        self.name = name
        self.dir = OUT / name
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.silver = str(self.dir / 'silver')
        self.work = WORK / name
        shutil.rmtree(self.work, ignore_errors=True)
        self.queries = {k: {**v, **((queries or {}).get(k, {}))} for k, v in DEFAULT.items()}
        self.runs = []
        self.progress = {k: [] for k in DEFAULT}
        self.errors = {k: None for k in DEFAULT}

    def append(self, rows, files=1, types=None, partition=(), props=None, extra=None):
        df = spark.createDataFrame(rows, schema(**(types or {})) + (', ' + extra if extra else ''))
        df = df.coalesce(1) if files == 1 else df.repartition(files)
        w = df.write.format('delta').mode('append')
        if partition:
            w = w.partitionBy(*partition)
        for k, v in (props or {}).items():
            w = w.option(k, v)
        w.save(self.silver)
        return self

    def append_micros(self, rows):
        '''Rows whose time is a number of microseconds since 1970: any that 64 bits hold.'''
        df = spark.createDataFrame(rows, schema(event_timestamp='bigint')).withColumn('event_timestamp', F.timestamp_micros('event_timestamp'))
        df.coalesce(1).write.format('delta').mode('append').save(self.silver)
        return self

    def sql(self, text):
        spark.sql(text.replace('$T', f'delta.`{self.silver}`'))
        return self

    def version(self):
        names = [int(p.name[:20]) for p in pathlib.Path(self.silver, '_delta_log').glob('*.json') if p.name[:20].isdigit() and len(p.name) == 25]
        return max(names)

    def stream(self, query, run):
        q = self.queries[query]
        r = spark.readStream.format('delta')
        if run['maxFilesPerTrigger'] is not None:
            r = r.option('maxFilesPerTrigger', run['maxFilesPerTrigger'])
        for k, v in run['sourceOptions'].items():
            r = r.option(k, v)
        df = r.load(self.silver).withWatermark('event_timestamp', q['watermarkDelay'])
        if query == 'phase_counts':
            out = (
                df.groupBy(F.window('event_timestamp', q['window']), 'flight_phase')
                .agg(F.count('*').alias('flight_count'), F.avg('altitude_meters').alias('avg_altitude'), F.avg('velocity_kmh').alias('avg_velocity'))
                .select(
                    F.col('window.start').alias('window_start'),
                    F.col('window.end').alias('window_end'),
                    'flight_phase',
                    'flight_count',
                    'avg_altitude',
                    'avg_velocity',
                )
            )
        else:
            d = df.withColumn(
                'a_anom', F.when((F.col('altitude_meters') < q['altitudeMin']) | (F.col('altitude_meters') > q['altitudeMax']), 1).otherwise(0)
            ).withColumn('v_anom', F.when((F.col('velocity_kmh') < q['velocityMin']) | (F.col('velocity_kmh') > q['velocityMax']), 1).otherwise(0))
            g = d.groupBy(F.window('event_timestamp', q['window'], q['slide']), 'origin_country').agg(
                F.count('*').alias('total_observations'),
                F.count(F.when(F.col('a_anom') == 1, 1)).alias('altitude_anomalies'),
                F.count(F.when(F.col('v_anom') == 1, 1)).alias('velocity_anomalies'),
                F.max('altitude_meters').alias('max_altitude'),
                F.min('altitude_meters').alias('min_altitude'),
                F.max('velocity_kmh').alias('max_velocity'),
                F.avg('altitude_meters').alias('avg_altitude'),
                F.avg('velocity_kmh').alias('avg_velocity'),
                F.stddev('altitude_meters').alias('stddev_altitude'),
                F.stddev('velocity_kmh').alias('stddev_velocity'),
            )
            out = g.select(
                F.col('window.start').alias('window_start'),
                F.col('window.end').alias('window_end'),
                'origin_country',
                'total_observations',
                'altitude_anomalies',
                'velocity_anomalies',
                ((F.col('altitude_anomalies') + F.col('velocity_anomalies')) / F.col('total_observations')).alias('anomaly_rate'),
                'max_altitude',
                'min_altitude',
                'max_velocity',
                'avg_altitude',
                'avg_velocity',
                'stddev_altitude',
                'stddev_velocity',
            )
        return (
            out.writeStream.format('delta')
            .outputMode('append')
            .trigger(availableNow=True)
            .option('checkpointLocation', str(self.work / 'cp' / query))
            .start(str(self.work / 'gold' / query))
        )

    def run(self, maxFiles=None, **options):
        run = dict(silverVersion=self.version(), maxFilesPerTrigger=maxFiles, sourceOptions=options)
        i = len(self.runs)
        for query in DEFAULT:
            try:
                s = self.stream(query, run)
                try:
                    s.awaitTermination()
                finally:
                    seen = set()
                    for p in s.recentProgress:
                        p = p if isinstance(p, dict) else json.loads(p.json)
                        if 'addBatch' not in p['durationMs'] or not p['stateOperators']:
                            continue
                        o = p['stateOperators'][0]
                        src = p['sources'][0]
                        off = lambda x: json.loads(x) if isinstance(x, str) else x
                        self.progress[query].append(
                            dict(
                                batchId=p['batchId'],
                                run=i,
                                numInputRows=p['numInputRows'],
                                eventTime=p['eventTime'],
                                **{k: o[k] for k in ('numRowsTotal', 'numRowsUpdated', 'numRowsRemoved', 'numRowsDroppedByWatermark')},
                                startOffset=off(src['startOffset']),
                                endOffset=off(src['endOffset']),
                            )
                        )
            except Exception as e:
                text = str(e)
                run.setdefault('error', {})[query] = dict(errorClass=error_class(text))
        self.runs.append(run)
        return self

    def done(self):
        exp = self.dir / 'expected'
        exp.mkdir()
        for query in DEFAULT:
            key = 'flight_phase' if query == 'phase_counts' else 'origin_country'
            log = self.work / 'gold' / query / '_delta_log'
            rows = []
            sch = None
            for c in sorted(log.glob('*.json')) if log.exists() else []:
                actions = [json.loads(l) for l in c.read_text().splitlines()]
                txn = [a['txn']['version'] for a in actions if 'txn' in a]
                for a in actions:
                    if 'metaData' in a and sch is None:
                        sch = json.loads(a['metaData']['schemaString'])
                if not txn:
                    continue
                files = [str(self.work / 'gold' / query / a['add']['path']) for a in actions if 'add' in a]
                if files:
                    df = spark.read.parquet(*files)
                    times = {name for name, type in df.dtypes if type == 'timestamp'}
                    for r in df.select([F.unix_micros(c).alias(c) if c in times else F.col(c) for c in df.columns]).collect():
                        rows.append({'batchId': txn[0], **{k: iso_micros(v) if k in times else plain(v) for k, v in r.asDict().items()}})
            rows.sort(key=lambda r: (r['batchId'], r['window_start'], r[key] is not None, str(r[key])))
            (exp / f'{query}.jsonl').write_text(''.join(json.dumps(r, ensure_ascii=False) + '\n' for r in rows))
            (exp / f'{query}.schema.json').write_text(json.dumps(sch))
            (exp / f'{query}.progress.jsonl').write_text(''.join(json.dumps(p) + '\n' for p in self.progress[query]))
            cp = {k: {} for k in ('offsets', 'commits')}
            for kind in cp:
                d = self.work / 'cp' / query / kind
                for f in (d.iterdir() if d.exists() else []):
                    if f.name.isdigit():
                        cp[kind][f.name] = f.read_text()
            (exp / f'{query}.checkpoint.json').write_text(json.dumps(cp))
        (self.dir / 'scenario.json').write_text(json.dumps(dict(name=self.name, proves='', queries=self.queries, runs=self.runs), indent=1))
        print(
            self.name, [{k: v['errorClass'] for k, v in r.get('error', {}).items()} for r in self.runs], {q: len(self.progress[q]) for q in DEFAULT}, flush=True
        )


R = random.Random(7)


def rows(n, phases, countries, start='12:00', spread=600, alt=lambda: R.uniform(-500, 13000), vel=lambda: R.uniform(-50, 1200), late=0):
    t0 = at(start)
    out = []
    for i in range(n):
        t = t0 + dt.timedelta(microseconds=int(R.random() * spread * 1e6))
        out.append((t, R.choice(phases), R.choice(countries), alt(), vel()))
    return out


D = Decimal
TX = [
    ' 12 ',
    '1e3',
    '+5',
    '12.9',
    '-12.9',
    '1_000',
    '0x10',
    'NaN',
    'nan',
    'Infinity',
    '-Infinity',
    'inf',
    '',
    '٣',
    '12f',
    '12d',
    '1L',
    '\t5\n',
    '-0',
    '99999999999',
    '12000.5',
    '12001',
    '-101',
    '-100.9',
    '-100.5',
    '12000.0000001',
    '2147483648',
    '9223372036854775808',
    '1E400',
    '.5',
    '5.',
    '.',
    '+',
    '-',
    '1e',
    '12 000',
    '1,5',
    None,
    '\u00a07',
    '7\u2003',
    'true',
    '1e-3',
    '0012',
    '-00',
    '+-1',
    '12000.99',
    '1.2e4',
    '12001e0',
    ' ',
    '1000.5',
    '1001',
    ' 1001',
    '1001\u0000',
    '1000.9999',
]
SCENARIOS = {}


def scenario(f):
    SCENARIOS[f.__name__.replace('_', '-')] = f
    return f


@scenario
def key_integers():
    t = dict(flight_phase='smallint', origin_country='bigint')
    s = Scenario('key-integers')
    for i in range(3):
        s.append(rows(60, [None, -5, 0, 7, 32767], [None, -(2**63), 2**63 - 1, 0, 12], f'12:{i*6:02d}'), types=t)
    s.run()
    s.append(rows(60, [1, None], [3, None], '12:40'), types=t).run().done()


@scenario
def key_bool_date():
    t = dict(flight_phase='boolean', origin_country='date')
    s = Scenario('key-bool-date')
    ds = [None, dt.date(1, 1, 1), dt.date(1582, 10, 4), dt.date(1969, 12, 31), dt.date(2026, 1, 23), dt.date(9999, 12, 31)]
    for i in range(2):
        s.append(rows(60, [True, False, None], ds, f'12:{i*10:02d}'), types=t)
    s.run().append(rows(20, [True], ds, '12:50'), types=t).run().done()


@scenario
def key_decimal():
    t = dict(flight_phase='decimal(10,2)', origin_country='decimal(38,5)')
    s = Scenario('key-decimal')
    a = [None, D('1.50'), D('-1.50'), D('0.00'), D('99999999.99')]
    b = [None, D('123456789012345678901234567890123.12345'), D('-0.00001'), D('0.00000')]
    for i in range(2):
        s.append(rows(60, a, b, f'12:{i*10:02d}'), types=t)
    s.run().append(rows(20, a, b, '12:50'), types=t).run().done()


@scenario
def key_strings():
    s = Scenario('key-strings')
    k = [
        '',
        ' ',
        'a',
        'A',
        'a ',
        'ä',
        'a\u0308',
        '日本',
        '😀',
        'x' * 300,
        'null',
        'NULL',
        None,
        '"q"',
        "it's",
        'tab\there',
        'new\nline',
        '\\',
        '%41',
        '=1+1',
        'a\u0000b',
    ]
    for i in range(2):
        s.append(rows(150, k, k, f'12:{i*10:02d}'))
    s.run().append(rows(20, ['a'], ['a'], '12:50')).run().done()


@scenario
def text_casts():
    t = dict(altitude_meters='string', velocity_kmh='string')
    s = Scenario('text-casts')
    r = []
    for i, x in enumerate(TX):
        r.append((at('12:00') + dt.timedelta(seconds=i), f'p{i}', f'c{i}', x, x))
        r.append((at('12:05') + dt.timedelta(seconds=i), 'same', 'same', x, TX[-1 - i]))
    s.append(r, types=t).append(rows(5, ['z'], ['z'], '12:50', alt=lambda: '1', vel=lambda: '2'), types=t).run().done()


@scenario
def small_measures():
    t = dict(altitude_meters='tinyint', velocity_kmh='smallint')
    s = Scenario('small-measures', dict(anomaly_alerts=dict(altitudeMin=-10, altitudeMax=100, velocityMin=-5, velocityMax=30000)))
    for i in range(2):
        s.append(
            rows(
                80,
                ['a', 'b', None],
                ['x', 'y'],
                f'12:{i*10:02d}',
                alt=lambda: R.choice([None, -128, 127, 0, 100, 101, -10, -11]),
                vel=lambda: R.choice([None, -32768, 32767, 30000, 30001, 0]),
            ),
            types=t,
        )
    s.run().append(rows(5, ['z'], ['z'], '12:50', alt=lambda: 1, vel=lambda: 2), types=t).run().done()


@scenario
def middle_decimals():
    t = dict(altitude_meters='decimal(20,6)', velocity_kmh='decimal(5,5)')
    s = Scenario('middle-decimals', dict(anomaly_alerts=dict(altitudeMin=0, altitudeMax=1, velocityMin=0, velocityMax=1)))
    a = lambda: R.choice([None, D('99999999999999.999999'), D('-99999999999999.999999'), D('0.333333'), D(R.randint(-500, 13000)) / 7])
    b = lambda: R.choice([None, D('0.99999'), D('-0.99999'), D('0.00001')])
    q = lambda v, e: None if v is None else v.quantize(D(e))
    for i in range(2):
        s.append(rows(100, ['a', 'b', None], ['x', 'y', 'z'], f'12:{i*10:02d}', alt=lambda: q(a(), '0.000001'), vel=lambda: q(b(), '0.00001')), types=t)
    s.run().append(rows(5, ['z'], ['z'], '12:50', alt=lambda: D('1.000000'), vel=lambda: D('0.00002')), types=t).run().done()


@scenario
def lz4_hadoop():
    '''Parquet's codec LZ4, which frames blocks as Hadoop does: data pages of both versions, deletion vectors, a log checkpoint.'''
    s = Scenario('lz4-hadoop')
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    spark.conf.set('spark.sql.parquet.compression.codec', 'lz4')
    s.append(rows(80, ['a', 'b', None], ['x', 'y'], '12:00'), files=2, props={'delta.checkpointInterval': '3'})
    hadoop.set('parquet.writer.version', 'PARQUET_2_0')
    s.append(rows(80, ['a', 'b', None], ['x', 'y'], '12:05', alt=lambda: R.choice([None, R.uniform(-500, 13000)])))
    hadoop.set('parquet.writer.version', 'PARQUET_1_0')
    s.sql("ALTER TABLE $T SET TBLPROPERTIES (delta.enableDeletionVectors=true)").sql("DELETE FROM $T WHERE altitude_meters < 2000").run(maxFiles=2)
    spark.conf.set('spark.sql.parquet.compression.codec', 'snappy')
    s.append(rows(20, ['a'], ['x'], '12:40')).run().done()


@scenario
def window_10s_3s():
    s = Scenario(
        'window-10s-3s',
        dict(
            phase_counts=dict(window='1500 milliseconds', watermarkDelay='0 seconds'),
            anomaly_alerts=dict(window='10 seconds', slide='3 seconds', watermarkDelay='1 second 500 milliseconds'),
        ),
    )
    for i in range(4):
        s.append(rows(60, ['a', 'b', None], ['x', 'y'], f'12:00:{i*7}', spread=20))
    s.run(maxFiles=1).append(rows(30, ['a'], ['x'], '12:00:10', spread=40)).run(maxFiles=1).done()


@scenario
def window_micros():
    s = Scenario(
        'window-micros',
        dict(
            phase_counts=dict(window='250 microseconds', watermarkDelay='1 millisecond'),
            anomaly_alerts=dict(window='1 millisecond', slide='300 microseconds', watermarkDelay='3 milliseconds'),
        ),
    )
    for i in range(3):
        s.append(rows(40, ['a', 'b'], ['x', 'y'], f'12:00:{i*0.004}', spread=0.006))
    s.run(maxFiles=1).append(rows(5, ['a'], ['x'], '12:00:01', spread=0.001)).run().done()


@scenario
def far_times():
    s = Scenario('far-times')
    base = [
        dt.datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC),
        dt.datetime(1582, 10, 4, 23, 59, 59, 999999, tzinfo=UTC),
        dt.datetime(1899, 12, 31, 23, 59, 30, tzinfo=UTC),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        dt.datetime(1970, 1, 1, tzinfo=UTC),
        dt.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    ]
    s.append([(t, 'a', 'x', 1.0, 2.0) for t in base]).append(rows(30, ['a'], ['x'], '12:00'))
    s.run(maxFiles=1).append([(dt.datetime(9999, 12, 31, 23, 0, 0, tzinfo=UTC), 'a', 'x', 1.0, 2.0)]).run().append(rows(5, ['a'], ['x'], '13:00')).run().done()


def far_out(name, stored_as, low):
    '''The first and the last times that 64 bits hold; infinity, as DuckDB and PostgreSQL write it, is the very last.'''
    spark.conf.set('spark.sql.parquet.outputTimestampType', stored_as)
    s = Scenario(name)
    last = 2**63 - 1
    minute = 60_000_000
    usual = int(at('12:00').timestamp()) * 1_000_000
    of = lambda times: [(t, 'a' if i % 2 else 'b', 'x', 1000.0, 500.0) for i, t in enumerate(times)]
    normal = lambda *minutes: [usual + m * minute for m in minutes]
    s.append_micros(of(normal(0, 1, 2) + low)).append_micros(of(normal(3, 12)))
    s.run(maxFiles=1)
    # Beyond the calendars of most programs, then the last times.
    s.append_micros(of([884_541_340_800_000_000])).append_micros(of(normal(13, 14)))
    s.run(maxFiles=1)
    s.append_micros(of([last - 10 * minute, last - 4 * minute])).append_micros(of([last - 90_000_000, last - 60_000_000, last - 1_000_000]))
    s.run(maxFiles=1)
    s.append_micros(of([last, last - 1, last - 999, last - 1000])).append_micros(of(normal(15) + [last]))
    s.run(maxFiles=1).append_micros(of(normal(16) + low)).run().done()
    spark.conf.unset('spark.sql.parquet.outputTimestampType')


FIRST = -(2**63)
EARLY = [-62_300_000_000_000_000, -62_135_596_800_000_001]


@scenario
def last_times():
    # -infinity is the second one.
    far_out('last-times', 'TIMESTAMP_MICROS', [FIRST + us for us in (0, 1, 2, 30_000_000, 90_000_000, 600_000_000, 20_000_000_000)] + EARLY)


@scenario
def last_times_int96():
    # Spark's default. DuckDB makes no time of the first four hours.
    far_out('last-times-int96', 'INT96', [FIRST + us for us in (14_454_775_808, 14_460_000_000, 20_000_000_000)] + EARLY)


@scenario
def dv_mid_stream():
    s = Scenario('dv-mid-stream')
    for i in range(3):
        s.append(rows(80, ['a', 'b'], ['x', 'y'], f'12:{i*5:02d}'), files=2)
    s.sql("ALTER TABLE $T SET TBLPROPERTIES (delta.enableDeletionVectors=true)").run()
    s.sql("DELETE FROM $T WHERE altitude_meters < 2000").run()
    s.run(ignoreChanges='true').sql("DELETE FROM $T WHERE altitude_meters < 4000").append(rows(40, ['a'], ['y'], '12:40'))
    s.run(skipChangeCommits='true').sql("UPDATE $T SET velocity_kmh = 1 WHERE altitude_meters > 12000").append(rows(40, ['a'], ['y'], '12:50')).run(
        ignoreChanges='true'
    ).sql("OPTIMIZE $T").append(rows(10, ['a'], ['y'], '13:10')).run().done()


@scenario
def dv_fresh():
    s = Scenario('dv-fresh')
    for i in range(3):
        s.append(rows(80, ['a', 'b'], ['x', 'y'], f'12:{i*5:02d}'), files=2)
    s.sql("ALTER TABLE $T SET TBLPROPERTIES (delta.enableDeletionVectors=true, delta.checkpointPolicy='v2')")
    s.sql("DELETE FROM $T WHERE altitude_meters < 2000").sql("DELETE FROM $T WHERE velocity_kmh < 100")
    for i in range(9):
        s.append(rows(5, ['a'], ['x'], f'12:{30+i}'))
    s.run(maxFiles=2).sql("DELETE FROM $T WHERE true").append(rows(3, ['a'], ['x'], '13:00')).run(ignoreDeletes='true').run(ignoreChanges='true').done()


@scenario
def merge_and_overwrite():
    s = Scenario('merge-and-overwrite')
    for i in range(2):
        s.append(rows(60, ['a', 'b'], ['x', 'y'], f'12:{i*5:02d}'), files=2)
    s.run()
    spark.createDataFrame(rows(20, ['m'], ['m'], '12:20'), schema()).coalesce(1).createOrReplaceTempView('new')
    s.sql("MERGE INTO $T t USING new n ON t.event_timestamp = n.event_timestamp WHEN NOT MATCHED THEN INSERT *").run()
    df = spark.createDataFrame(rows(20, ['o'], ['o'], '12:30'), schema()).coalesce(1)
    df.write.format('delta').mode('overwrite').save(s.silver)
    s.run().run(ignoreDeletes='true').run(skipChangeCommits='true').append(rows(20, ['a'], ['x'], '13:30')).run(ignoreChanges='true').done()


@scenario
def mapped_and_renamed():
    s = Scenario('mapped-and-renamed')
    ext = lambda rs: [(*r, 1) for r in rs]
    s.append(ext(rows(40, ['a', 'b'], ['x', 'y'], '12:00')), extra='other int')
    s.sql("ALTER TABLE $T SET TBLPROPERTIES ('delta.columnMapping.mode'='name','delta.minReaderVersion'='2','delta.minWriterVersion'='5')").run()
    s.sql("ALTER TABLE $T RENAME COLUMN other TO another").append(ext(rows(20, ['a', 'b'], ['x', 'y'], '12:20')), types={}, extra='another int').run()
    s.sql("ALTER TABLE $T DROP COLUMN another").append(rows(20, ['a', 'b'], ['x', 'y'], '12:40')).run().done()


@scenario
def zero_thresholds():
    s = Scenario('zero-thresholds', dict(anomaly_alerts=dict(altitudeMin=0, altitudeMax=0, velocityMin=-1, velocityMax=-1)))
    for i in range(2):
        s.append(
            rows(
                60,
                ['a'],
                ['x', 'y'],
                f'12:{i*10:02d}',
                alt=lambda: R.choice([0.0, -0.0, 5e-324, -5e-324, None, float('nan')]),
                vel=lambda: R.choice([-1.0, None, float('-inf'), -1.0000000000000002]),
            )
        )
    s.run().append(rows(2, ['a'], ['x'], '12:50')).run().done()


@scenario
def start_latest():
    s = Scenario('start-latest')
    for i in range(3):
        s.append(rows(30, ['a', 'b'], ['x', 'y'], f'12:{i*4:02d}', spread=300))
    s.run(startingVersion='latest').append(rows(20, ['a'], ['x'], '13:00')).run(startingVersion='latest').append(rows(20, ['a'], ['x'], '13:30')).run().done()


for name in options.scenario or SCENARIOS:
    SCENARIOS[name]()
shutil.rmtree(WORK)
