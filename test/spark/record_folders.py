"""Records what real Spark makes of plain folders of Parquet files: types, names and texts that a Delta table cannot have, or that something on the way may change.

Run by hand; no part of `npm test`. It needs Python with pyspark 3.5, pyarrow and duckdb, and Java 17:

    python test/spark/record_folders.py --to test/fixtures/spark-folders

Each folder gets `silver` (its files) and `answers.json`: for both queries of the notebook, streamed with availableNow, the rows that Spark gave, or the
class of its error. Those in test/fixtures/spark-folders were made by it, with Spark 3.5.7.
"""

import argparse, datetime as dt, json, math, pathlib, re, shutil, tempfile
from decimal import Decimal

import duckdb, pyarrow as pa, pyarrow.parquet as pq
from pyspark.sql import SparkSession, functions as F

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument('--to', required=True, type=pathlib.Path)
options = arguments.parse_args()
UTC = dt.timezone.utc
T = pa.timestamp('us', tz='UTC')


def columns(n=4, **over):
    '''Rows a minute apart, the last one half an hour later: it closes the windows of the others.'''
    at = [dt.datetime(2026, 1, 23, 12, i, tzinfo=UTC) for i in range(n - 1)] + [dt.datetime(2026, 1, 23, 12, 40, tzinfo=UTC)]
    base = dict(event_timestamp=pa.array(at, T), flight_phase=pa.array(['CRUISE'] * n), origin_country=pa.array(['France'] * n), altitude_meters=pa.array([1000.0] * n), velocity_kmh=pa.array([500.0] * n))
    return list({**base, **over}.items())


def put(folder, name, pairs):
    silver = options.to / folder / 'silver'
    silver.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_arrays([array for _, array in pairs], names=[key for key, _ in pairs]), silver / name)


def generate():
    one = pa.array([1.0] * 4)
    bits = {8: pa.uint8(), 16: pa.uint16(), 32: pa.uint32(), 64: pa.uint64()}
    for width, kind in bits.items():
        most = 2**width - 1
        values = [0, 1, most, most - 1, most // 2, most // 2 + 1, 100, None, min(12000, most), min(12001, most), most, 1]
        array = pa.array(values, kind)
        put(f'unsigned-{width}', 'a.parquet', columns(12, flight_phase=array, origin_country=array, altitude_meters=array, velocity_kmh=array))
    # As DuckDB writes JSON columns.
    texts = ['"France"', '{"a": 1}', 'null', '1', '[1, 2]', '12000.5', '"\ufeff"', None, '1']
    rows = ', '.join(f"({i if i < len(texts) - 1 else 40}, {'NULL' if text is None else chr(39) + text + chr(39)})" for i, text in enumerate(texts))
    (options.to / 'json' / 'silver').mkdir(parents=True)
    select = f"SELECT TIMESTAMPTZ '2026-01-23 12:00:00+00' + to_minutes(i) AS event_timestamp, v::JSON AS flight_phase, v::JSON AS origin_country, v::JSON AS altitude_meters, '12'::JSON AS velocity_kmh FROM (VALUES {rows}) texts(i, v)"
    duckdb.sql("SET TimeZone = 'UTC'")
    duckdb.sql(f"COPY ({select}) TO '{options.to}/json/silver/a.parquet'")
    odd = ['\ufeffGermany', 'Germany', 'Ger\ufeffmany', 'Germany\ufeff', '\ufeff', '\ufeff\ufeff', '\ufeff\ufeffGermany', '\ufeff\U0001f600', '', '\0', 'a\0b', '\ufffe', '\uffff', '\u2060Germany', ' Germany', '\u00e9', 'e\u0301', 'last']
    put('texts', 'a.parquet', columns(len(odd), flight_phase=pa.array(odd), origin_country=pa.array(odd)))
    for marked in ['event_timestamp', 'origin_country', 'altitude_meters']:
        put(f'marked-{marked}', 'a.parquet', [(('\ufeff' + key if key == marked else key), array) for key, array in columns()])
    put('marked-beside-plain', 'a.parquet', [('\ufeffvelocity_kmh', one)] + columns())
    put('twins-first', 'a.parquet', [('Velocity_KMH', one)] + columns())
    put('twins-last', 'a.parquet', columns() + [('Velocity_KMH', one)])
    put('twins-of-one-name', 'a.parquet', columns() + [('velocity_kmh', one)])
    put('twins-not-in-use', 'a.parquet', columns() + [('Note', one), ('note', one)])
    put('twins-in-struct', 'a.parquet', columns() + [('pos', pa.StructArray.from_arrays([one, one], ['a', 'A']))])
    put('twins-in-list', 'a.parquet', columns() + [('pos', pa.ListArray.from_arrays(pa.array(range(5), pa.int32()), pa.StructArray.from_arrays([one, one], ['a', 'A'])))])
    put('twins-beyond-ascii', 'a.parquet', columns() + [('\u00e9', one), ('\u00c9', one)])
    put('twins-kelvin', 'a.parquet', columns() + [('k', one), ('\u212a', one)])
    put('twins-dotted', 'a.parquet', columns() + [('i\u0307x', one), ('\u0130x', one)])
    put('no-twins-long-s', 'a.parquet', columns() + [('s', one), ('\u017f', one)])
    put('no-twins-sigma', 'a.parquet', columns() + [('\u03c2', one), ('\u03c3', one)])
    put('spelled-by-two-files', 'a.parquet', columns())
    put('spelled-by-two-files', 'b.parquet', [(('Velocity_KMH' if key == 'velocity_kmh' else key), array) for key, array in columns()])
    put('struct-of-two-files', 'a.parquet', columns() + [('pos', pa.StructArray.from_arrays([one], ['a']))])
    put('struct-of-two-files', 'b.parquet', columns() + [('pos', pa.StructArray.from_arrays([one], ['A']))])
    put('twins-in-second-file', 'a.parquet', columns())
    put('twins-in-second-file', 'b.parquet', columns() + [('Velocity_KMH', one)])
    put('twins-in-second-file-not-in-use', 'a.parquet', columns() + [('note', one)])
    put('twins-in-second-file-not-in-use', 'b.parquet', columns() + [('note', one), ('Note', one)])


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return 'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'
    if isinstance(value, Decimal):
        return format(value, 'f')
    if isinstance(value, dt.datetime):
        return value.strftime('%Y-%m-%dT%H:%M:%S.%fZ')
    return value


def phase_counts(df):
    grouped = df.withWatermark('event_timestamp', '2 minutes').groupBy(F.window('event_timestamp', '1 minute'), 'flight_phase')
    counted = grouped.agg(F.count('*').alias('flight_count'), F.avg('altitude_meters').alias('avg_altitude'), F.avg('velocity_kmh').alias('avg_velocity'))
    return counted.select(F.col('window.start').alias('window_start'), F.col('window.end').alias('window_end'), 'flight_phase', 'flight_count', 'avg_altitude', 'avg_velocity')


def anomaly_alerts(df):
    outside = lambda name, low, high: F.count(F.when((F.col(name) < low) | (F.col(name) > high), 1))
    grouped = df.withWatermark('event_timestamp', '6 minutes').groupBy(F.window('event_timestamp', '5 minutes', '1 minute'), 'origin_country')
    counted = grouped.agg(
        F.count('*').alias('total_observations'),
        outside('altitude_meters', -100, 12000).alias('altitude_anomalies'),
        outside('velocity_kmh', 0, 1000).alias('velocity_anomalies'),
        F.max('altitude_meters').alias('max_altitude'),
        F.min('altitude_meters').alias('min_altitude'),
        F.max('velocity_kmh').alias('max_velocity'),
        F.avg('altitude_meters').alias('avg_altitude'),
        F.avg('velocity_kmh').alias('avg_velocity'),
        F.stddev('altitude_meters').alias('stddev_altitude'),
        F.stddev('velocity_kmh').alias('stddev_velocity'),
    )
    rate = ((F.col('altitude_anomalies') + F.col('velocity_anomalies')) / F.col('total_observations')).alias('anomaly_rate')
    rest = ['max_altitude', 'min_altitude', 'max_velocity', 'avg_altitude', 'avg_velocity', 'stddev_altitude', 'stddev_velocity']
    return counted.select(F.col('window.start').alias('window_start'), F.col('window.end').alias('window_end'), 'origin_country', 'total_observations', 'altitude_anomalies', 'velocity_anomalies', rate, *rest)


def answer(spark, folder, query, work):
    rows, types = [], {}

    def keep(df, batch):
        types.update({field.name: field.dataType.simpleString() for field in df.schema.fields})
        rows.extend(dict(batchId=batch, **{name: plain(value) for name, value in row.asDict().items()}) for row in df.collect())

    try:
        stream = query(spark.readStream.format('parquet').load(str(folder / 'silver')))
        stream.writeStream.outputMode('append').trigger(availableNow=True).option('checkpointLocation', work).foreachBatch(keep).start().awaitTermination()
        return dict(types=types, rows=rows)
    except Exception as error:
        named = [name for name in re.findall(r'\[([A-Z_]+(?:\.[A-Z_]+)*)\]', str(error)) if name != 'STREAM_FAILED']
        return dict(error=named[0] if named else 'Found duplicate field(s)' if 'Found duplicate field(s)' in str(error) else 'NONE')


shutil.rmtree(options.to, ignore_errors=True)
generate()
spark = (
    SparkSession.builder.master('local[1]')
    .config('spark.sql.session.timeZone', 'UTC')
    .config('spark.sql.shuffle.partitions', '1')
    .config('spark.sql.streaming.schemaInference', 'true')
    .config('spark.ui.enabled', 'false')
    .config('spark.driver.memory', '1g')
    .getOrCreate()
)
spark.sparkContext.setLogLevel('OFF')
for folder in sorted(options.to.iterdir()):
    answers = {query.__name__: answer(spark, folder, query, tempfile.mkdtemp()) for query in (phase_counts, anomaly_alerts)}
    (folder / 'answers.json').write_text(json.dumps(answers, indent=1, ensure_ascii=True) + '\n')
    print(folder.name, {name: found.get('error', len(found.get('rows', []))) for name, found in answers.items()})
