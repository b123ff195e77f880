"""Reads both gold tables with engines that Contrail did not write, and compares them with `contrail export`.

Run by hand; no part of `npm test`. It needs Python with pyspark 3.5, deltalake and pyarrow, Java 17, and Delta's jars in one folder
(delta-spark_2.12 3.3.x, delta-storage 3.3.x, antlr4-runtime 4.9.3):

    python test/spark/read_gold.py --gold GOLD --jars JARS

GOLD is the folder that holds flight_phase_counts and anomaly_alerts. Exit code 1 when anything differs.
"""

import argparse
import collections
import math
import pathlib
import subprocess
import sys
import tempfile

import pyarrow.parquet as pq

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ("flight_phase_counts", "anomaly_alerts")


def canonical(value):
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    if hasattr(value, "isoformat"):
        return value.replace(tzinfo=None).isoformat()
    return str(value)


def multiset(columns, rows):
    return collections.Counter(tuple(canonical(row[name]) for name in columns) for row in rows)


def exported(table, folder):
    target = pathlib.Path(folder) / f"{table.name}.parquet"
    subprocess.run(["node", str(ROOT / "build" / "contrail.mjs"), "export", "--table", str(table), "--to", str(target)], check=True, capture_output=True)
    data = pq.read_table(target)
    return data.column_names, data.to_pylist()


def with_delta_rs(table):
    from deltalake import DeltaTable

    return DeltaTable(str(table)).to_pyarrow_table().to_pylist()


def spark_session(jars):
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", ",".join(str(jar) for jar in pathlib.Path(jars).glob("*.jar")))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC")
    )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def rows_of(frame):
    # Through Arrow-free collection: instants come in the session's zone, UTC.
    return [row.asDict() for row in frame.collect()]


def with_spark(session, table):
    return rows_of(session.read.format("delta").load(str(table)))


def with_spark_stream(session, table, folder):
    rows = []

    def take(frame, _batch):
        rows.extend(rows_of(frame))

    # Three batches at least, and a restart in between, as a reader downstream of gold would have them.
    for _ in range(2):
        query = (
            session.readStream.format("delta")
            .option("maxFilesPerTrigger", 1)
            .load(str(table))
            .writeStream.foreachBatch(take)
            .option("checkpointLocation", f"{folder}/checkpoint-{table.name}")
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()
    return rows


def predicates(session, table, columns, rows):
    """A filter on every column: file skipping by wrong statistics would lose rows."""
    from pyspark.sql import functions as F

    frame = session.read.format("delta").load(str(table))
    wrong = []
    for name in columns:
        values = [row[name] for row in rows if row[name] is not None and not (isinstance(row[name], float) and math.isnan(row[name]))]
        if not values:
            continue
        for value in {min(values), max(values), sorted(values)[len(values) // 2]}:
            expected = sum(1 for row in rows if row[name] == value)
            literal = F.lit(value.replace(tzinfo=None)) if hasattr(value, "isoformat") else F.lit(value)
            found = frame.where(F.col(name) == literal).count()
            if found != expected:
                wrong.append(f"{name} = {value}: {found} rows, expected {expected}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", required=True)
    parser.add_argument("--jars", required=True)
    options = parser.parse_args()
    session = spark_session(options.jars)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in TABLES:
            table = pathlib.Path(options.gold).resolve() / name
            columns, ours = exported(table, folder)
            wanted = multiset(columns, ours)
            print(f"{name}: {len(ours)} rows by contrail export, {len(columns)} columns")
            readers = {
                "delta-rs": lambda: with_delta_rs(table),
                "Spark, batch": lambda: with_spark(session, table),
                "Spark, readStream": lambda: with_spark_stream(session, table, folder),
            }
            for reader, read in readers.items():
                rows = read()
                same = multiset(columns, rows) == wanted
                failures += 0 if same else 1
                print(f"  {reader}: {len(rows)} rows, {'the same' if same else 'DIFFERENT'}")
            wrong = predicates(session, table, columns, ours)
            failures += len(wrong)
            print(f"  Spark, a predicate on every column: {'the same' if not wrong else '; '.join(wrong)}")
    session.stop()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
