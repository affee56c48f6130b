"""The statements of history.py. Each is bounded by :since, or finds what it needs by an index."""

# The first hashrate of every four hours: enough for a median, and cheaper than a week's visits.
SAMPLES = """
    WITH RECURSIVE span(begins, ends) AS (
        SELECT strftime('%Y-%m-%d 00:00:00', :since), strftime('%Y-%m-%d 04:00:00', :since)
        UNION ALL SELECT ends, datetime(ends, '+4 hours') FROM span WHERE ends < :now
    )
    SELECT s.timestamp, s.current_hashrate FROM span JOIN pool_summary s ON s.id = (
        SELECT id FROM pool_summary
        WHERE pool_id = :pool_id AND timestamp >= begins AND timestamp < min(ends, :now)
          AND current_hashrate IS NOT NULL
        ORDER BY timestamp LIMIT 1)
"""
NEWEST_SAMPLE = """
    SELECT timestamp, current_hashrate FROM pool_summary
    WHERE pool_id = :pool_id AND timestamp >= :since AND timestamp < :now
      AND current_hashrate IS NOT NULL
    ORDER BY timestamp DESC LIMIT 1
"""
NEWEST_BALANCE = """
    SELECT timestamp, balance FROM pool_summary
    WHERE pool_id = :pool_id AND timestamp >= :since AND timestamp < :now AND balance IS NOT NULL
    ORDER BY timestamp DESC LIMIT 1
"""
# Since when a balance stands: the first row behind the newest one with another balance.
STANDS_SINCE = """
    SELECT timestamp FROM pool_summary
    WHERE pool_id = :pool_id AND timestamp < :now AND balance IS NOT NULL
      AND timestamp > COALESCE((
        SELECT timestamp FROM pool_summary
        WHERE pool_id = :pool_id AND timestamp > :since AND timestamp < :now
          AND CAST(balance AS REAL) <> CAST(:balance AS REAL)
        ORDER BY timestamp DESC LIMIT 1), :since)
    ORDER BY timestamp LIMIT 1
"""
# The newest whole worker list: of our own visits, or a newer one that another program wrote.
NEWEST_LIST = """
    SELECT MAX(timestamp) AS timestamp FROM (
        SELECT * FROM (
            SELECT timestamp FROM scrape_log
            WHERE pool_id = :pool_id AND timestamp >= :since AND timestamp < :now
              AND workers_read IS NOT NULL
              AND (status = 'complete' OR workers_read >= workers_expected)
            ORDER BY timestamp DESC LIMIT 1)
        UNION ALL
        SELECT timestamp FROM (
            SELECT timestamp FROM worker_status
            WHERE pool_id = :pool_id AND timestamp >= :since AND timestamp < :now
              AND worker_name IS NOT NULL
            ORDER BY timestamp DESC LIMIT 1) AS other
        WHERE NOT EXISTS (
            SELECT 1 FROM scrape_log s
            WHERE s.pool_id = :pool_id AND s.timestamp = other.timestamp))
"""
WORKERS_AT = "SELECT worker_name, status FROM worker_status WHERE pool_id = ? AND timestamp = ?"
OUTAGES = """
    SELECT a.timestamp AS began, i.ended, i.memory
    FROM incident i JOIN anomaly_log a ON a.id = i.anomaly_id
    WHERE i.pool_id = :pool_id AND i.ended IS NULL AND i.anomaly_type = 'HASHRATE_DROP'
      AND i.visits > 0
    UNION ALL
    SELECT a.timestamp, i.ended, i.memory
    FROM incident i JOIN anomaly_log a ON a.id = i.anomaly_id
    WHERE i.pool_id = :pool_id AND i.ended >= :since AND i.anomaly_type = 'HASHRATE_DROP'
      AND i.visits > 0
"""
ACCEPTED = """
    SELECT since, hashrate FROM accepted_hashrate WHERE pool_id = :pool_id AND since >= :since
"""
INCOMES = """
    SELECT date, total_income, recorded_at FROM daily_earnings
    WHERE pool_id = ? ORDER BY date DESC LIMIT ?
"""
FAILING_SINCE = """
    SELECT MIN(timestamp) AS timestamp FROM scrape_log
    WHERE pool_id = :pool_id AND timestamp < :now AND timestamp > COALESCE((
        SELECT timestamp FROM scrape_log
        WHERE pool_id = :pool_id AND timestamp >= :since AND timestamp < :now
          AND status <> 'failed'
        ORDER BY timestamp DESC LIMIT 1), :since)
"""
