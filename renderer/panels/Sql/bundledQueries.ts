import type { SavedQuery } from '#renderer/store/viewStore.ts'

/** Queries that everybody has; the first is what the console begins with. */
export const bundledQueries: readonly SavedQuery[] = [
  {
    id: 'peak-rate',
    name: 'Peak rate by country',
    text: `-- Which countries cross the limits, and how badly at worst?
SELECT origin_country,
       count(*) FILTER (anomaly_rate > 0)   AS alerts,
       sum(altitude_anomalies)              AS altitude,
       sum(velocity_anomalies)              AS velocity,
       max(anomaly_rate)                    AS peak_rate,
       arg_max(window_end, anomaly_rate)    AS peak_at
FROM   gold.anomaly_alerts
GROUP BY origin_country
HAVING alerts > 0 ORDER BY peak_rate DESC`
  },
  {
    id: 'rows-lost',
    name: 'Rows lost per trigger',
    text: `-- In which triggers came rows too late for a window?
SELECT batch,
       sum(late_rows) FILTER (query = 'flight_phase_counts') AS phase_counts,
       sum(late_rows) FILTER (query = 'anomaly_alerts')      AS anomaly_alerts,
       max(rows)                                             AS rows_read
FROM   progress
GROUP BY batch
ORDER BY batch`
  },
  {
    id: 'late-files',
    name: 'Files with late rows',
    text: `-- Which files held rows whose windows had closed?
SELECT file, query, rows, late_rows,
       round(100.0 * late_rows / rows, 2) AS late_percent,
       min_event, max_event, batch
FROM   files
WHERE  late_rows > 0
ORDER BY late_rows DESC`
  },
  {
    id: 'panes',
    name: 'Panes of one window',
    text: `-- The minutes of the newest closed window of the alerts, as the other query counted them.
WITH w AS (
  SELECT window_start, window_end FROM windows
  WHERE query = 'anomaly_alerts' AND closed_batch IS NOT NULL
  ORDER BY window_start DESC LIMIT 1
)
SELECT p.window_start AS pane, p.flight_phase, p.flight_count, p.avg_altitude, p.avg_velocity
FROM   gold.flight_phase_counts p JOIN w ON p.window_start >= w.window_start AND p.window_end <= w.window_end
ORDER BY pane, flight_count DESC`
  }
]
