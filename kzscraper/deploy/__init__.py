"""Running the crawls by a timer: the crontab, systemd units, and the program that cron calls."""
