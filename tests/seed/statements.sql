CREATE TABLE pool_metadata (
    pool_id TEXT PRIMARY KEY,
    pool_name TEXT,
    observer_url TEXT,
    client_name TEXT,
    country TEXT,
    company TEXT,
    location TEXT,
    contact_email TEXT,
    tags TEXT,
    active INTEGER DEFAULT 1,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
);

INSERT INTO pool_metadata VALUES (
    'pool_001',
    'Main KZ Pool',
    'https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d',
    'Client Company Ltd',
    'Kazakhstan',
    'BTCDC Builds',
    'Almaty',
    'client@example.com',
    '["production","high-priority"]',
    1,
    '2025-11-23 00:00:00',
    '2025-11-23 00:00:00'
);

CREATE TABLE pool_summary (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    pool_id TEXT,
    observer_url TEXT,
    current_hashrate TEXT,
    avg_hashrate_24h TEXT,
    online_workers INTEGER,
    offline_workers INTEGER,
    balance TEXT,
    last_income TEXT,
    FOREIGN KEY (pool_id) REFERENCES pool_metadata(pool_id)
);

CREATE INDEX idx_pool_summary_timestamp ON pool_summary(timestamp);
CREATE INDEX idx_pool_summary_pool_id ON pool_summary(pool_id);

INSERT INTO pool_summary VALUES (
    1,
    '2025-11-23 04:47:34',
    'pool_001',
    'https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d',
    '37.405 PH/s',
    '38.210 PH/s',
    200,
    2,
    '0.01864218BTC',
    '0.01570138BTC'
);

-- Latest status for all pools
SELECT ps.*, pm.client_name, pm.country
FROM pool_summary ps
JOIN pool_metadata pm ON ps.pool_id = pm.pool_id
WHERE ps.timestamp = (
    SELECT MAX(timestamp) 
    FROM pool_summary 
    WHERE pool_id = ps.pool_id
);

-- Hashrate trend for last 24 hours
SELECT timestamp, current_hashrate, online_workers
FROM pool_summary
WHERE pool_id = 'pool_001'
  AND timestamp > datetime('now', '-24 hours')
ORDER BY timestamp DESC;

CREATE TABLE worker_status (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    pool_id TEXT,
    observer_url TEXT,
    worker_name TEXT,
    status TEXT,
    hashrate_10m TEXT,
    hashrate_1h TEXT,
    hashrate_24h TEXT,
    last_exchange_time TEXT,
    FOREIGN KEY (pool_id) REFERENCES pool_metadata(pool_id)
);

CREATE INDEX idx_worker_status_timestamp ON worker_status(timestamp);
CREATE INDEX idx_worker_status_pool_id ON worker_status(pool_id);

INSERT INTO worker_status VALUES (
    1,
    '2025-11-23 04:47:34',
    'pool_001',
    'https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d',
    '139x17.10X16X139X17',
    'ONLINE',
    '187.650 TH/s',
    '177.020 TH/s',
    '194.180 TH/s',
    '2025-11-23 04:45:00'
);

-- Current status of all workers
SELECT worker_name, status, hashrate_24h
FROM worker_status
WHERE pool_id = 'pool_001'
  AND timestamp = (
      SELECT MAX(timestamp) 
      FROM worker_status 
      WHERE pool_id = 'pool_001'
  )
ORDER BY status, worker_name;

-- Offline workers
SELECT worker_name, last_exchange_time
FROM worker_status
WHERE pool_id = 'pool_001'
  AND status = 'OFFLINE'
  AND timestamp = (SELECT MAX(timestamp) FROM worker_status WHERE pool_id = 'pool_001');

-- Worker performance over time
SELECT timestamp, hashrate_10m, hashrate_1h, hashrate_24h
FROM worker_status
WHERE pool_id = 'pool_001'
  AND worker_name = '139x17.10X16X139X17'
  AND timestamp > datetime('now', '-24 hours')
ORDER BY timestamp DESC;

CREATE TABLE daily_earnings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pool_id TEXT,
    observer_url TEXT,
    date TEXT,
    total_income TEXT,
    hashrate TEXT,
    recorded_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE(pool_id, date),
    FOREIGN KEY (pool_id) REFERENCES pool_metadata(pool_id)
);

CREATE INDEX idx_daily_earnings_pool_id ON daily_earnings(pool_id);

INSERT INTO daily_earnings VALUES (
    1,
    'pool_001',
    'https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d',
    '11/22/2025 12:00:00 AM',
    '0.01570138',
    '38.187 PH/s',
    '2025-11-23 04:47:34'
);

-- Last 30 days earnings
SELECT date, total_income, hashrate
FROM daily_earnings
WHERE pool_id = 'pool_001'
ORDER BY date DESC
LIMIT 30;

-- Total earnings for a client
SELECT pm.client_name, SUM(CAST(de.total_income AS REAL)) as total_btc
FROM daily_earnings de
JOIN pool_metadata pm ON de.pool_id = pm.pool_id
WHERE pm.client_name = 'Client Company Ltd'
GROUP BY pm.client_name;

-- Monthly earnings summary
SELECT 
    strftime('%Y-%m', date) as month,
    COUNT(*) as days,
    SUM(CAST(total_income AS REAL)) as total_btc
FROM daily_earnings
WHERE pool_id = 'pool_001'
GROUP BY month
ORDER BY month DESC;

CREATE TABLE anomaly_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    pool_id TEXT,
    observer_url TEXT,
    anomaly_type TEXT,
    description TEXT,
    severity TEXT,
    resolved INTEGER DEFAULT 0,
    FOREIGN KEY (pool_id) REFERENCES pool_metadata(pool_id)
);

CREATE INDEX idx_anomaly_log_pool_id ON anomaly_log(pool_id);

INSERT INTO anomaly_log VALUES (
    1,
    '2025-11-23 04:47:34',
    'pool_001',
    'https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d',
    'OFFLINE_WORKERS',
    '2 worker(s) offline: 139x17.10X16X139X17, 139x18.10X16X139X18',
    'MEDIUM',
    0
);

-- Unresolved anomalies
SELECT timestamp, anomaly_type, description, severity
FROM anomaly_log
WHERE pool_id = 'pool_001'
  AND resolved = 0
ORDER BY severity DESC, timestamp DESC;

-- Anomaly history for last 7 days
SELECT 
    DATE(timestamp) as date,
    COUNT(*) as total_anomalies,
    SUM(CASE WHEN severity = 'HIGH' THEN 1 ELSE 0 END) as high_severity,
    SUM(CASE WHEN severity = 'MEDIUM' THEN 1 ELSE 0 END) as medium_severity
FROM anomaly_log
WHERE pool_id = 'pool_001'
  AND timestamp > datetime('now', '-7 days')
GROUP BY DATE(timestamp)
ORDER BY date DESC;

-- Mark anomaly as resolved
UPDATE anomaly_log
SET resolved = 1
WHERE id = 1;

-- Antpool scraper creates its own metadata
INSERT INTO pool_metadata VALUES (
    'antpool_001',
    'Antpool Main',
    'https://antpool.com/account/overview',
    'Client Company Ltd',  -- Same client
    'China',
    'BTCDC Builds',        -- Same company
    'Beijing',
    'client@example.com',
    '["antpool","production"]',
    1,
    CURRENT_TIMESTAMP,
    CURRENT_TIMESTAMP
);

-- Query all pools for a client
SELECT 
    pm.pool_id,
    pm.pool_name,
    pm.country,
    ps.current_hashrate,
    ps.online_workers
FROM pool_metadata pm
LEFT JOIN pool_summary ps ON pm.pool_id = ps.pool_id
WHERE pm.client_name = 'Client Company Ltd'
  AND ps.timestamp = (
      SELECT MAX(timestamp) 
      FROM pool_summary 
      WHERE pool_id = pm.pool_id
  );

-- Keep detailed worker status for 30 days
DELETE FROM worker_status 
WHERE timestamp < datetime('now', '-30 days');

-- Keep pool summary for 90 days
DELETE FROM pool_summary 
WHERE timestamp < datetime('now', '-90 days');

-- Keep daily earnings forever (small data)
-- No deletion

-- Keep anomaly log for 1 year
DELETE FROM anomaly_log 
WHERE timestamp < datetime('now', '-365 days')
  AND resolved = 1;

VACUUM;

ANALYZE;

SELECT page_count * page_size as size 
FROM pragma_page_count(), pragma_page_size();

-- Add notes column to pool_metadata
ALTER TABLE pool_metadata ADD COLUMN notes TEXT;

CREATE VIEW latest_pool_status AS
SELECT 
    pm.pool_id,
    pm.pool_name,
    pm.client_name,
    pm.country,
    pm.company,
    ps.current_hashrate,
    ps.online_workers,
    ps.offline_workers,
    ps.balance,
    ps.timestamp
FROM pool_metadata pm
LEFT JOIN pool_summary ps ON pm.pool_id = ps.pool_id
WHERE ps.timestamp = (
    SELECT MAX(timestamp) 
    FROM pool_summary 
    WHERE pool_id = pm.pool_id
)
OR ps.timestamp IS NULL;
