-- The database. The first part is a contract with other programs: its tables and columns stay as
-- they are for ever. The second part is ours. Both are step 1 of migrations.py: once this is released,
-- a change is one more step.

-- Part one: the shared tables ------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS pool_metadata (
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

CREATE TABLE IF NOT EXISTS pool_summary (
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

CREATE TABLE IF NOT EXISTS worker_status (
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

CREATE TABLE IF NOT EXISTS daily_earnings (
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

CREATE TABLE IF NOT EXISTS anomaly_log (
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

-- The documented names, with the timestamp added where the documented queries ask for the newest
-- rows of one pool: without it each row of latest_pool_status scans its whole pool again. The name
-- beside it finds one worker's rows among those of all.
DROP INDEX IF EXISTS idx_pool_summary_timestamp;
DROP INDEX IF EXISTS idx_pool_summary_pool_id;
DROP INDEX IF EXISTS idx_worker_status_timestamp;
DROP INDEX IF EXISTS idx_worker_status_pool_id;
DROP INDEX IF EXISTS idx_daily_earnings_pool_id;
DROP INDEX IF EXISTS idx_anomaly_log_pool_id;
CREATE INDEX idx_pool_summary_timestamp ON pool_summary(timestamp);
CREATE INDEX idx_pool_summary_pool_id ON pool_summary(pool_id, timestamp);
CREATE INDEX idx_worker_status_timestamp ON worker_status(timestamp);
CREATE INDEX idx_worker_status_pool_id ON worker_status(pool_id, timestamp, worker_name);
CREATE INDEX idx_daily_earnings_pool_id ON daily_earnings(pool_id);
CREATE INDEX idx_anomaly_log_pool_id ON anomaly_log(pool_id, timestamp);

DROP VIEW IF EXISTS latest_pool_status;
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

-- Part two: ours -------------------------------------------------------------------------------

-- Our record of the file's version; see migrations.py.
CREATE TABLE IF NOT EXISTS schema_step (
    version INTEGER PRIMARY KEY,
    taken_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- One row per visit to one pool.
CREATE TABLE IF NOT EXISTS scrape_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp DATETIME NOT NULL,            -- UTC; the same in every row that the visit wrote
    pool_id TEXT NOT NULL REFERENCES pool_metadata(pool_id),
    spider TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('complete', 'partial', 'failed')),
    workers_expected INTEGER,               -- what the page's own counters say
    workers_read INTEGER,
    earnings_read INTEGER,
    duration_s REAL,
    error TEXT                              -- why the visit is not complete
);
CREATE INDEX IF NOT EXISTS idx_scrape_log_pool_id ON scrape_log(pool_id, timestamp);

-- What prune keeps of a pool's worker rows: one row per worker and UTC day, written for the whole day
-- at once, before the first of its rows is deleted. Only visits that read the whole list count.
CREATE TABLE IF NOT EXISTS worker_day (
    pool_id TEXT NOT NULL REFERENCES pool_metadata(pool_id),
    worker_name TEXT NOT NULL,
    day TEXT NOT NULL,                      -- YYYY-MM-DD
    visits INTEGER NOT NULL,                -- whose lists have the worker
    online_visits INTEGER NOT NULL,
    mean_hashrate_ths REAL,                 -- of the 10-minute hashrates
    PRIMARY KEY (pool_id, worker_name, day)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idx_worker_day_day ON worker_day(pool_id, day);

-- What anomaly_log has no column for. ended is NULL while the condition lasts, whatever an operator
-- has made of anomaly_log.resolved.
CREATE TABLE IF NOT EXISTS incident (
    anomaly_id INTEGER PRIMARY KEY REFERENCES anomaly_log(id) ON DELETE CASCADE,
    pool_id TEXT NOT NULL REFERENCES pool_metadata(pool_id),
    anomaly_type TEXT NOT NULL,
    last_seen DATETIME NOT NULL,
    visits INTEGER NOT NULL,                -- that showed it
    measure REAL NOT NULL,                  -- workers, a share, BTC; by the type
    peak REAL NOT NULL,                     -- the highest measure
    good_visits INTEGER NOT NULL,           -- in a row
    good_since DATETIME,
    acknowledged_severity TEXT,             -- when an operator resolved it
    acknowledged_measure REAL,
    ended DATETIME,
    resolved_by TEXT,                       -- recovery, operator or accepted
    memory TEXT NOT NULL                    -- JSON, for the rule
);
CREATE INDEX IF NOT EXISTS idx_incident_ended ON incident(pool_id, ended);
CREATE INDEX IF NOT EXISTS idx_anomaly_log_open ON anomaly_log(pool_id) WHERE resolved = 0;

-- What was seen, but not yet in enough visits to open an incident.
CREATE TABLE IF NOT EXISTS incident_pending (
    pool_id TEXT NOT NULL REFERENCES pool_metadata(pool_id) ON DELETE CASCADE,
    anomaly_type TEXT NOT NULL,
    visits INTEGER NOT NULL,                -- in a row
    since DATETIME NOT NULL,
    finding TEXT NOT NULL,                  -- JSON, the last one
    PRIMARY KEY (pool_id, anomaly_type)
) WITHOUT ROWID;

-- The level that an operator accepted as a pool's normal.
CREATE TABLE IF NOT EXISTS accepted_hashrate (
    pool_id TEXT PRIMARY KEY REFERENCES pool_metadata(pool_id) ON DELETE CASCADE,
    since DATETIME NOT NULL,
    hashrate TEXT NOT NULL
) WITHOUT ROWID;

-- Maintenance windows.
CREATE TABLE IF NOT EXISTS mute (
    pool_id TEXT PRIMARY KEY REFERENCES pool_metadata(pool_id) ON DELETE CASCADE,
    until DATETIME NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- What each pool's page shows, so that a section that is gone is noticed.
CREATE TABLE IF NOT EXISTS pool_section (
    pool_id TEXT NOT NULL REFERENCES pool_metadata(pool_id) ON DELETE CASCADE,
    section TEXT NOT NULL,                  -- statistics, balance, workers, earnings
    last_seen DATETIME NOT NULL,
    missing_since DATETIME,                 -- NULL: the last visit saw it
    PRIMARY KEY (pool_id, section)
) WITHOUT ROWID;

-- What the units of the text columns are worth, for the views below.
CREATE TABLE IF NOT EXISTS hashrate_unit (
    unit TEXT PRIMARY KEY,
    ths REAL NOT NULL
) WITHOUT ROWID;
INSERT OR REPLACE INTO hashrate_unit (unit, ths) VALUES
    ('H/s', 1e-12), ('kH/s', 1e-9), ('MH/s', 1e-6), ('GH/s', 1e-3),
    ('TH/s', 1.0), ('PH/s', 1e3), ('EH/s', 1e6), ('ZH/s', 1e9);

-- Numbers beside the text; text in another form than ours gives NULL, never a wrong number. CAST
-- reads the digits it finds at the beginning, so the form is checked first: digits with at most one
-- point, then exactly a space and the unit; for amounts a minus may stand before and BTC behind.
DROP VIEW IF EXISTS pool_summary_numeric;
CREATE VIEW pool_summary_numeric AS
SELECT
    s.*,
    (SELECT CAST(s.current_hashrate AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.current_hashrate, '0123456789.'), 2)
       AND s.current_hashrate GLOB '[0-9]* *'
       AND s.current_hashrate NOT GLOB '*.*.*') AS current_hashrate_ths,
    (SELECT CAST(s.avg_hashrate_24h AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.avg_hashrate_24h, '0123456789.'), 2)
       AND s.avg_hashrate_24h GLOB '[0-9]* *'
       AND s.avg_hashrate_24h NOT GLOB '*.*.*') AS avg_hashrate_24h_ths,
    CASE WHEN ltrim(s.balance, '-0123456789.') IN ('', 'BTC', ' BTC')
          AND s.balance GLOB '*[0-9]*'
          AND s.balance NOT GLOB '?*-*'
          AND s.balance NOT GLOB '*.*.*'
         THEN CAST(s.balance AS REAL) END AS balance_btc,
    CASE WHEN ltrim(s.last_income, '-0123456789.') IN ('', 'BTC', ' BTC')
          AND s.last_income GLOB '*[0-9]*'
          AND s.last_income NOT GLOB '?*-*'
          AND s.last_income NOT GLOB '*.*.*'
         THEN CAST(s.last_income AS REAL) END AS last_income_btc
FROM pool_summary s;

DROP VIEW IF EXISTS worker_status_numeric;
CREATE VIEW worker_status_numeric AS
SELECT
    s.*,
    (SELECT CAST(s.hashrate_10m AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.hashrate_10m, '0123456789.'), 2)
       AND s.hashrate_10m GLOB '[0-9]* *'
       AND s.hashrate_10m NOT GLOB '*.*.*') AS hashrate_10m_ths,
    (SELECT CAST(s.hashrate_1h AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.hashrate_1h, '0123456789.'), 2)
       AND s.hashrate_1h GLOB '[0-9]* *'
       AND s.hashrate_1h NOT GLOB '*.*.*') AS hashrate_1h_ths,
    (SELECT CAST(s.hashrate_24h AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.hashrate_24h, '0123456789.'), 2)
       AND s.hashrate_24h GLOB '[0-9]* *'
       AND s.hashrate_24h NOT GLOB '*.*.*') AS hashrate_24h_ths
FROM worker_status s;

DROP VIEW IF EXISTS daily_earnings_numeric;
CREATE VIEW daily_earnings_numeric AS
SELECT
    s.*,
    CASE WHEN ltrim(s.total_income, '-0123456789.') IN ('', 'BTC', ' BTC')
          AND s.total_income GLOB '*[0-9]*'
          AND s.total_income NOT GLOB '?*-*'
          AND s.total_income NOT GLOB '*.*.*'
         THEN CAST(s.total_income AS REAL) END AS total_income_btc,
    (SELECT CAST(s.hashrate AS REAL) * ths FROM hashrate_unit
     WHERE unit = substr(ltrim(s.hashrate, '0123456789.'), 2)
       AND s.hashrate GLOB '[0-9]* *'
       AND s.hashrate NOT GLOB '*.*.*') AS hashrate_ths
FROM daily_earnings s;
